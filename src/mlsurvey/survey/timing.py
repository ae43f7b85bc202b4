"""Reads the releases and the upkeep of subjects from the front matter of their documents."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mlsurvey.calling import Cancelled
from mlsurvey.errors import Interrupted
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.reading.front_matter import some_fields
from mlsurvey.survey.covering import subjects_of
from mlsurvey.timeline import STATES, Life, Release, Timeline, Upkeep
from mlsurvey.types import Entity, Filters

_FIELDS = ("status", "releases")
_DATE = re.compile(r"[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


def timeline(
    snapshot: Snapshot, filters: Filters, classes: Collection[str] = (), cancelled: Cancelled | None = None
) -> Timeline:
    """What the documents state about the releases and the upkeep of the subjects that the filters and classes select.

    Args:
        snapshot: the generation.
        filters: resolved; entities and languages select the subjects, the others their documents.
        classes: of the subjects; empty for all.
        cancelled: called before each document is read.

    Raises:
        NotFoundError: no subject is of one of the classes; similar ones are suggested.
        Interrupted: ``cancelled`` returned True.
    """
    wanted = {one.slug: one for one in subjects_of(snapshot.entities, filters, classes)}
    found: dict[str, Life] = {}
    for path, entity in _own_documents(snapshot, filters, wanted):
        if cancelled is not None and cancelled():
            raise Interrupted("the reading of releases was stopped")
        life = _life(entity, path, some_fields(snapshot.document(path).text, _FIELDS))
        if life is not None:
            found.setdefault(entity.slug, life)
    rows = sorted(found.values(), key=lambda life: life.name.casefold())
    return Timeline(tuple(rows), len(wanted) - len(rows))


def _own_documents(snapshot: Snapshot, filters: Filters, wanted: Mapping[str, Entity]) -> Iterator[tuple[str, Entity]]:
    for row in snapshot.documents(filters):
        if entity := wanted.get(row.subject or ""):
            yield row.path, entity


def _life(entity: Entity, path: str, fields: Mapping[str, Any]) -> Life | None:
    """What the front matter states; None if it states nothing."""
    releases = fields.get("releases")
    told = releases if isinstance(releases, Mapping) else {}
    upkeep, first, latest = _upkeep(fields.get("status")), _release(told.get("first")), _release(told.get("latest"))
    if upkeep is None and first is None and latest is None:
        return None
    return Life(entity.slug, entity.name, entity.language, path, upkeep, first, latest)


def _upkeep(value: Any) -> Upkeep | None:
    """The state of upkeep, stated alone or with its dates."""
    told = value if isinstance(value, Mapping) else {"state": value}
    state = told.get("state")
    if state not in STATES:  # unknown, or the status of something else: "draft"
        return None
    return Upkeep(state, _date(told.get("since")), _date(told.get("judged")))


def _release(value: Any) -> Release | None:
    if not isinstance(value, Mapping):
        return None
    version, date = value.get("version"), _date(value.get("date"))
    text = str(version) if isinstance(version, str | int | float) and not isinstance(version, bool) else None
    return Release(text, date) if text or date else None


def _date(value: Any) -> str | None:
    """A date at the precision that it is stated with; None if it is none."""
    if isinstance(value, datetime.date):  # includes datetime.datetime
        return value.isoformat()[:10]
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _DATE.fullmatch(text) else None
