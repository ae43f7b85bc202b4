"""Reranking with a real, tiny cross-encoder with random but fixed weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlsurvey.embedding.questions import QuestionEncoder
from mlsurvey.embedding.reranker import Reranker
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.index.local import LocalSnapshot
from mlsurvey.retrieval.rerank import RERANKED, rerank
from mlsurvey.retrieval.search import Mode, Searcher
from mlsurvey.types import Filters, Hit

QUERY = "Does Candle run in the browser?"


@pytest.fixture(scope="module")
def reranker(cross_encoder: Path) -> Reranker:
    return Reranker(str(cross_encoder), "cpu")


@pytest.fixture(scope="module")
def plain(indexed, question_model: Path) -> Iterator[Searcher]:
    with LocalSnapshot(indexed.index) as snapshot:
        yield Searcher(snapshot, QuestionEncoder(question_model))


@pytest.fixture(scope="module")
def reranking(plain: Searcher, reranker: Reranker) -> Searcher:
    return Searcher(plain.snapshot, plain.encoder, reranker)


@pytest.fixture(scope="module")
def many(plain: Searcher) -> list[Hit]:
    """Sixty hits with fused scores descending from 2."""
    hit = plain.search(QUERY)[0]
    return [
        replace(hit, passage_id=number, score=2 - number / 30, shares={"dense": 2 - number / 30})
        for number in range(60)
    ]


def test_the_order_of_a_hybrid_search_is_that_of_the_rerankers_scores(
    plain: Searcher, reranking: Searcher, reranker: Reranker
) -> None:
    before, after = plain.search(QUERY), reranking.search(QUERY)
    texts = {hit.passage_id: hit.passage.text for hit in before}
    scores = dict(zip(texts, reranker.scores(QUERY, list(texts.values())).tolist(), strict=True))
    assert [hit.passage_id for hit in after] == sorted(scores, key=lambda passage: -scores[passage])
    assert [hit.passage_id for hit in after] != [hit.passage_id for hit in before], "the weights are random"
    assert {hit.passage_id: hit.scores["reranker"] for hit in after} == pytest.approx(scores, abs=1e-5)


def test_a_reranked_hit_tells_its_new_score_and_keeps_what_found_it(plain: Searcher, reranking: Searcher) -> None:
    found = {hit.passage_id: hit for hit in plain.search(QUERY)}
    for rank, hit in enumerate(reranking.search(QUERY), start=1):
        assert hit.score == pytest.approx(2 * hit.scores["reranker"]) == pytest.approx(sum(hit.shares.values()))
        assert hit.ranks == {**found[hit.passage_id].ranks, "reranker": rank}
        assert {**hit.scores, **found[hit.passage_id].scores} == hit.scores


def test_what_is_cut_off_was_judged_too(reranking: Searcher) -> None:
    assert reranking.search(QUERY, limit=1) == reranking.search(QUERY)[:1]


@pytest.mark.parametrize("mode", [Mode.KEYWORD, Mode.DENSE])
def test_one_side_alone_is_not_reranked(mode: Mode, plain: Searcher, reranking: Searcher) -> None:
    assert reranking.search(QUERY, mode=mode) == plain.search(QUERY, mode=mode)


def test_weighted_phrases_are_no_part_of_what_is_judged(reranking: Searcher) -> None:
    vector = reranking.encoder.embed([QUERY])[0]
    weighted = reranking.search_vector(KeywordQuery(QUERY, (("Gorgonia", 3.0),)), vector, 10, Filters())
    alone = {hit.passage_id: hit.scores["reranker"] for hit in reranking.search(QUERY)}
    assert {hit.passage_id: hit.scores["reranker"] for hit in weighted} == pytest.approx(alone, abs=1e-5)


def test_hits_beyond_the_judged_ones_keep_their_order_behind_them(many: list[Hit], reranker: Reranker) -> None:
    after = rerank(QUERY, many, reranker)
    assert [hit.passage_id for hit in after[RERANKED:]] == [hit.passage_id for hit in many[RERANKED:]]
    assert not any("reranker" in hit.scores for hit in after[RERANKED:])
    assert [hit.score for hit in after] == sorted((hit.score for hit in after), reverse=True)
    assert all(sum(hit.shares.values()) == pytest.approx(hit.score) for hit in after)


def test_among_equals_the_earlier_order_holds(many: list[Hit], reranker: Reranker) -> None:
    after = rerank(QUERY, many[:5], reranker)
    assert [hit.passage_id for hit in after] == [0, 1, 2, 3, 4], "all five are the same text"


def test_a_search_without_hits_judges_nothing(reranking: Searcher) -> None:
    assert reranking.search(QUERY, filters=Filters(paths=("nowhere/",))) == []
