"""``eval``: measure answers and searches against gold questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlsurvey.cli.console import say, show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Index, Json, Model, Writer, opened
from mlsurvey.errors import Interrupted, MlsurveyError, NotFoundError, UsageError

if TYPE_CHECKING:
    from mlsurvey.evaluation.comparison import Comparison
    from mlsurvey.evaluation.questions import Question
    from mlsurvey.evaluation.regions import Regions
    from mlsurvey.evaluation.run import Gold, Run
    from mlsurvey.survey import Survey

WARNINGS = 10
"""Maximum evidence faults listed; the rest are counted."""
EXIT_BREACH = MlsurveyError.exit_code
"""A figure is outside its bound, which fails a CI job."""

_EVAL = with_examples(
    "Answer every question in a file, and measure the answers against the evidence in the file.",
    "eval questions.jsonl",
    "eval questions.jsonl --per-question --save before.json",
    "eval questions.jsonl --compare before.json",
    "eval questions.jsonl --min cell_recall=0.9 --max abstain_wrong=0.05",
    "eval questions.jsonl --writer openai-compatible --min summary_precision=0.8",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("eval", help=_EVAL)(evaluate)


def evaluate(
    ctx: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="Gold questions, one JSON object per line.")],
    regions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Which library each part of a document is about.")
    ] = None,
    per_question: Annotated[bool, typer.Option("--per-question", help="Show what each question misses.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Save the run for a later --compare.")] = None,
    compare: Annotated[Path | None, typer.Option(metavar="FILE", help="Show what changed since a saved run.")] = None,
    least: Annotated[
        list[str] | None,
        typer.Option("--min", metavar="NAME=VALUE", help="Exit with 1 if a figure is below its bound."),
    ] = None,
    greatest: Annotated[
        list[str] | None,
        typer.Option("--max", metavar="NAME=VALUE", help="Exit with 1 if a figure is above its bound."),
    ] = None,
    as_json: Json = False,
    writer: Writer = None,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Measure answers; all arguments are checked before the first question is asked."""
    from mlsurvey.evaluation.comparison import compare as compare_runs
    from mlsurvey.evaluation.gates import bounds, breaches
    from mlsurvey.evaluation.questions import read_questions
    from mlsurvey.evaluation.regions import read_regions
    from mlsurvey.evaluation.saved import read_run

    gates = bounds(least or (), greatest or ())
    if save and not save.absolute().parent.is_dir():
        raise NotFoundError(f"no folder {str(save.absolute().parent)!r} to save the run in; create it first")
    asked, stretches = read_questions(questions), read_regions(regions) if regions else {}
    before = read_run(compare) if compare else None
    with opened(ctx, corpus, index, model, writer=writer) as survey:
        run = _run(survey, asked, stretches)
    _report(run, compare_runs(before, run) if before else None, per_question=per_question, as_json=as_json)
    if save:
        _save(run, save)
    failed = list(breaches(gates, run.figures))
    for breach in failed:
        say(breach)
    raise typer.Exit(EXIT_BREACH if failed else 0)


def _run(survey: Survey, questions: tuple[Question, ...], regions: Regions) -> Run:
    from mlsurvey.cli.watchers import make_watcher
    from mlsurvey.evaluation.measures import called
    from mlsurvey.evaluation.run import Gold, corpus_text
    from mlsurvey.evaluation.run import evaluate as evaluate_all

    gold = Gold(questions, corpus_text(survey.settings.corpus), called(survey.entities()), regions)
    _warn_of_faults(gold, survey.settings.corpus)
    try:
        with make_watcher(quiet=False) as progress:
            return evaluate_all(
                gold,
                ask=survey.ask,
                search=lambda query, limit: survey.search(query, limit=limit).hits,
                watch=lambda done, total: progress("answering", done, total),
            )
    except KeyboardInterrupt as error:
        raise Interrupted("interrupted; nothing was measured") from error


def _warn_of_faults(gold: Gold, corpus: Path) -> None:
    """Warn about evidence that is not at its stated place, since it lowers the figures."""
    from mlsurvey.evaluation.questions import quote_faults

    cited = {e.document for question in gold.questions for cell in question.cells for e in cell.evidence}
    if cited and not any(map(gold.text, cited)):
        raise UsageError(f"{corpus} has no document that the questions cite, such as {min(cited)}; give --corpus")
    faults = list(quote_faults(gold.questions, gold.text))
    for fault in faults[:WARNINGS]:
        say(f"warning: {fault}")
    if len(faults) > WARNINGS:
        say(f"warning: and {len(faults) - WARNINGS} more quotes like these")


def _report(run: Run, comparison: Comparison | None, *, per_question: bool, as_json: bool) -> None:
    if as_json:
        from mlsurvey.rendering.json import to_json

        write(to_json(_value(run, comparison)))
        return
    from rich.console import Group

    from mlsurvey.evaluation.report import comparison_sheets, run_sheets
    from mlsurvey.rendering.columns import columns_view

    sheets = [*run_sheets(run, per_question=per_question), *(comparison_sheets(comparison) if comparison else ())]
    show(Group(*(columns_view(sheet.title, sheet.columns, sheet.rows) for sheet in sheets)))


def _value(run: Run, comparison: Comparison | None) -> dict[str, Any]:
    from mlsurvey.evaluation.saved import run_value

    return run_value(run) | ({"comparison": comparison} if comparison else {})


def _save(run: Run, path: Path) -> None:
    from mlsurvey.evaluation.saved import run_value
    from mlsurvey.rendering.json import to_json

    path.write_text(to_json(run_value(run)) + "\n", "utf-8")
