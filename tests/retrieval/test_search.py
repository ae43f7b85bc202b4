"""Searches in a real, small index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlsurvey.embedding.questions import QuestionEncoder
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.retrieval.search import Mode, Searcher
from mlsurvey.types import Filters


@pytest.fixture(scope="module")
def searcher(indexed, question_model: Path) -> Iterator[Searcher]:
    with Snapshot(indexed.index) as snapshot:
        yield Searcher(snapshot, QuestionEncoder(question_model))


def test_both_sides_find_the_passage_that_is_asked_for(searcher: Searcher) -> None:
    best = searcher.search("Does Candle run in the browser?")[0]
    assert best.passage.path == "rust/candle.md"
    assert set(best.ranks) == {"keyword", "dense"}


def test_a_hit_tells_what_each_side_adds_to_its_score(searcher: Searcher) -> None:
    for mode in Mode:
        for hit in searcher.search("CUDA for GPU acceleration", mode=mode):
            assert sum(hit.shares.values()) == pytest.approx(hit.score)
            assert set(hit.shares) == set(hit.ranks) == set(hit.scores)


@pytest.mark.parametrize(("mode", "voter"), [(Mode.KEYWORD, "keyword"), (Mode.DENSE, "dense")])
def test_one_side_alone_keeps_its_own_order(searcher: Searcher, mode: Mode, voter: str) -> None:
    hits = searcher.search("graph of expressions on a virtual machine", mode=mode)
    assert [hit.ranks for hit in hits] == [{voter: rank} for rank in range(1, len(hits) + 1)]


def test_a_query_without_known_words_is_left_to_the_vectors(searcher: Searcher) -> None:
    hits = searcher.search("qwertzuiop")
    assert hits and all(set(hit.shares) == {"dense"} for hit in hits)


def test_filters_and_limit_hold(searcher: Searcher) -> None:
    hits = searcher.search("GPU", limit=2, filters=Filters(paths=("rust/",)))
    assert len(hits) == 2 and all(hit.passage.path.startswith("rust/") for hit in hits)


def test_a_name_is_rarer_than_a_common_word_however_it_is_asked(searcher: Searcher) -> None:
    assert searcher.rarity("supports") < searcher.rarity("What supports WebAssembly?") == searcher.rarity("webassembly")
    assert searcher.rarity("qwertzuiop") == searcher.rarity("") == 0.0


def test_weighted_phrases_lead_the_keyword_side(searcher: Searcher) -> None:
    query = KeywordQuery("CUDA", (("Gorgonia", 3.0),))
    assert searcher.search_vector(query, None, 1, Filters())[0].passage.path == "go/gorgonia.md"
