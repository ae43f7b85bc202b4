"""An answer as a matrix: aspects as rows, libraries as columns. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mlsurvey.types import Answer, Conflict, Missing, Statement

Place = tuple[str | None, str | None]
"""Slugs of entity and aspect; None for statements about neither."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What the documents say about one aspect of one library."""

    entity: str | None
    aspect: str | None
    statements: tuple[Statement, ...]
    missing: Missing | None
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One row per aspect, with one cell per entity."""

    entities: tuple[str | None, ...]
    aspects: tuple[str | None, ...]
    rows: tuple[tuple[Cell, ...], ...]


def matrix_of(answer: Answer) -> Matrix:
    """The matrix of an answer, with a row and a column for every aspect and entity that any part of it is about."""
    told: list[Statement | Missing | Conflict] = [*answer.statements, *answer.missing, *answer.conflicts]
    entities: tuple[str | None, ...] = tuple(dict.fromkeys((*answer.entities, *(part.entity for part in told))))
    aspects: tuple[str | None, ...] = tuple(dict.fromkeys((*answer.aspects, *(part.aspect for part in told))))
    rows = tuple(tuple(_cell(answer, (entity, aspect)) for entity in entities) for aspect in aspects)
    return Matrix(entities, aspects, rows)


def _cell(answer: Answer, place: Place) -> Cell:
    return Cell(
        *place,
        statements=tuple(s for s in answer.statements if (s.entity, s.aspect) == place),
        missing=next((m for m in answer.missing if (m.entity, m.aspect) == place), None),
        conflicts=tuple(c for c in answer.conflicts if (c.entity, c.aspect) == place),
    )
