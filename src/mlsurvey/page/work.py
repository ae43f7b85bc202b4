"""Jobs as views: how far a refresh is, and what it did. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlsurvey.rendering.plain import one_line
from mlsurvey.rendering.wording import passages

STEPS = (
    ("start", "Start"),
    ("read", "Read what is new or changed"),
    ("chunk", "Split into passages"),
    ("model", "Prepare the model"),
    ("embed", "Embed the passages"),
    ("publish", "Publish"),
)
"""The phases of a refresh in their order; those with nothing to do are passed over."""
STATES = {
    "queued": "Waiting to start",
    "running": "Running",
    "succeeded": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
LISTED = 50
"""Paths listed in each group; the others are counted."""
_GROUPS = {
    "added": "Added",
    "changed": "Changed",
    "moved": "Moved",
    "removed": "Removed",
    "unreadable": "Could not be read",
    "decoded": "Read in another encoding than UTF-8",
    "omitted": "Not indexed in full",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A phase, and whether the job is in it or past it."""

    slug: str
    name: str
    state: str
    """``done``, ``current`` or ``to-do``."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Files that a refresh treated alike."""

    title: str
    lines: tuple[str, ...]
    more: int
    """Number of files not listed."""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as its page shows it."""

    id: str
    title: str
    state: str
    told: str
    """Its state in words, or why it ended."""
    is_over: bool
    done: int
    total: int
    steps: tuple[Step, ...]
    summary: tuple[str, ...]
    groups: tuple[Listing, ...]
    notes: tuple[str, ...]


def job_view(job: Mapping[str, Any]) -> JobView:
    """Return the view of a job, given as the object that the API sends."""
    state, progress, report = job["state"], job.get("progress") or {}, job.get("result") or {}
    problem = job.get("problem") or {}
    return JobView(
        id=job["id"],
        title="Refresh" if job["kind"] == "refresh" else "Evaluation",
        state=state,
        told=one_line(problem.get("detail") or STATES.get(state, state)),
        is_over=state not in ("queued", "running"),
        done=progress.get("done", 0),
        total=progress.get("total", 0),
        steps=tuple(_steps(state, progress.get("phase"))) if job["kind"] == "refresh" and state != "succeeded" else (),
        summary=tuple(_summary(report)) if job["kind"] == "refresh" and report else (),
        groups=tuple(_groups(report)),
        notes=tuple(one_line(note) for note in report.get("notes", ())),
    )


def _steps(state: str, phase: str | None) -> Iterator[Step]:
    order = [slug for slug, _ in STEPS]
    reached = order.index(phase) if phase in order else -1
    for place, (slug, name) in enumerate(STEPS):
        later = "current" if place == reached and state == "running" else "to-do"
        told = "done" if place < reached else later
        yield Step(slug, name, told)


def _summary(report: Mapping[str, Any]) -> Iterator[str]:
    names = ("added", "changed", "moved", "removed")
    changes = [f"{len(report[name])} {name}" for name in names if report.get(name)]
    yield ", ".join(changes) or "Nothing had changed"
    yield f"{passages(report.get('passages', 0))} in the index, {report.get('embedded', 0)} newly embedded"
    yield f"{report.get('seconds', 0.0):.1f} seconds"


def _groups(report: Mapping[str, Any]) -> Iterator[Listing]:
    for name, title in _GROUPS.items():
        if files := report.get(name):
            lines = tuple(_told(one) for one in files[:LISTED])
            yield Listing(f"{title} ({len(files)})", lines, max(0, len(files) - LISTED))


def _told(one: str | Sequence[str] | Mapping[str, str]) -> str:
    if isinstance(one, str):
        return one_line(one)
    parts = one.values() if isinstance(one, Mapping) else one
    return one_line(": ".join(map(str, parts)))
