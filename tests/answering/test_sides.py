"""Comparisons that name no point of comparison."""

from __future__ import annotations

import pytest

from mlsurvey.answering.sides import FEWEST, _partial, _shared
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Status

CANDLE = "# Candle\n\n## Licence\n\nCandle is released under the Apache licence 2.0.\n"
LINFA = "# Linfa\n\n## GPU support\n\nLinfa has no GPU support; it runs on the processor only.\n"


@pytest.fixture(scope="module")
def disjoint(tmp_path_factory):
    """Two libraries whose documents speak of different matters."""
    root = tmp_path_factory.mktemp("disjoint")
    (root / "corpus" / "rust").mkdir(parents=True)
    (root / "corpus" / "rust" / "candle.md").write_text(CANDLE, "utf-8")
    (root / "corpus" / "rust" / "linfa.md").write_text(LINFA, "utf-8")
    with Survey(Settings(corpus=root / "corpus", index=root / "index")) as survey:
        survey.refresh()
        yield survey


@pytest.mark.parametrize(
    "question",
    [
        "Candle vs Linfa",
        "What's the difference between Linfa and Candle?",
        "compare linfa with candle",
        "Linfa or Candle?",
    ],
)
def test_each_side_shows_what_only_its_documents_say(disjoint, question: str) -> None:
    answer = disjoint.ask(question)
    assert answer.status is Status.PARTIAL
    assert {(s.entity, s.aspect) for s in answer.statements} >= {("candle", "licence"), ("linfa", "gpu")}
    assert {(m.entity, m.aspect) for m in answer.missing} >= {("candle", "gpu"), ("linfa", "licence")}


def test_shared_aspects_are_ordered_by_their_weakest_side_with_the_purpose_first() -> None:
    best = {
        "gpu": {"a": 0.9, "b": 0.2},
        "licence": {"a": 0.5, "b": 0.4},
        "purpose": {"a": 0.1, "b": 0.1},
        "x": {"a": 1.0},
    }
    assert _shared(best, ("a", "b")) == ["purpose", "licence", "gpu"]


def test_partial_aspects_are_those_of_most_sides_first() -> None:
    best = {"gpu": {"a": 0.9}, "licence": {"a": 0.5, "b": 0.4}, "size": {"b": 0.95}, "all": dict.fromkeys("abc", 0.3)}
    assert _partial(best, ("a", "b", "c")) == ["licence", "size", "gpu"]
    assert FEWEST > 1
