"""Resolves names typed by users to what the index knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

from mlsurvey.answering.answer import Answerer
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.errors import NotFoundError, UsageError, similar
from mlsurvey.index.filtering import matches
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.reading.names import known_as
from mlsurvey.state import DocumentRow
from mlsurvey.types import Document, Entity, Filters, Kind
from mlsurvey.vocabulary.languages import ASKED
from mlsurvey.vocabulary.load import Vocabulary

MOST_VALUES = 100
"""Maximum values of one kind of filter."""
LONGEST_VALUE = 300
"""Maximum characters of a filter's value."""
SIDES = (2, 8)
"""Minimum and maximum number of libraries in a comparison."""


def resolved(filters: Filters, answerer: Answerer) -> Filters:
    """Filters with names of libraries and languages replaced by slugs.

    Raises:
        NotFoundError: a library or language is unknown, or a path pattern matches no document.
        UsageError: ``updated_after`` is not a date, or there are too many or too long values.
    """
    _check_size("entity", filters.entities)
    _check_size("language", filters.languages)
    _check_size("path", filters.paths)
    _check_size("heading", filters.headings)
    _check_paths(filters.paths, answerer.snapshot)
    entities = tuple(slug for name in filters.entities for slug in slugs(name, answerer))
    languages = tuple(_language(name, answerer.snapshot.entities) for name in filters.languages)
    return replace(filters, entities=entities, languages=languages, updated_after=_day(filters.updated_after))


def documents(snapshot: Snapshot, filters: Filters) -> tuple[DocumentRow, ...]:
    """The documents with a matching passage; a language also selects the documents themselves."""
    rows = snapshot.documents(filters)
    return tuple(of_languages(rows, filters.languages, snapshot.entities) if filters.languages else rows)


def of_languages(
    rows: Iterable[DocumentRow], languages: Sequence[str], entities: Iterable[Entity]
) -> list[DocumentRow]:
    """The documents that are of one of the languages, or about a library of one."""
    spoken = {entity.slug: entity.language for entity in entities}
    return [row for row in rows if (row.language or spoken.get(row.subject or "")) in languages]


def _check_paths(patterns: Sequence[str], snapshot: Snapshot) -> None:
    """Raise NotFoundError for a pattern that no document matches: nothing could be found, and a typo is likely."""
    known = snapshot.paths() if patterns else []
    for pattern in patterns:
        if not any(matches(path, (pattern,)) for path in known):
            folders = {f"{name}/" for path in known for name in PurePosixPath(path).parts[:-1]}
            raise NotFoundError(
                f"no document matches the path pattern {pattern!r}{similar(pattern, {*known, *folders})}"
            )


def _check_size(kind: str, values: Sequence[str]) -> None:
    if len(values) > MOST_VALUES:
        raise UsageError(
            f"too many values of the filter '{kind}': {len(values):,}, at most {MOST_VALUES}; type fewer, or filter "
            "by a folder with --path FOLDER/"
        )
    if longest := next((value for value in values if len(value) > LONGEST_VALUE), None):
        raise UsageError(
            f"a value of the filter '{kind}' is too long: {len(longest):,} characters, at most {LONGEST_VALUE}: "
            f"{longest[:40]!r}…; type a shorter one"
        )


def slugs(name: str, answerer: Answerer) -> tuple[str, ...]:
    """Slugs that a name or slug refers to; several if libraries share the name.

    Raises:
        NotFoundError: the name is unknown.
    """
    if found := (name,) if name in answerer.gazetteer.entities else answerer.gazetteer.lookup(name):
        return found
    known = [entity.name for entity in answerer.snapshot.entities]
    raise NotFoundError(f"unknown library {name!r}{similar(name, known)}")


def sides(names: Sequence[str], answerer: Answerer) -> tuple[str, ...]:
    """Slugs of the sides of a comparison, in the given order.

    Raises:
        NotFoundError: a name is unknown.
        UsageError: there are too few or too many sides.
    """
    least, most = SIDES
    found = tuple(dict.fromkeys(slugs(name, answerer)[0] for name in names))
    if not least <= len(found) <= most:
        raise UsageError(f"a comparison needs {least} to {most} different libraries, not {len(found)}")
    return found


def aspects(names: Sequence[str], vocabulary: Vocabulary) -> tuple[AskedAspect, ...]:
    """Aspects by slug.

    Raises:
        NotFoundError: a slug is unknown.
    """
    known = {aspect.slug: aspect for aspect in vocabulary.aspects}
    for name in names:
        if name not in known:
            raise NotFoundError(f"unknown aspect {name!r}{similar(name, known)}")
    return tuple(AskedAspect(known[name], ()) for name in dict.fromkeys(names))


def comparison(
    entities: tuple[str, ...], asked: tuple[AskedAspect, ...], question: str | None, answerer: Answerer
) -> Understood:
    """A comparison of these sides; a question adds its words, and its aspects if none are given."""
    if question is None:
        text = _question(entities, asked, answerer)
        return Understood(text, Kind.COMPARE, entities, aspects=asked)
    understood = answerer.understand(question)
    return replace(
        understood,
        kind=Kind.COMPARE,
        entities=entities,
        objects=tuple(slug for slug in understood.objects if slug not in entities),
        unknown=(),
        aspects=asked or understood.aspects,
    )


def _question(entities: Iterable[str], asked: Iterable[AskedAspect], answerer: Answerer) -> str:
    """The comparison phrased as a question."""
    names = _listed([answerer.gazetteer.entities[slug].name for slug in entities])
    points = _listed([one.aspect.name for one in asked])
    return f"How do {names} differ in {points}?" if points else f"How do {names} differ?"


def _listed(items: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def _language(name: str, entities: Iterable[Entity]) -> str:
    known = {entity.language for entity in entities if entity.language}
    spoken = (slug for slug, pattern in ASKED.items() if re.fullmatch(pattern, name, re.IGNORECASE))
    slug = name.casefold() if name.casefold() in known else next(spoken, None)
    if slug not in known or slug is None:
        hint = similar(name.casefold(), known)
        raise NotFoundError(f"no language {name!r} in the index; available: {', '.join(sorted(known)) or 'none'}{hint}")
    return slug


def _day(text: str | None) -> str | None:
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date; use the form 2026-01-31") from error


def document_named(path: str, snapshot: Snapshot) -> Document:
    """The document of this path, in whatever Unicode form it is written.

    Raises:
        NotFoundError: there is none; similar names are suggested.
    """
    try:
        return snapshot.document(path)
    except NotFoundError:
        found = known_as(path, snapshot.paths())
        if found is None:
            raise
        return snapshot.document(found)


def located(name: str, document: Callable[[str], Document]) -> tuple[Document, int | None]:
    """The document and line that ``path`` or ``path:line`` refers to.

    Raises:
        NotFoundError: there is no such document or line.
    """
    head, _, tail = name.rpartition(":")
    if not (head and tail.isdecimal()):
        return document(name), None
    found = document(head)
    lines = found.text.removesuffix("\n").count("\n") + 1
    if not 1 <= int(tail) <= lines:
        raise NotFoundError(f"{head} has {lines} lines, not {tail}")
    return found, int(tail)
