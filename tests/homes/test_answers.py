"""The same corpus gives the same hits and answers from both homes, word for word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mlsurvey.rendering.json import answer_value
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Filters

QUESTIONS = (
    "How do Burn and Candle differ in GPU support?",
    "Which Rust libraries run in the browser?",
    "What licence does Burn have?",
    "Does Gorgonia support CUDA?",
)


@pytest.fixture
def both(home: Any, address: Any) -> Iterator[tuple[Survey, Survey]]:
    near = Survey(Settings(corpus=home.corpus, index=home.index, device="cpu"))
    far = Survey(Settings(corpus=home.corpus, index=address, device="cpu"))
    with near, far:
        near.refresh()
        far.refresh()
        yield near, far


def test_answers_and_hits_are_the_same(both: tuple[Survey, Survey]) -> None:
    near, far = both
    assert near.generation().id == far.generation().id
    for question in QUESTIONS:
        assert plain(far.ask(question)) == plain(near.ask(question))
        for mode in ("hybrid", "keyword", "dense"):
            ours, theirs = (one.search(question, mode=mode).hits for one in (far, near))
            assert [hit.passage for hit in ours] == [hit.passage for hit in theirs]
            assert [hit.score for hit in ours] == pytest.approx([hit.score for hit in theirs], abs=0.05)
    limited = Filters(languages=("Rust",))
    assert [row.path for row in far.documents(limited).documents] == [
        row.path for row in near.documents(limited).documents
    ]


def test_explanations_add_up_to_the_scores(both: tuple[Survey, Survey]) -> None:
    _, far = both
    results = far.search("GPU back-end in Rust", explain=3)
    assert results.explanations
    for told in results.explanations:
        assert sum(score for _, _, score in told.terms) == pytest.approx(told.hit.scores.get("keyword", 0.0), abs=0.01)
        assert told.cosine == pytest.approx(told.hit.scores.get("dense", told.cosine), abs=0.001)


def test_status_and_verification_know_the_engine(both: tuple[Survey, Survey]) -> None:
    _, far = both
    state = far.status()
    assert state.index == str(far.settings.index)
    assert (state.pending.total if state.pending else None, state.corpus_documents) == (0, 4)
    far.verify()
    assert far.refresh().unchanged == 4


def plain(answer: Any) -> Any:
    """An answer without the times that it took."""
    return {name: part for name, part in answer_value(answer).items() if name != "timings_ms"}
