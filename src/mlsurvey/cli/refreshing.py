"""A refresh with progress and report, shared by ``refresh``, ``--watch`` and ``add --refresh``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlsurvey.calling import Spread
from mlsurvey.cli.console import show, write
from mlsurvey.errors import Interrupted
from mlsurvey.state import RefreshReport

if TYPE_CHECKING:
    from mlsurvey.survey import Survey

NOTHING_LOST = (
    "interrupted; nothing is lost: the index is unchanged, and embedded passages are kept. To continue, type: "
)


def refresh_once(
    survey: Survey,
    *,
    dry_run: bool = False,
    rebuild: bool = False,
    thorough: bool = False,
    quiet: bool = False,
    command: str = "mlsurvey refresh",
    spread: Spread | None = None,
) -> RefreshReport:
    """Refresh the index and show progress; ``command`` is what to type after an interruption.

    ``spread`` is that of :meth:`mlsurvey.survey.Survey.refresh`.

    Raises:
        Interrupted: on Ctrl-C; says that nothing is lost.
    """
    from mlsurvey.cli.watchers import make_watcher

    try:
        with make_watcher(quiet=quiet) as progress:
            return survey.refresh(dry_run=dry_run, rebuild=rebuild, thorough=thorough, progress=progress, spread=spread)
    except KeyboardInterrupt as error:
        raise Interrupted(NOTHING_LOST + command) from error


def show_report(report: RefreshReport, *, quiet: bool, as_json: bool) -> None:
    """Write the report to stdout in the requested form."""
    if as_json:
        from mlsurvey.rendering.json import to_json

        write(to_json(report))
    elif not quiet:
        from mlsurvey.rendering.report import report_view

        show(report_view(report))
