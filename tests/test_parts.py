from __future__ import annotations

import pytest

from mlsurvey.answering.parts import Passages
from mlsurvey.answering.understood import Understood
from mlsurvey.errors import Interrupted, NotFoundError, UsageError
from mlsurvey.matrix import matrix_of
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer, Citation, Filters, Kind, Missing, Statement

QUESTION = "How do Burn and Candle differ in GPU support?"


@pytest.fixture
def reading(indexed):
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        yield survey


@pytest.fixture
def survey(home):
    with Survey(Settings(corpus=home.corpus, index=home.index)) as survey:
        yield survey


def bare(answer: Answer) -> tuple:
    return (answer.statements, answer.citations, answer.missing, answer.conflicts, answer.status, answer.index)


def test_parts_come_in_order_and_add_up_to_the_answer(reading) -> None:
    parts = list(reading.parts(QUESTION))
    understood, passages, *told, whole = parts
    assert isinstance(understood, Understood) and understood.entities == ("burn", "candle")
    assert isinstance(passages, Passages) and passages.read >= len(passages.best) > 0
    assert bare(whole) == bare(reading.ask(QUESTION))
    assert tuple(part for part in told if isinstance(part, Statement)) == whole.statements
    assert tuple(part for part in told if isinstance(part, Citation)) == whole.citations
    known: set[int] = set()
    for part in reversed(told):
        known |= {part.number} if isinstance(part, Citation) else set()
        if isinstance(part, Statement):
            assert set(part.citations) <= known | {c.number for c in whole.citations}


def test_a_statement_comes_before_the_citations_that_it_is_the_first_to_use(reading) -> None:
    told = [part for part in reading.parts(QUESTION) if isinstance(part, Statement | Citation)]
    for place, part in enumerate(told):
        if isinstance(part, Citation):
            before = [p for p in told[:place] if isinstance(p, Statement)]
            assert any(part.number in statement.citations for statement in before)


def test_an_abstention_has_no_statements(reading) -> None:
    *_, answer = parts = list(reading.parts("Does Zorblatt support GPUs?"))
    assert answer.abstained and not any(isinstance(part, Statement | Citation) for part in parts)


def test_closing_the_parts_lets_go_of_the_generation(survey, home) -> None:
    parts = survey.parts(QUESTION)
    next(parts)
    (home.corpus / "go" / "gorgonia.md").unlink()
    survey.refresh()
    survey.search("gpu", mode="keyword")
    assert len(survey._reader._users) == 2
    parts.close()
    assert len(survey._reader._users) == 1


def test_an_answer_ends_on_the_generation_that_it_began_with(survey, home) -> None:
    before = survey.ask(QUESTION).index
    parts = survey.parts(QUESTION)
    next(parts)
    (home.corpus / "go" / "gorgonia.md").unlink()
    survey.refresh()
    *_, answer = parts
    assert answer.index == before != survey.ask(QUESTION).index


def test_nobody_waiting_ends_the_reading(reading) -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 2

    with pytest.raises(Interrupted, match="no longer needed"):
        list(reading.parts(QUESTION, cancelled=cancelled))
    assert len(asked) == 3


def test_a_comparison_of_given_sides_and_points(reading) -> None:
    answer = reading.compare(["Burn", "candle"], ["gpu", "licence"])
    assert (answer.kind, answer.entities, answer.aspects) == (Kind.COMPARE, ("burn", "candle"), ("gpu", "licence"))
    assert answer.question == "How do Burn and Candle differ in GPU support and Licence?"
    assert {(s.entity, s.aspect) for s in answer.statements} >= {
        ("burn", "gpu"),
        ("candle", "gpu"),
        ("burn", "licence"),
    }
    assert [(gap.entity, gap.aspect) for gap in answer.missing] == [("candle", "licence")]


def test_without_points_the_general_ones_are_taken_or_those_of_the_question(reading) -> None:
    assert reading.compare(["burn", "candle"]).aspects == reading.ask("Compare Burn and Candle").aspects
    answer = reading.compare(["burn", "candle"], question="Which of them supports GPUs?")
    assert answer.aspects == ("gpu",) and answer.question == "Which of them supports GPUs?"


@pytest.mark.parametrize("names", [[], ["burn"], ["burn", "Burn"]])
def test_a_comparison_takes_two_sides_at_least(names, reading) -> None:
    with pytest.raises(UsageError, match="2 to 8 different libraries"):
        reading.compare(names)


def test_unknown_sides_and_points_are_named_with_similar_ones(reading) -> None:
    with pytest.raises(NotFoundError, match=r"unknown library 'Cendle'.*did you mean Candle"):
        reading.compare(["burn", "Cendle"])
    with pytest.raises(NotFoundError, match=r"unknown aspect 'licenses'.*did you mean licence"):
        reading.compare(["burn", "candle"], ["licenses"])


def test_the_matrix_has_a_cell_for_every_pair(reading) -> None:
    matrix = matrix_of(reading.compare(["burn", "candle"], ["gpu", "licence"]))
    assert (matrix.entities, matrix.aspects) == (("burn", "candle"), ("gpu", "licence"))
    (_, _), (burn, candle) = matrix.rows
    assert burn.statements and burn.missing is None
    assert candle.missing == Missing("candle", "licence", candle.missing.searched) and not candle.statements


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "dense"])
def test_pages_of_a_search_fit_together(mode, reading) -> None:
    whole = reading.search("GPU support", mode=mode).hits
    pages = [
        hit
        for start in range(len(whole))
        for hit in reading.search("GPU support", mode=mode, limit=1, offset=start).hits
    ]
    assert [hit.passage_id for hit in pages] == [hit.passage_id for hit in whole]
    assert reading.search("GPU support", mode=mode, offset=1000).hits == ()


def test_a_least_score_leaves_the_weaker_hits_out(reading) -> None:
    whole = reading.search("GPU support").hits
    least = whole[1].score
    assert [hit.score for hit in reading.search("GPU support", min_score=least).hits] == [
        hit.score for hit in whole if hit.score >= least
    ]


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "dense"])
def test_a_search_stays_under_a_heading(mode, reading) -> None:
    filters = Filters(headings=(" licence",))
    hits = reading.search("Burn GPU", filters=filters, mode=mode).hits
    assert {hit.passage.trail for hit in hits} == {("Burn", "Licence")}
    assert not reading.search("Burn", filters=Filters(headings=("nowhere",)), mode=mode).hits


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "dense"])
def test_a_search_takes_documents_of_later_dates(mode, survey, home) -> None:
    (home.corpus / "old.md").write_text("---\ndate: 2020-05-01\n---\n# Old\n\nGPU support of old.\n", "utf-8")
    survey.refresh()
    found = {
        hit.passage.path for hit in survey.search("GPU", filters=Filters(updated_after="2020-05-01"), mode=mode).hits
    }
    assert found and "old.md" not in found, "a file without a date counts by its last change"
    early = survey.search("GPU", filters=Filters(updated_after="2020-04-30"), mode=mode).hits
    assert "old.md" in {hit.passage.path for hit in early}
    assert not survey.search("GPU", filters=Filters(updated_after="2999-01-01"), mode=mode).hits


def test_a_date_that_is_none_is_refused(reading) -> None:
    with pytest.raises(UsageError, match="'soon' is not a date"):
        reading.search("GPU", filters=Filters(updated_after="soon"))


def test_a_search_can_explain_its_hits_in_one_go(reading) -> None:
    found = reading.search("GPU support", explain=2)
    assert found.explanations == reading.explain("GPU support", found.hits[:2])
