from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mlsurvey.evaluation import measures
from mlsurvey.evaluation.measures import Tally, cell_scores, first_ranks, misattributed, ndcg, recall_at
from mlsurvey.evaluation.questions import Evidence, GoldCell
from mlsurvey.evaluation.regions import Region
from mlsurvey.types import Conflict, Entity

from .samples import BURN, CANDLE, EMPTY, GOOD, OTHER, QUESTION, TEXTS, answer, citation, hit, said, text

NAMES = measures.called([Entity("burn", "Burn"), Entity("candle", "Candle", ("candle-core",))])


def found(given) -> list[bool]:
    return [cell.found for cell in cell_scores(QUESTION, given, text)]


def test_a_quote_of_the_evidence_satisfies_its_cell() -> None:
    assert cell_scores(QUESTION, GOOD, text) == (
        measures.CellScore("burn/gpu", found=True, first=True),
        measures.CellScore("candle/gpu", found=True, first=True),
    )


def test_an_abstention_satisfies_nothing() -> None:
    assert found(EMPTY) == [False, False]


def test_a_quote_has_to_stand_where_it_says() -> None:
    moved = citation(1, BURN, start=3, end=3 + len(BURN))
    assert not measures.is_verbatim(moved, text)
    assert found(answer((said("burn", 1),), (moved,))) == [False, False]


def test_half_of_the_gold_quote_is_enough_and_less_is_not() -> None:
    half = math.ceil(len(BURN) / 2)
    assert found(answer((said("burn", 1),), (citation(1, BURN[:half]),)))[0]
    assert not found(answer((said("burn", 1),), (citation(1, BURN[: half - 1]),)))[0]


def test_a_quote_of_another_document_does_not_count(monkeypatch) -> None:
    monkeypatch.setitem(TEXTS, "b.md", BURN)
    assert found(answer((said("burn", 1),), (citation(1, BURN, "b.md"),))) == [False, False]


def test_evidence_under_the_wrong_name_does_not_count() -> None:
    assert found(answer((said("candle", 1),), (citation(1, BURN),))) == [False, False]


def test_statements_about_nobody_count_where_there_are_none_about_the_entity() -> None:
    quotes = (citation(1, BURN), citation(2, OTHER))
    assert found(answer((said(None, 1),), quotes))[0]
    assert not found(answer((said("burn", 2), said(None, 1)), quotes))[0]


def test_the_aspect_asked_for_is_read_first_and_others_after_it() -> None:
    quotes = (citation(1, BURN), citation(2, OTHER))
    score = cell_scores(QUESTION, answer((said("burn", 2), said("burn", 1, aspect="speed")), quotes), text)[0]
    assert (score.found, score.first) == (True, False)
    score = cell_scores(QUESTION, answer((said("burn", 2, aspect="speed"), said("burn", 1)), quotes), text)[0]
    assert (score.found, score.first) == (True, True)


def test_the_fourth_statement_is_not_read() -> None:
    quotes = (citation(1, BURN), citation(2, OTHER))
    assert not found(answer((*[said("burn", 2)] * 3, said("burn", 1)), quotes))[0]
    assert found(answer((*[said("burn", 2)] * 2, said("burn", 1)), quotes))[0]


def test_long_statements_use_up_the_reader() -> None:
    quotes = (citation(1, BURN), citation(2, OTHER))
    talker = said("burn", 2, words="x" * measures.CHARACTERS_PER_CELL)
    assert not found(answer((talker, said("burn", 1)), quotes))[0]


def test_a_citation_longer_than_the_budget_points_nowhere(monkeypatch) -> None:
    monkeypatch.setitem(TEXTS, "a.md", BURN + " " + "x" * measures.CHARACTERS_PER_CELL)
    assert not found(answer((said("burn", 1),), (citation(1, TEXTS["a.md"]),)))[0]


def test_the_second_side_of_a_conflict_may_stand_in_the_conflicts_alone() -> None:
    given = answer((), (citation(1, BURN),), conflicts=(Conflict("burn", "gpu", (1,), "negation"),))
    assert found(given)[0]


@pytest.mark.parametrize(
    ("entity", "quote", "wrong"),
    [
        ("burn", BURN, 0),  # names it
        ("candle", BURN, 1),  # Burn is the subject here, and Candle is not named
        ("candle", OTHER, 0),  # in no region
        ("burn", CANDLE, 1),
    ],
)
def test_misattribution_is_a_quote_from_another_region_without_the_name(entity, quote, wrong) -> None:
    regions = {"a.md": (Region(1, 3, "burn"), Region(4, 4, "candle"))}
    given = answer((said(entity, 1),), (citation(1, quote),))
    assert misattributed(given, regions, NAMES, text) == Tally(wrong, 1)


def test_one_good_citation_saves_a_statement_and_none_is_not_counted() -> None:
    regions = {"a.md": (Region(1, 3, "burn"), Region(4, 4, "candle"))}
    given = answer((said("burn", 1, 2), said("burn"), said(None, 1)), (citation(1, CANDLE), citation(2, BURN)))
    assert misattributed(given, regions, NAMES, text) == Tally(0, 1)


def test_names_are_words_not_parts_of_words() -> None:
    assert measures.spaced("The *Candle_Core* crate, C++") == " the candle core crate c++ "
    assert NAMES["candle"] == {" candle ", " candle core "}


@pytest.mark.parametrize(
    ("expected", "got", "f1"), [(("a", "b"), ("b", "c"), 0.5), (("a",), (), 0.0), ((), (), 1.0), (("a",), ("a",), 1.0)]
)
def test_list_f1(expected, got, f1) -> None:
    question = replace(QUESTION, kind="list", entities=expected)
    assert measures.list_f1(question, replace(EMPTY, entities=got)) == f1


def test_the_rank_of_a_cell_is_that_of_its_first_evidence() -> None:
    hits = [hit(1, OTHER), hit(2, CANDLE), hit(3, BURN), hit(4, CANDLE)]
    ranks = first_ranks(QUESTION, hits, text)
    assert ranks == (3, 2)
    assert recall_at(ranks, 2) == Tally(1, 2)
    assert measures.has_both_sides(QUESTION, ranks) and not measures.has_both_sides(QUESTION, ranks, depth=2)


def test_ndcg_is_one_where_every_first_rank_brings_a_new_cell() -> None:
    assert ndcg((1, 2)) == ndcg((2, 1)) == 1.0
    assert ndcg((1, 1)) == 1.0
    assert ndcg((None, 11)) == 0.0
    assert ndcg((1, None)) == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_a_quote_that_is_not_there_leaves_its_cell_unsatisfied() -> None:
    cell = GoldCell("burn", "gpu", (Evidence("a.md", "no such words"), Evidence("z.md", BURN)))
    assert measures.places(cell, text) == ()
    assert not cell_scores(replace(QUESTION, cells=(cell,)), GOOD, text)[0].found
