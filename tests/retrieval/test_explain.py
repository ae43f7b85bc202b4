"""Explanations of hits: the parts add up to what the search measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mlsurvey.embedding.questions import QuestionEncoder
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.index.local import LocalSnapshot
from mlsurvey.retrieval.explain import explain, token_shares
from mlsurvey.retrieval.search import Mode, Searcher

QUERY = "GPUs in tch-rs: does it run CUDA in the browser?"
BF16 = 2e-3
"""Tolerance between vectors computed in bf16, as on some processors, and those of the question model."""


@pytest.fixture(scope="module")
def encoder(question_model: Path) -> QuestionEncoder:
    return QuestionEncoder(question_model)


@pytest.fixture(scope="module")
def searcher(indexed, encoder: QuestionEncoder) -> Iterator[Searcher]:
    with LocalSnapshot(indexed.index) as snapshot:
        yield Searcher(snapshot, encoder)


def test_shares_of_tokens_add_up_to_the_cosine(encoder: QuestionEncoder) -> None:
    question = encoder.embed([QUERY])[0]
    texts = [*sample_texts(40), "gpu " * 600, "", "\ud800 \x00 [MASK]"]
    for text, cosine in zip(texts, encoder.embed(texts) @ question, strict=True):
        assert sum(share for _, share in token_shares(text, question, encoder)) == pytest.approx(cosine, abs=1e-4)


def test_the_word_that_was_asked_for_has_the_greatest_share(encoder: QuestionEncoder) -> None:
    question = encoder.embed(["cheese"])[0]
    shares = token_shares("The moon is made of cheese and nothing else.", question, encoder)
    assert max(shares, key=lambda part: part[1])[0] == "cheese"


def test_a_model_that_projects_its_average_tells_no_shares(encoder: QuestionEncoder) -> None:
    assert token_shares("any text", np.ones(7, dtype=np.float32), encoder) == ()


def test_weights_of_terms_add_up_to_bm25(searcher: Searcher, encoder: QuestionEncoder) -> None:
    hits = searcher.search(QUERY, mode=Mode.KEYWORD)
    assert len(hits) > 2
    for hit in hits:
        explanation = explain(hit, QUERY, None, searcher.snapshot, encoder)
        assert sum(weight for *_, weight in explanation.terms) == pytest.approx(hit.scores["keyword"], rel=1e-4)
        assert explanation.cosine is None and explanation.tokens == ()
        assert all(term in hit.passage.embedding_text.casefold() for term, *_ in explanation.terms)


def test_a_hit_of_both_sides_tells_both(searcher: Searcher, encoder: QuestionEncoder) -> None:
    vector = encoder.embed([QUERY])[0]
    for hit in searcher.search(QUERY):
        explanation = explain(hit, QUERY, vector, searcher.snapshot, encoder)
        assert explanation.cosine == pytest.approx(hit.scores["dense"], abs=1e-5)
        assert abs(explanation.remainder) < BF16
        assert bool(explanation.terms) == ("keyword" in hit.ranks)
        assert sum(hit.shares.values()) == pytest.approx(hit.score)


def test_a_hit_of_the_dense_side_alone_has_no_terms(searcher: Searcher, encoder: QuestionEncoder) -> None:
    vector = encoder.embed([QUERY])[0]
    hit = searcher.search(QUERY, mode=Mode.DENSE)[0]
    assert explain(hit, QUERY, vector, searcher.snapshot, encoder).terms == ()
