"""When subjects were released, and how well they are kept up, as their documents state it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

STATES = ("active", "slow", "dormant", "archived")
"""States of upkeep, the best first."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release; what its document does not state is None."""

    version: str | None = None
    date: str | None = None
    """ISO date at the precision of the document: year, month or day."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How well a subject is kept up."""

    state: str
    """One of :data:`STATES`."""
    since: str | None = None
    """ISO date, as those of releases."""
    judged: str | None = None
    """ISO date of the judgement."""


@dataclass(frozen=True, slots=True)
class Life:
    """What a document states about its subject: a row."""

    entity: str
    """Slug of the subject."""
    name: str
    language: str | None
    document: str
    """Path of the document."""
    upkeep: Upkeep | None = None
    first: Release | None = None
    latest: Release | None = None

    @property
    def state(self) -> str | None:
        """The state of upkeep."""
        return self.upkeep.state if self.upkeep else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the documents state about the subjects."""

    rows: tuple[Life, ...]
    """By name."""
    silent: int
    """Number of subjects whose documents state neither a release nor a state of upkeep."""
