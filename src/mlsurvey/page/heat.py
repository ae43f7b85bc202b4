"""What is known about whom, as a heat map: subjects as rows, points of comparison as columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlsurvey.coverage import Coverage, Known, Point
from mlsurvey.page import links
from mlsurvey.page.links import Asked
from mlsurvey.rendering.plain import one_line

LEVELS = ("0", "1", "2–3", "4–7", "8–15", "16 or more")
"""Numbers of statements of one colour, from the lightest on."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many statements there are, and the question that they answer."""

    count: int
    level: int
    """Index of its colour in :data:`LEVELS`."""
    address: str
    about: str


@dataclass(frozen=True, slots=True)
class Row:
    """A subject."""

    name: str
    language: str | None
    documents: str
    """Address of the documents about it."""
    passages: int
    cells: tuple[Cell, ...]
    gaps: int
    """Number of points about which nothing is known."""


@dataclass(frozen=True, slots=True)
class HeatView:
    """The heat map as its page shows it."""

    points: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    """Number of subjects on all pages."""
    gaps: int
    """Number of empty cells on all pages."""
    cells: int
    """Number of cells on all pages."""
    unread: int
    """Number of passages that were not counted, as there are too many."""
    read: int


def heat_view(coverage: Coverage, offset: int, size: int) -> HeatView:
    """Return a part of the heat map, from a row on."""
    points = coverage.points
    return HeatView(
        points=tuple(one_line(point.name) for point in points),
        rows=tuple(_row(row, points) for row in coverage.rows[offset : offset + size]),
        total=len(coverage.rows),
        gaps=sum(row.statements.count(0) for row in coverage.rows),
        cells=len(coverage.rows) * len(points),
        unread=coverage.passages - coverage.read,
        read=coverage.read,
    )


def question(subject: str, point: str) -> str:
    """Return the question for what is known about one point of a subject."""
    return f"{subject}: {point}?"


def level(count: int) -> int:
    """Return the colour of a number of statements: each one stands for twice as many as the one before."""
    return min(count.bit_length(), len(LEVELS) - 1)


def _row(row: Known, points: Sequence[Point]) -> Row:
    cells = tuple(_cell(row, point, count) for point, count in zip(points, row.statements, strict=True))
    return Row(
        name=one_line(row.name),
        language=row.language,
        documents=links.documents(entity=row.entity),
        passages=row.passages,
        cells=cells,
        gaps=row.statements.count(0),
    )


def _cell(row: Known, point: Point, count: int) -> Cell:
    asked = Asked(question(row.name, point.name))
    return Cell(count, level(count), links.answer(asked), f"{one_line(row.name)}, {one_line(point.name)}")
