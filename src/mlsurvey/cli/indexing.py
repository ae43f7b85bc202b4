"""``refresh``: bring the index up to date, once or whenever the corpus changes."""

from __future__ import annotations

from typing import Annotated

import typer

from mlsurvey.calling import Spread
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Exclude, Index, Json, Model, opened
from mlsurvey.cli.refreshing import refresh_once, show_report
from mlsurvey.errors import UsageError

_REFRESH = with_examples(
    "Update the index to match the corpus folder. Only new passages are embedded.",
    "refresh",
    "refresh --dry-run",
    "refresh --corpus ~/papers --index ~/papers.index",
    "refresh --watch",
    "refresh --exclude drafts/ --exclude '*.txt'",
    "refresh --index milvus://localhost:19530/mlsurvey --on ray --workers 2",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_REFRESH)(refresh)


def refresh(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done without writing anything.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Rebuild from scratch, even if the index is damaged.")
    ] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Read every file, even if its size and times look unchanged.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Keep running, and refresh after every change.")] = False,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="ray|ray://HOST:PORT", help="Embed on workers of this machine, or of a cluster."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="With --on: number of workers; one for each core by default.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no report.")] = False,
    as_json: Json = False,
    exclude: Exclude = None,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Refresh the index."""
    if workers and not on:
        raise UsageError("--workers needs --on; type: mlsurvey refresh --on ray --workers N")
    if watch and dry_run:
        raise UsageError("--watch and --dry-run cannot be combined; leave one out")
    with opened(ctx, corpus, index, model, exclude) as survey:
        spread = Spread(on, workers) if on else None
        report = refresh_once(survey, dry_run=dry_run, rebuild=rebuild, thorough=thorough, quiet=quiet, spread=spread)
        show_report(report, quiet=quiet, as_json=as_json)
        if watch:
            from mlsurvey.cli.watching import watch_corpus

            watch_corpus(survey, quiet=quiet, as_json=as_json)
