"""``refresh``: bring the index up to date, once or whenever the corpus changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mlsurvey.cli.console import show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Index, Json, Model, opened
from mlsurvey.errors import Interrupted, UsageError
from mlsurvey.types import RefreshReport

if TYPE_CHECKING:
    from mlsurvey.survey import Survey

NOTHING_LOST = (
    "interrupted; nothing is lost: the index answers as before, and what was embedded is kept. "
    "To go on, type: mlsurvey refresh"
)

_REFRESH = with_examples(
    "Bring the index up to date with the corpus folder. Only passages that are new are embedded.",
    "refresh",
    "refresh --dry-run",
    "refresh --corpus ~/papers --index ~/papers.index",
    "refresh --watch",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_REFRESH)(refresh)


def refresh(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build anew, also where the index is damaged.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and refresh after every change.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no report.")] = False,
    as_json: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Refresh the index."""
    if watch and dry_run:
        raise UsageError("--watch and --dry-run exclude each other")
    with opened(ctx, corpus, index, model) as survey:
        report = refresh_once(survey, dry_run=dry_run, rebuild=rebuild, quiet=quiet)
        show_report(report, quiet=quiet, as_json=as_json)
        if watch:
            from mlsurvey.cli.watching import watch_corpus

            watch_corpus(survey, quiet=quiet, as_json=as_json)


def refresh_once(survey: Survey, *, dry_run: bool = False, rebuild: bool = False, quiet: bool = False) -> RefreshReport:
    """One refresh with progress.

    Raises:
        Interrupted: Ctrl-C; says that nothing is lost.
    """
    from mlsurvey.cli.progress import make_watcher

    try:
        with make_watcher(quiet=quiet) as progress:
            return survey.refresh(dry_run=dry_run, rebuild=rebuild, progress=progress)
    except KeyboardInterrupt as error:
        raise Interrupted(NOTHING_LOST) from error


def show_report(report: RefreshReport, *, quiet: bool, as_json: bool) -> None:
    """The report to stdout in the form that was asked for."""
    if as_json:
        from mlsurvey.rendering.json import to_json

        write(to_json(report))
    elif not quiet:
        from mlsurvey.rendering.report import report_view

        show(report_view(report))
