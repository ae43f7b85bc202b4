"""Corrections to the subjects that were found or declared, in ``subjects.toml``. Pure but for reading the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import collapse

SUBJECTS = "subjects.toml"


@dataclass(frozen=True, slots=True)
class Edit:
    """What is said of one subject."""

    slug: str
    name: str | None = None
    """Its name; it is added if no subject has the slug."""
    aliases: tuple[str, ...] = ()
    """More names."""
    category: tuple[str, ...] = ()
    """Classes, instead of those found."""
    merged: tuple[str, ...] = ()
    """Slugs of subjects that are the same."""
    hidden: bool = False
    """Whether it is no subject."""


def edited(entities: Iterable[Entity], edits: Sequence[Edit]) -> tuple[Entity, ...]:
    """The entities with all corrections, in their order; added ones last."""
    known = {entity.slug: entity for entity in entities}
    for edit in edits:
        if edit.hidden:
            known.pop(edit.slug, None)
            continue
        entity = known.get(edit.slug)
        if entity is None:
            if edit.name is None:
                continue
            entity = Entity(edit.slug, edit.name)
        others = [known.pop(slug) for slug in edit.merged if slug in known and slug != edit.slug]
        known[edit.slug] = _edited(entity, edit, others)
    return tuple(known.values())


def _edited(entity: Entity, edit: Edit, others: Sequence[Entity]) -> Entity:
    name = edit.name or entity.name
    names = (
        entity.name,
        *entity.aliases,
        *edit.aliases,
        *(n for other in others for n in (other.name, *other.aliases)),
    )
    distinct = {collapse(alias): alias for alias in reversed(names) if collapse(alias) not in ("", collapse(name))}
    category = edit.category or tuple(dict.fromkeys([*entity.category, *(c for o in others for c in o.category)]))
    plain = tuple(dict.fromkeys([*entity.plain_words, *(word for other in others for word in other.plain_words)]))
    aliases = tuple(reversed(distinct.values()))
    return replace(entity, name=name, aliases=aliases, category=category, plain_words=plain)


def target(slug: str, edits: Sequence[Edit]) -> str | None:
    """The slug of the subject that a slug stands for after all corrections; None if that subject is hidden."""
    for edit in edits:
        if slug in edit.merged:
            slug = edit.slug
    return None if any(edit.slug == slug and edit.hidden for edit in edits) else slug
