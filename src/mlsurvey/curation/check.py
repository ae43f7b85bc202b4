"""Check a corpus folder: profiles, surveys, and the lists of names and sources.

Other documents are not checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mlsurvey.curation import links, names, profiles, surveys, tables
from mlsurvey.curation.findings import Finding
from mlsurvey.curation.folder import Folder, read_folder
from mlsurvey.curation.profile import Profile
from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked, and the findings."""

    findings: tuple[Finding, ...]
    profiles: int
    surveys: int
    sentences: int
    """Number of sentences in all profiles."""
    sourced: int
    """Number of sentences that end in references."""


def check(path: Path) -> Checked:
    """Check all rules. Writes nothing.

    Raises:
        NotFoundError: the folder does not exist.
    """
    folder = read_folder(path, "check")
    lines = [sentence for profile in folder.profiles for sentence in profile.sentences]
    sourced = sum(bool(line.references) for line in lines)
    findings = tuple(sorted(set(_findings(folder))))
    return Checked(findings, len(folder.claims), len(folder.surveys), len(lines), sourced)


def _findings(folder: Folder) -> Iterator[Finding]:
    yield from folder.faults
    gazetteer = Gazetteer([*_introduced(folder.profiles), *folder.entities])
    for profile in folder.profiles:
        yield from profiles.rules(profile, gazetteer, is_kept=folder.names is not None)
    for path in folder.surveys:
        yield from surveys.rules(path, folder.texts[path], folder.footnotes)
        if not folder.faults:  # a profile that cannot be read has facts nevertheless
            yield from tables.rules(path, folder.texts[path], folder.profiles, folder.footnotes)
    for path in (*folder.claims, *folder.surveys):
        yield from links.rules(path, folder.texts[path], folder.exists)
    yield from _of_lists(folder)


def _introduced(parsed: list[Profile]) -> Iterator[Entity]:
    """Entities defined by profiles, for a corpus without an ``entities.toml``."""
    for profile in parsed:
        front = profile.front
        yield Entity(front.slug, front.name, tuple(front.aliases), front.language, front.kind, tuple(front.category))


def _of_lists(folder: Folder) -> Iterator[Finding]:
    if folder.names is not None:
        yield from names.entity_rules(folder.names, folder.entities)
    if folder.sources is not None:
        slugs = {PurePosixPath(path).stem for path in folder.claims}
        yield from names.source_rules(folder.sources, slugs, {entity.slug for entity in folder.entities})
