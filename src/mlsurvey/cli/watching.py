"""``refresh --watch``: refresh whenever the corpus folder changes, until Ctrl-C."""

from __future__ import annotations

from mlsurvey.cli.console import report_error, say
from mlsurvey.cli.refreshing import refresh_once, show_report
from mlsurvey.errors import BusyError, Interrupted, MlsurveyError, StorageError, UnreadableError
from mlsurvey.survey import Survey

DEBOUNCE_MS = 1_000
"""Maximum time to collect changes, which ends earlier after a quarter second without any: one refresh per burst."""
PASSING = (BusyError, StorageError, UnreadableError)
"""Errors that may be gone at the next change: another writer, a full disk, a half-written file."""


def watch_corpus(survey: Survey, *, quiet: bool, as_json: bool) -> None:
    """Refresh after every burst of changes; a transient error is reported, and the watch continues.

    Raises:
        Interrupted: on Ctrl-C.
    """
    from watchfiles import DefaultFilter, watch

    if not quiet:
        say(f"watching {survey.settings.corpus}; press Ctrl-C to stop")
    # The folder of the index may lie in the corpus, and each refresh writes it.
    wanted = DefaultFilter(ignore_paths=[survey.settings.folder])
    changes = watch(survey.settings.corpus, watch_filter=wanted, step=250, debounce=DEBOUNCE_MS, raise_interrupt=True)
    try:
        for _ in changes:
            _refresh_and_tell(survey, quiet=quiet, as_json=as_json)
    except KeyboardInterrupt as error:
        raise Interrupted("stopped watching; the index matches the last report") from error


def _refresh_and_tell(survey: Survey, *, quiet: bool, as_json: bool) -> None:
    try:
        report = refresh_once(survey, quiet=True)
    except PASSING as error:
        report_error(error, MlsurveyError.exit_code, as_json=as_json)
        return
    if report.is_change or report.unreadable:
        show_report(report, quiet=quiet, as_json=as_json)
