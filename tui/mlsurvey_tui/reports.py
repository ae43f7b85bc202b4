"""Builds reports and errors from plain values sent by another process. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlsurvey import errors
from mlsurvey.errors import MlsurveyError
from mlsurvey.state import LeftOut, RefreshReport, Unreadable

if TYPE_CHECKING:
    from mlsurvey.syncing.sync import SyncReport


def report_of(told: Mapping[str, Any]) -> RefreshReport:
    """Return the report of a refresh."""
    unreadable = tuple(Unreadable(**file) for file in told["unreadable"])
    left_out = tuple(LeftOut(**one) for one in told.get("left_out", ()))  # an older server has none
    plain = {name: _frozen(value) for name, value in told.items()}
    return RefreshReport(**plain | {"unreadable": unreadable, "left_out": left_out})


def sync_report_of(told: Mapping[str, Any]) -> SyncReport:
    """Return the report of an upstream sync."""
    from mlsurvey.syncing.sync import Outcome, SyncReport  # imported lazily: it loads the HTTP client

    return SyncReport(tuple(Outcome(**one) for one in told["outcomes"]), tuple(told["notes"]))


def error_of(told: Mapping[str, str]) -> MlsurveyError:
    """Return the error, with its original class if that is one of :mod:`mlsurvey.errors`."""
    kind = getattr(errors, told["type"], MlsurveyError)
    known = isinstance(kind, type) and issubclass(kind, MlsurveyError)
    return kind(told["message"]) if known else MlsurveyError(f"{told['type']}: {told['message']}")


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
