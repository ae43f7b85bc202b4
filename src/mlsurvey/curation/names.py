"""Rules for ``entities.toml`` and ``sources.toml``. Pure: text in, findings out."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import get_args

from mlsurvey.curation.findings import Finding
from mlsurvey.curation.profile import Kind
from mlsurvey.reading.ignoring import SOURCES
from mlsurvey.syncing.sources import read_sources
from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import collapse
from mlsurvey.vocabulary.languages import ASKED
from mlsurvey.vocabulary.load import ENTITIES

LANGUAGES = frozenset({None, *ASKED})
KINDS = frozenset({None, *get_args(Kind)})
LONGEST_NAME = 5
"""Maximum words of a name that can be found in running text."""
_WORD = re.compile(r"[^\W_]+[+#]*")


def entity_rules(text: str, entities: Sequence[Entity]) -> Iterator[Finding]:
    """Findings for names shared by two entities, names without effect, and unknown values."""
    lines = _lines(text)
    yield from _repeated(text)
    owners: dict[str, list[Entity]] = defaultdict(list)
    for entity in entities:
        line = lines.get(entity.slug, 1)
        yield from _dead(entity, line)
        yield from _values(entity, line)
        for name in {collapse(written) for written in (entity.name, entity.slug, *entity.aliases)} - {""}:
            owners[name].append(entity)
    for name, sharing in sorted(owners.items()):
        for other in sharing[1:]:
            problem = f"{other.slug} and {sharing[0].slug} share the name {name!r}"
            line = lines.get(other.slug, 1)
            yield Finding(ENTITIES, line, "shared-alias", problem, "remove the name from one of them")


def _repeated(text: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() == "[[category]]":  # categories follow the entities and have their own slugs
            break
        if (slug := _slug(line)) in seen:
            yield Finding(ENTITIES, number, "entity", f"{slug} occurs twice; the later entry wins", "merge the two")
        elif slug:
            seen.add(slug)


def _dead(entity: Entity, line: int) -> Iterator[Finding]:
    """An alias is dead if it matches no text that the name or another alias would not match."""
    known = {collapse(entity.name): entity.name}
    for alias in entity.aliases:
        key = collapse(alias)
        if not key:
            why = "has no letter or digit"
        elif len(_WORD.findall(alias)) > LONGEST_NAME:
            why = f"has more than {LONGEST_NAME} words, so it never matches"
        elif key in known:
            why = f"equals {known[key]!r}: case, spaces and punctuation are ignored"
        else:
            known[key] = alias
            continue
        yield Finding(ENTITIES, line, "dead-alias", f"{entity.slug}: alias {alias!r} {why}", "remove it")
    for word in entity.plain_words:
        if collapse(word) not in {*known, collapse(entity.slug)}:
            problem = f"{entity.slug}: plain word {word!r} is not one of its names"
            yield Finding(ENTITIES, line, "dead-alias", problem, "remove it, or add it to aliases")


def _values(entity: Entity, line: int) -> Iterator[Finding]:
    if entity.language not in LANGUAGES:
        advice = f"use one of {', '.join(sorted(filter(None, LANGUAGES)))}, or omit it"
        yield Finding(ENTITIES, line, "entity", f"{entity.slug}: unknown language {entity.language!r}", advice)
    if entity.kind not in KINDS:
        advice = f"use one of {', '.join(sorted(filter(None, KINDS)))}, or omit it"
        yield Finding(ENTITIES, line, "entity", f"{entity.slug}: unknown kind {entity.kind!r}", advice)
    if not entity.category:
        yield Finding(ENTITIES, line, "entity", f"{entity.slug}: no category", 'add one, such as ["deep learning"]')


def source_rules(text: str, profiles: Collection[str], entities: Collection[str]) -> Iterator[Finding]:
    """Findings for invalid, unknown or repeated entries, and for profiles without an entry.

    Args:
        text: content of ``sources.toml``.
        profiles: slugs that have a profile.
        entities: slugs in ``entities.toml``.
    """
    try:
        sources, without, faults = read_sources(text)
    except tomllib.TOMLDecodeError as error:
        yield Finding(SOURCES, _toml_line(error), "sources", f"not valid TOML: {error}", "fix it")
        return
    for fault in faults:
        yield Finding(SOURCES, fault.line, "sources", fault.problem, "fix the entry")
    lines, seen = _lines(text), set[tuple[str, str, str]]()
    for source in sources:
        line = lines.get(source.slug, 1)
        if source.slug not in entities and source.slug not in profiles:
            problem = f"{source.slug} has neither a profile nor an entity"
            yield Finding(SOURCES, line, "sources", problem, "correct the slug, or remove the entry")
        for path in source.paths or ("",):
            origin = (source.slug, source.repository or source.npm or source.pypi or "", path)
            if origin in seen:
                yield Finding(SOURCES, line, "sources", f"{' '.join(origin)} occurs twice", "remove one")
            seen.add(origin)
    for slug in sorted(set(profiles) - {source.slug for source in sources} - without):
        advice = "add the location of its README, or add it to without_upstream"
        yield Finding(SOURCES, 1, "sources", f"no source for the profile of {slug}", advice)


def _lines(text: str) -> dict[str, int]:
    """Line of the first occurrence of each slug in a TOML file of tables."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if slug := _slug(line):
            found.setdefault(slug, number)
    return found


def _slug(line: str) -> str | None:
    match = re.match(r'\s*slug\s*=\s*["\']([^"\']+)["\']', line)
    return match[1] if match else None


def _toml_line(error: tomllib.TOMLDecodeError) -> int:
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else 1
