"""Reports and errors that another process told as plain values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlsurvey import errors
from mlsurvey.errors import MlsurveyError
from mlsurvey.types import RefreshReport, Unreadable

if TYPE_CHECKING:
    from mlsurvey.syncing.sync import SyncReport


def report_of(told: Mapping[str, Any]) -> RefreshReport:
    """The report of a refresh."""
    unreadable = tuple(Unreadable(**file) for file in told["unreadable"])
    return RefreshReport(**{name: _frozen(value) for name, value in told.items()} | {"unreadable": unreadable})


def sync_report_of(told: Mapping[str, Any]) -> SyncReport:
    """The report of a fetch from upstream."""
    from mlsurvey.syncing.sync import Outcome, SyncReport  # speaks HTTP: imported where it is needed

    return SyncReport(tuple(Outcome(**one) for one in told["outcomes"]), tuple(told["notes"]))


def error_of(told: Mapping[str, str]) -> MlsurveyError:
    """The error, by its class where it is one of ours."""
    kind = getattr(errors, told["type"], MlsurveyError)
    known = isinstance(kind, type) and issubclass(kind, MlsurveyError)
    return kind(told["message"]) if known else MlsurveyError(f"{told['type']}: {told['message']}")


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
