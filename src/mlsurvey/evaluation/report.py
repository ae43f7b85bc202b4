"""A run and a comparison as titled text tables, ready for layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlsurvey.evaluation.comparison import Change, Comparison
from mlsurvey.evaluation.figures import LOWER_IS_BETTER, Figure
from mlsurvey.evaluation.run import Run, Scored

UNMEASURED = "-"
QUESTION_COLUMNS = ("question", "kind", "abstained", "first", "missed")
CHANGE_COLUMNS = ("question", "figure", "before", "after", "cell")
ERROR_COLUMNS = ("95 % interval", "n")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: title, column names, and rows with one cell per column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def run_sheets(run: Run, *, per_question: bool) -> Iterator[Sheet]:
    """A table of figures; with ``per_question``, preceded by a table of questions with their missed cells."""
    if per_question:
        yield Sheet("Questions", QUESTION_COLUMNS, tuple(_question_row(question) for question in run.questions))
    title = f"{len(run.questions)} questions, median {run.median_milliseconds:.0f} ms an answer"
    yield Sheet(title, ("figure", "value", *ERROR_COLUMNS), tuple(_figure_row(figure) for figure in run.figures))


def comparison_sheets(comparison: Comparison) -> Iterator[Sheet]:
    """Tables of wins and losses, then of the differences in figures."""
    for title, changes in (("Won", comparison.won), ("Lost", comparison.lost)):
        rows = tuple(_change_row(change) for change in changes)
        yield Sheet(f"{title}: {len(rows)}", CHANGE_COLUMNS, rows)
    rows = tuple(_figure_row(delta, sign="+") for delta in comparison.deltas)
    yield Sheet("Difference to the saved run", ("figure", "difference", *ERROR_COLUMNS), rows)
    for title, ids in (("Only in the saved run", comparison.only_before), ("Only in this run", comparison.only_after)):
        if ids:
            yield Sheet(title, ("question",), tuple((identity,) for identity in ids))


def _question_row(question: Scored) -> tuple[str, ...]:
    first = question.tallies["hit_at_1"]
    return (
        question.id,
        question.kind,
        "yes" if question.abstained else "no",
        f"{first.total:.0f}/{first.count}" if first.count else UNMEASURED,
        ", ".join(question.missed) or UNMEASURED,
    )


def _figure_row(figure: Figure, sign: str = "") -> tuple[str, ...]:
    name = f"{figure.name} (lower is better)" if figure.name in LOWER_IS_BETTER else figure.name
    if figure.value is None:
        return (name, UNMEASURED, UNMEASURED, "0")
    interval = f"{figure.low:{sign}.3f} to {figure.high:{sign}.3f}"
    return (name, f"{figure.value:{sign}.3f}", interval, str(figure.count))


def _change_row(change: Change) -> tuple[str, ...]:
    return (change.question, change.figure, f"{change.before:.3f}", f"{change.after:.3f}", change.cell or UNMEASURED)
