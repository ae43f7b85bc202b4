"""An answer as a grid of entities and aspects, from which every rendering starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Answer, Entity, Kind, Missing, Statement

NO_ENTITY = "In general"
NO_ASPECT = "Overview"
GROUPS = {"yes": "Yes", "no": "No"}
"""Headings of the groups of a list; the third group has no evidence, so it needs no heading."""
UNKNOWN = "unknown"

Place = tuple[str | None, str | None]
"""A cell: entity and aspect."""


@dataclass(frozen=True, slots=True)
class Names:
    """Display names of slugs; a slug without a name is shown as it is."""

    entities: Mapping[str, str] = field(default_factory=dict)
    aspects: Mapping[str, str] = field(default_factory=dict)

    def entity(self, slug: str | None) -> str:
        """Name of an entity, or the heading for statements about none."""
        return NO_ENTITY if slug is None else one_line(self.entities.get(slug, slug))

    def listed(self, slugs: Iterable[str | None]) -> str:
        """Names of entities, separated by commas."""
        return ", ".join(self.entity(slug) for slug in slugs)

    def points(self, slugs: Iterable[str | None]) -> str:
        """Names of aspects, separated by commas."""
        return ", ".join(self.aspect(slug) for slug in slugs)

    def aspect(self, slug: str | None) -> str:
        """Name of an aspect, or the heading for statements about none; without a name, the words of the slug."""
        return NO_ASPECT if slug is None else one_line(self.aspects.get(slug, slug.replace("-", " ")))

    def pair(self, entity: str | None, aspect: str | None) -> str:
        """``Candle · GPU support``; a part that is None is omitted."""
        parts = ([self.entity(entity)] if entity else []) + ([self.aspect(aspect)] if aspect else [])
        return " · ".join(parts) or NO_ENTITY


def names_of(entities: Iterable[Entity], aspects: Mapping[str, str]) -> Names:
    """Build names from the entities of an index and the aspects (slug to name) of the vocabulary."""
    return Names({entity.slug: entity.name for entity in entities}, aspects)


@dataclass(frozen=True, slots=True)
class Grid:
    """Statements by entity (columns) and aspect (rows), in the order of the question."""

    kind: Kind
    entities: tuple[str | None, ...]
    aspects: tuple[str | None, ...]
    cells: Mapping[Place, tuple[Statement, ...]]
    missing: Mapping[Place, Missing]
    groups: Mapping[str, tuple[str, ...]]
    """For a list: entities by verdict."""

    @property
    def is_comparison(self) -> bool:
        """Whether there are at least two sides to compare."""
        return self.kind is Kind.COMPARE and sum(entity is not None for entity in self.entities) > 1

    @property
    def verdicts(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """For a list: titles of the groups that have evidence, each with its members."""
        named = ((title, tuple(self.groups.get(verdict, ()))) for verdict, title in GROUPS.items())
        return tuple(group for group in named if group[1])

    @property
    def sections(self) -> tuple[tuple[str | None, tuple[str | None, ...]], ...]:
        """Entities with evidence under the title of their group; under None those without a group."""
        grouped = {entity for members in self.groups.values() for entity in members}
        titled = [(title, tuple(e for e in self.entities if e in members)) for title, members in self.verdicts]
        rest = (None, tuple(entity for entity in self.entities if entity not in grouped))
        return tuple(section for section in (*titled, rest) if section[1])

    @property
    def unknown(self) -> tuple[str, ...]:
        """For a list: entities that no document decides either way."""
        return tuple(self.groups.get(UNKNOWN, ()))

    @property
    def gaps(self) -> tuple[Missing, ...]:
        """What is missing and has no cell in the grid."""
        shown = {(entity, aspect) for entity in self.entities for aspect in self.aspects}
        return tuple(gap for place, gap in self.missing.items() if place not in shown and place[0] not in self.unknown)

    def has_cell(self, entity: str | None, aspect: str | None) -> bool:
        """Whether the cell has content, even if only that nothing was found."""
        place = entity, aspect
        is_side = entity is not None and self.kind in (Kind.COMPARE, Kind.RECOMMEND)
        return place in self.cells or place in self.missing or is_side


def grid_of(answer: Answer) -> Grid:
    """Return the answer's grid. The sides of a comparison are kept even if nothing was found for them."""
    cells: dict[Place, list[Statement]] = defaultdict(list)
    for statement in answer.statements:
        cells[statement.entity, statement.aspect].append(statement)
    missing = {(gap.entity, gap.aspect): gap for gap in answer.missing}
    sides = answer.entities if answer.kind is Kind.COMPARE and cells else ()
    named = {aspect for _, aspect in (*cells, *missing)} if cells else set()
    return Grid(
        kind=answer.kind,
        entities=tuple(dict.fromkeys((*sides, *(entity for entity, _ in cells)))),
        aspects=tuple(dict.fromkeys((*(a for a in answer.aspects if a in named), *(aspect for _, aspect in cells)))),
        cells={place: tuple(statements) for place, statements in cells.items()},
        missing=missing,
        groups=answer.groups,
    )
