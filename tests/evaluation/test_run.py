from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mlsurvey.errors import NotFoundError, UsageError
from mlsurvey.evaluation.comparison import Change, compare
from mlsurvey.evaluation.figures import FIGURES, SUMMARY_FIGURES
from mlsurvey.evaluation.gates import bounds, breaches
from mlsurvey.evaluation.questions import Question
from mlsurvey.evaluation.regions import Region, read_regions
from mlsurvey.evaluation.report import comparison_sheets, run_sheets
from mlsurvey.evaluation.run import Gold, Run, corpus_text, evaluate
from mlsurvey.evaluation.saved import read_run, run_value
from mlsurvey.written import Summary, SummarySentence

from .samples import BURN, CANDLE, EMPTY, GOOD, OTHER, QUESTION, answer, citation, hit, said, text

CHEESE = Question("q2", "Which cheese?", "unanswerable", False, (), ())
ONE_SIDED = answer((said("burn", 1),), (citation(1, BURN),))


def run_with(first, second=EMPTY) -> Run:
    answers = {QUESTION.text: first, CHEESE.text: second}
    gold = Gold((QUESTION, CHEESE), text, {}, {"a.md": (Region(1, 9, "burn"),)})
    hits = [hit(1, OTHER), hit(2, CANDLE), hit(3, BURN)]
    return evaluate(gold, answers.__getitem__, lambda query, limit: hits[:limit], lambda done, total: None)


def values(run: Run) -> dict[str, float | None]:
    return {figure.name: figure.value for figure in run.figures}


def test_every_figure_is_measured_in_one_run() -> None:
    measured = values(run_with(GOOD))
    assert list(measured) == list(FIGURES)
    assert {name: measured[name] for name in ("verbatim", "cell_recall", "hit_at_1", "abstain_right")} == {
        "verbatim": 1.0,
        "cell_recall": 1.0,
        "hit_at_1": 1.0,
        "abstain_right": 1.0,
    }
    assert measured["abstain_wrong"] == 0.0 and measured["list_f1"] is None
    assert measured["recall@5"] == 1.0 and measured["both_sides@10"] == 1.0 and measured["ndcg@10"] < 1.0


def test_a_run_with_summaries_has_figures_for_them(tmp_path) -> None:
    cited = tuple(SummarySentence("Burn runs.", (one.number,)) for one in GOOD.citations[:1])
    run = run_with(replace(GOOD, summary=Summary(cited, 4, 3, None, 0.5)))
    measured = values(run)
    assert list(measured) == [*FIGURES, *SUMMARY_FIGURES]
    assert (measured["summary_kept"], measured["summary_precision"], measured["summary_seconds"]) == (0.25, 1.0, 0.5)
    assert measured["summary_recall"] == 1 / len(QUESTION.cells)
    file = tmp_path / "run.json"
    file.write_text(json.dumps(run_value(run)), "utf-8")
    assert read_run(file).figures == run.figures
    assert [delta.name for delta in compare(run_with(GOOD), run).deltas] == list(FIGURES)
    assert list(breaches(bounds(["summary_kept=0.5"], []), run_with(GOOD).figures)) != []


def test_progress_is_told_per_question() -> None:
    told: list[tuple[int, int]] = []
    gold = Gold((QUESTION, CHEESE), text, {})
    evaluate(gold, lambda question: EMPTY, lambda query, limit: [], lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_no_questions_are_no_evaluation() -> None:
    with pytest.raises(ValueError, match="no questions"):
        evaluate(Gold((), text, {}), lambda question: EMPTY, lambda query, limit: [], lambda done, total: None)


def test_a_saved_run_comes_back_as_it_was(tmp_path) -> None:
    run = run_with(ONE_SIDED)
    file = tmp_path / "run.json"
    file.write_text(json.dumps(run_value(run)), "utf-8")
    assert read_run(file) == run


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"index": "", "model": "", "questions": [{"id": 1}]}', "[1]"])
def test_a_file_that_is_no_saved_run_is_refused(tmp_path, content) -> None:
    file = tmp_path / "run.json"
    file.write_text(content, "utf-8")
    with pytest.raises(UsageError, match="is not a saved run"):
        read_run(file)
    with pytest.raises(NotFoundError, match="with a run that --save wrote"):
        read_run(tmp_path / "nowhere.json")


def test_a_comparison_says_which_cells_were_won_and_lost() -> None:
    before, after = run_with(ONE_SIDED), run_with(GOOD, second=replace(GOOD, abstained=False))
    found = compare(before, after)
    assert found.won[0] == Change("q1", "cell_recall", 0.0, 1.0, "candle/gpu")
    assert Change("q2", "abstain_right", 1.0, 0.0) in found.lost
    assert {c.figure for c in compare(after, before).lost} >= {"cell_recall", "hit_at_1"}
    assert compare(after, after).won == compare(after, after).lost == ()


def test_questions_that_only_one_run_has_are_named() -> None:
    whole = run_with(GOOD)
    part = replace(whole, questions=whole.questions[:1])
    assert compare(whole, part).only_before == ("q2",)
    assert compare(part, whole).only_after == ("q2",)
    assert {d.name: d.count for d in compare(whole, part).deltas}["abstain_right"] == 0


def test_reports_have_a_row_per_figure_question_and_change() -> None:
    run = run_with(ONE_SIDED)
    questions, totals = run_sheets(run, per_question=True)
    assert questions.rows[0] == ("q1", "compare", "no", "1/2", "candle/gpu")
    assert totals.title == "2 questions, median 10 ms an answer"
    assert ("cell_recall", "0.500", "0.500 to 0.500", "2") in totals.rows
    assert ("list_f1", "-", "-", "0") in totals.rows
    won, lost, _ = comparison_sheets(compare(run, run_with(GOOD)))
    assert won.rows[0] == ("q1", "cell_recall", "0.000", "1.000", "candle/gpu") and lost.title == "Lost: 0"


def test_texts_are_those_on_disk_and_empty_where_there_is_none(tmp_path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    (tmp_path / "b.bin").write_bytes(b"\0\1\2")
    read = corpus_text(tmp_path)
    assert (read("a.md"), read("b.bin"), read("none.md"), read(".")) == ("one\r\ntwo", "", "", "")


def test_regions_are_read_with_their_line_numbers(tmp_path) -> None:
    file = tmp_path / "regions.tsv"
    file.write_text("document\tfirst_line\tlast_line\tentity\na.md\t1\t3\tburn\n\n", "utf-8")
    assert read_regions(file) == {"a.md": (Region(1, 3, "burn"),)}
    file.write_text("a.md\tone\t3\tburn\n", "utf-8")
    with pytest.raises(UsageError, match="line 1: not document, first_line"):
        read_regions(file)
    with pytest.raises(NotFoundError):
        read_regions(tmp_path / "none.tsv")
