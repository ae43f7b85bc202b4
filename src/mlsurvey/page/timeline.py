"""Releases and upkeep over time: subjects as rows of a table, each with its line on one scale of years. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlsurvey.page import links
from mlsurvey.rendering.plain import one_line
from mlsurvey.timeline import STATES, Life, Release, Timeline, Upkeep

NOT_STATED = "not stated"
_STEPS = (1, 2, 5, 10, 20, 50, 100)
"""Numbers of years between two lines of the scale."""
_MOST_LINES = 6
_MARGIN = 4.0
"""Per cent of the width left free at both ends, for marks and numbers."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Years from left to right, in per cent of the width."""

    begin: int
    """The first year."""
    end: int
    """The year after the last one."""

    def place(self, moment: float) -> str:
        """Return the place of a moment in years: 2024.5 is the middle of 2024."""
        share = (moment - self.begin) / (self.end - self.begin)
        return f"{_MARGIN + share * (100 - 2 * _MARGIN):.2f}%"

    @property
    def lines(self) -> tuple[tuple[str, int], ...]:
        """The years that have a line, each with its place."""
        years = self.end - self.begin
        step = next((step for step in _STEPS if years / step <= _MOST_LINES), _STEPS[-1])
        first = -(-self.begin // step) * step
        return tuple((self.place(year), year) for year in range(first, self.end + 1, step))


@dataclass(frozen=True, slots=True)
class Told:
    """A cell: a state or a version, and its dates, which may be empty."""

    what: str
    when: str


@dataclass(frozen=True, slots=True)
class Row:
    """A subject: what its document states in words, and the places of its marks; None for what has no date."""

    name: str
    language: str | None
    document: str
    """Address of the document."""
    state: str | None
    status: Told
    first: Told
    latest: Told
    first_at: str | None
    latest_at: str | None
    known_at: str | None
    """Place of the last release with a date: from there to the judgement, no release is dated."""
    since_at: str | None
    judged_at: str | None


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The timeline as its page shows it."""

    rows: tuple[Row, ...]
    total: int
    """Number of subjects on all pages."""
    states: tuple[tuple[str, int], ...]
    """Number of subjects of each state, on all pages; the last for those whose state is not stated."""
    dated: int
    """Number of subjects of whom a release has a date."""
    silent: int
    """Number of subjects whose documents state nothing of this."""
    lines: tuple[tuple[str, int], ...]
    """The years of the scale, each with its place."""
    has_since: bool
    """Whether it is known of a subject on this page since when it is in its state."""


def timeline_view(found: Timeline, order: str, offset: int, size: int) -> TimelineView:
    """Return a part of the timeline, from a row on, in the order ``latest``, ``status`` or ``name``."""
    counts = Counter(life.state for life in found.rows)
    states = (*((state, counts[state]) for state in STATES), (NOT_STATED, counts[None]))
    scale = scale_of(found.rows)
    rows = tuple(_row(life, scale) for life in ordered(found.rows, order)[offset : offset + size])
    return TimelineView(
        rows=rows,
        total=len(found.rows),
        states=tuple((state, count) for state, count in states if count),
        dated=sum(bool(_dates(life.first, life.latest)) for life in found.rows),
        silent=found.silent,
        lines=scale.lines if scale else (),
        has_since=any(row.since_at and row.judged_at for row in rows),
    )


def ordered(rows: Sequence[Life], order: str) -> list[Life]:
    """Return rows that are sorted by name in another order: last release first, or best upkeep first."""
    if order == "status":
        return sorted(rows, key=lambda life: STATES.index(life.state) if life.state else len(STATES))
    if order == "latest":
        return sorted(rows, key=lambda life: max(_dates(life.first, life.latest), default=0.0), reverse=True)
    return list(rows)


def scale_of(rows: Iterable[Life]) -> Scale | None:
    """Return the years that the dates of all rows span; None without a date."""
    moments = [moment for life in rows for moment in _dates(life.first, life.latest, life.upkeep)]
    return Scale(int(min(moments)), int(max(moments)) + 1) if moments else None


def moment_of(date: str) -> float:
    """Return an ISO date in years. A year or a month alone stands for its middle."""
    year, *rest = (int(part) for part in date.split("-"))
    month, day = (*rest, None, None)[:2]
    if month is None:
        return year + 0.5
    return year + (month - 1 + (0.5 if day is None else (day - 0.5) / 31)) / 12


def _dates(*told: Release | Upkeep | None) -> list[float]:
    dates = [date for one in told if one for date in _stated(one)]
    return [moment_of(date) for date in dates if date]


def _stated(one: Release | Upkeep) -> tuple[str | None, ...]:
    return (one.since, one.judged) if isinstance(one, Upkeep) else (one.date,)


def _row(life: Life, scale: Scale | None) -> Row:
    def place(*dates: str | None) -> str | None:
        moments = [moment_of(date) for date in dates if date]
        return scale.place(max(moments)) if scale and moments else None

    first, latest = (one.date if one else None for one in (life.first, life.latest))
    return Row(
        name=one_line(life.name),
        language=life.language,
        document=links.document(life.document),
        state=life.state,
        status=_status(life.upkeep),
        first=_release(life.first),
        latest=_release(life.latest),
        first_at=place(first),
        latest_at=place(latest),
        known_at=place(first, latest),
        since_at=place(life.upkeep.since if life.upkeep else None),
        judged_at=place(life.upkeep.judged if life.upkeep else None),
    )


def _status(upkeep: Upkeep | None) -> Told:
    if upkeep is None:
        return Told(NOT_STATED, "")
    since = [f"since {upkeep.since}"] if upkeep.since else []
    judged = [f"as of {upkeep.judged}"] if upkeep.judged else []
    return Told(upkeep.state, ", ".join([*since, *judged]))


def _release(release: Release | None) -> Told:
    if release is None:
        return Told(NOT_STATED, "")
    return Told(one_line(release.version or "version not stated"), release.date or "no date")
