"""``sync``: fetch upstream documents into the corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsurvey.cli.console import say, show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Index, Json, Model, opened
from mlsurvey.cli.refreshing import refresh_once, show_report
from mlsurvey.errors import Interrupted

if TYPE_CHECKING:
    from mlsurvey.settings import Settings
    from mlsurvey.state import RefreshReport
    from mlsurvey.syncing.sync import SyncReport

EXIT_INCOMPLETE = 1

_SYNC = (
    with_examples(
        "Fetch the READMEs and guides listed in sources.toml into the corpus, and refresh the index.",
        "sync",
        "sync burn candle ml5.js",
        "sync --no-refresh --json",
        "sync --from ~/mirror burn",
    )
    + """

Documents are stored in upstream/ in the corpus, with a record of their origin
(upstream/provenance.json), which citations show. Only newer versions are
fetched. A document that cannot be fetched is reported, and its earlier copy is
kept; the others are still fetched, and the exit code is 1.

Hosts: GitHub (setting github_raw), the npm registry and the Python package
index that npm and pip are configured for. Proxies and certificates come from the
environment (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE)."""
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_SYNC)(sync)


def sync(
    ctx: typer.Context,
    libraries: Annotated[list[str] | None, typer.Argument(metavar="[SLUG]...", show_default="all")] = None,
    folder: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="Read from a folder with a MANIFEST.tsv instead.")
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh/--no-refresh", help="Refresh the index afterwards.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no report.")] = False,
    as_json: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Fetch upstream documents."""
    refreshed = None
    with opened(ctx, corpus, index, model) as survey:
        report = _fetch(survey.settings, libraries or [], folder, quiet=quiet)
        if not (quiet or as_json):
            _show(report)
        if refresh:
            refreshed = refresh_once(survey, quiet=quiet)
    if as_json:
        _write_json(report, refreshed)
    elif refreshed:
        show_report(refreshed, quiet=quiet, as_json=False)
    raise typer.Exit(0 if report.is_complete else EXIT_INCOMPLETE)


def _fetch(settings: Settings, libraries: list[str], folder: Path | None, *, quiet: bool) -> SyncReport:
    from mlsurvey.cli.watchers import make_watcher
    from mlsurvey.survey.upstream import sync_upstream

    try:
        with make_watcher(quiet=quiet) as progress:
            return sync_upstream(settings, libraries, folder=folder, progress=progress)
    except KeyboardInterrupt as error:
        raise Interrupted("interrupted; fetched documents are kept. To continue, type: mlsurvey sync") from error


def _show(report: SyncReport) -> None:
    from mlsurvey.rendering.syncing import sync_view

    for note in report.notes:
        say(f"note: {note}")
    show(sync_view([(one.state, one.path, one.host, one.reason or "") for one in report.outcomes]))


def _write_json(report: SyncReport, refreshed: RefreshReport | None) -> None:
    from mlsurvey.rendering.json import to_json

    value = {"complete": report.is_complete, "documents": report.outcomes, "notes": report.notes}
    write(to_json(value | ({"refresh": refreshed} if refreshed else {})))
