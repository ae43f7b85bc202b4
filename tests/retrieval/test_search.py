"""Searches in a real, small index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlsurvey.embedding.questions import QuestionEncoder
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.index.local import LocalSnapshot
from mlsurvey.retrieval.search import Mode, Searcher
from mlsurvey.types import Filters


@pytest.fixture(scope="module")
def searcher(indexed, question_model: Path) -> Iterator[Searcher]:
    with LocalSnapshot(indexed.index) as snapshot:
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


PHRASE = "graph of expressions"


@pytest.mark.parametrize("mode", list(Mode))
def test_a_quoted_phrase_is_demanded_of_every_hit(searcher: Searcher, mode: Mode) -> None:
    plain = searcher.search(f"GPU {PHRASE}", mode=mode)
    hits = searcher.search(f'GPU "{PHRASE}"', mode=mode)
    assert hits and all(PHRASE in " ".join(hit.passage.text.split()) for hit in hits)
    assert len(hits) < len(plain)
    assert len(searcher.search(f'GPU "{PHRASE}', mode=mode)) == len(plain), "an unbalanced quote is a plain character"


@pytest.mark.parametrize("mode", list(Mode))
def test_a_phrase_that_no_passage_holds_finds_nothing_and_says_so(searcher: Searcher, mode: Mode) -> None:
    query = '"expressions of graph" GPU'
    assert searcher.search(query, mode=mode) == []
    assert searcher.note(query).startswith('no passage contains the phrase "expressions of graph"; type it without')


def test_a_note_tells_phrases_from_filters(searcher: Searcher) -> None:
    assert searcher.note(f'"{PHRASE}"') == searcher.note("zorblatt") == ""
    assert "that the filters leave" in searcher.note(f'"{PHRASE}"', Filters(paths=("rust/",)))
    together = searcher.note(f'"{PHRASE}" "Candle"')
    assert f'"{PHRASE}" and "Candle"' in together


def test_phrases_hold_beside_other_filters(searcher: Searcher) -> None:
    everywhere = searcher.search('"GPU"', limit=100)
    rust = searcher.search('"GPU"', limit=100, filters=Filters(paths=("rust/",)))
    assert rust == [] or {h.passage_id for h in rust} < {h.passage_id for h in everywhere}
    assert {h.passage_id for h in rust} == {h.passage_id for h in everywhere if h.passage.path.startswith("rust/")}
