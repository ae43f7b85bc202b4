"""What was found, with the corrections of ``subjects.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlsurvey.found import Found, Rank, Subject
from mlsurvey.subjects.merge import combined
from mlsurvey.types import Entity
from mlsurvey.vocabulary.edits import Edit, target


def corrected(found: Found, entities: Mapping[str, Entity], edits: Sequence[Edit]) -> Found:
    """Apply the corrections to the list of subjects and to what documents are about.

    Args:
        found: as proposed.
        entities: all entities after the corrections, by slug.
        edits: the corrections.
    """
    if not edits:
        return found
    moved = {path: target(slug, edits) for path, slug in found.about.items()}
    subjects = _subjects(found.subjects, entities, edits)
    return replace(
        found, subjects=tuple(subjects), about={path: slug for path, slug in moved.items() if slug is not None}
    )


def _subjects(before: Sequence[Subject], entities: Mapping[str, Entity], edits: Sequence[Edit]) -> list[Subject]:
    kept: dict[tuple[str, bool], Subject] = {}
    for subject in before:
        slug = target(subject.slug, edits)
        place = (slug or subject.slug, subject.rank is Rank.MENTION)
        if slug is None:
            kept[place] = replace(subject, hidden=True)
        elif place in kept:
            kept[place] = _joined(kept[place], subject)
        else:
            kept[place] = replace(subject, slug=slug)
    named = {edit.slug for edit in edits}
    for edit in edits:
        if edit.name is not None and not edit.hidden and (edit.slug, False) not in kept:
            kept[edit.slug, False] = Subject(edit.slug, edit.name)
    return [_named(one, entities) if one.slug in named else one for one in kept.values()]


def _joined(one: Subject, other: Subject) -> Subject:
    return replace(
        one,
        rank=min(one.rank, other.rank, key=[*Rank].index),
        confidence=combined([one.confidence, other.confidence]),
        documents=tuple(sorted({*one.documents, *other.documents})),
        evidence=(*one.evidence, *other.evidence),
        said=one.said or other.said,
    )


def _named(subject: Subject, entities: Mapping[str, Entity]) -> Subject:
    entity = entities.get(subject.slug)
    if entity is None or subject.rank is Rank.MENTION:
        return subject
    return replace(
        subject, name=entity.name, aliases=entity.aliases, classes=entity.category, confidence=1.0, declared=True
    )
