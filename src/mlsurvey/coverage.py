"""What is known about whom: how many statements there are about each subject and point of comparison. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mlsurvey.contract import CONTRACT


@dataclass(frozen=True, slots=True)
class Point:
    """A point of comparison: a column."""

    __pydantic_config__ = CONTRACT

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about a subject: a row."""

    __pydantic_config__ = CONTRACT

    entity: str
    """Slug of the subject."""
    name: str
    language: str | None
    passages: int
    """Number of passages about it."""
    statements: tuple[int, ...]
    """Number of statements about it under each point, in the order of the points."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much the documents say about each subject, by point of comparison."""

    points: tuple[Point, ...]
    rows: tuple[Known, ...]
    read: int
    """Number of passages read."""
    passages: int
    """Number of passages that match the filters; more than were read in a very large index."""

    @property
    def most(self) -> int:
        """The largest number of statements in a cell."""
        return max((count for row in self.rows for count in row.statements), default=0)
