"""Counts what is known about each subject, by point of comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from mlsurvey.calling import Cancelled
from mlsurvey.coverage import Coverage, Known, Point
from mlsurvey.errors import Interrupted, NotFoundError, similar
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.types import Aspect, Entity, Filters, Passage, SentenceKind
from mlsurvey.vocabulary.phrases import phrases

MOST_READ = 50_000
"""Maximum passages read for one count: half a minute of work if all points are counted, a quarter of that otherwise."""
FALLBACK = 12
"""Points counted if none of them is general: the first ones."""
_NO_STATEMENT = (SentenceKind.CODE, SentenceKind.HEADING)
_Tally = Counter[tuple[str, str]]
"""Statements by slugs of subject and point."""


def coverage(
    snapshot: Snapshot,
    aspects: Sequence[Aspect],
    filters: Filters,
    classes: Collection[str] = (),
    cancelled: Cancelled | None = None,
) -> Coverage:
    """What the documents say about the subjects that the filters and classes select.

    Args:
        snapshot: the generation.
        aspects: points to count, in the order of the columns.
        filters: resolved; entities and languages also select the rows.
        classes: of the subjects; empty for all.
        cancelled: called every thousand passages or so.

    Raises:
        NotFoundError: no subject is of one of the classes; similar ones are suggested.
        Interrupted: ``cancelled`` returned True.
    """
    subjects = subjects_of(snapshot.entities, filters, classes)
    total = snapshot.count(filters)
    passages = islice(snapshot.stream(filters), MOST_READ)
    found, statements = _count(passages, aspects, {one.slug for one in subjects}, cancelled)
    rows = (_row(one, aspects, found, statements) for one in subjects)
    points = tuple(Point(aspect.slug, aspect.name) for aspect in aspects)
    return Coverage(points, tuple(sorted(rows, key=_order)), min(total, MOST_READ), total)


def chosen(aspects: Sequence[Aspect], names: Sequence[str] = (), *, every: bool = False) -> tuple[Aspect, ...]:
    """The points to count: those named, all, or the general ones.

    Raises:
        NotFoundError: a name is not the slug of an aspect.
    """
    known = {aspect.slug: aspect for aspect in aspects}
    for name in names:
        if name not in known:
            raise NotFoundError(f"unknown aspect {name!r}{similar(name, known)}")
    if names:
        return tuple(known[name] for name in dict.fromkeys(names))
    general = tuple(aspect for aspect in aspects if aspect.core)
    return tuple(aspects) if every else general or tuple(aspects[:FALLBACK])


def statements_on(aspect: Aspect, passage: Passage) -> int:
    """Number of statements of a passage that speak of an aspect.

    All do below a heading that is a label of it; elsewhere, those after such a label, and those that have one of its
    unmistakable phrases.
    """
    said = [one for one in passage.sentences if one.kind not in _NO_STATEMENT]
    labels, strong = phrases(aspect.labels), phrases(aspect.strong)
    if passage.trail and labels.match(passage.trail[-1]):
        return len(said)
    return sum(bool(one.label and labels.match(one.label)) or strong.match(one.readable) for one in said)


def subjects_of(entities: Iterable[Entity], filters: Filters, classes: Collection[str]) -> list[Entity]:
    """The subjects that the filters by entity and language, and the classes, select.

    Raises:
        NotFoundError: no subject is of one of the classes; similar ones are suggested.
    """
    known = {category for entity in entities for category in entity.category}
    for name in classes:
        if name not in known:
            raise NotFoundError(f"no library is of the class {name!r}{similar(name, known)}")
    return [
        one
        for one in entities
        if (not filters.entities or one.slug in filters.entities)
        and (not filters.languages or one.language in filters.languages)
        and (not classes or not set(classes).isdisjoint(one.category))
    ]


def _count(
    passages: Iterable[Passage], aspects: Sequence[Aspect], wanted: Collection[str], cancelled: Cancelled | None
) -> tuple[Counter[str], _Tally]:
    """Passages by subject, and statements by subject and aspect."""
    found: Counter[str] = Counter()
    statements: _Tally = Counter()
    for number, passage in enumerate(passages):
        if cancelled is not None and number % 1000 == 0 and cancelled():
            raise Interrupted("the count was stopped")
        about = [slug for slug in passage.subjects if slug in wanted]
        found.update(about)
        for aspect, count in _said(passage, aspects) if about else ():
            for slug in about:
                statements[slug, aspect] += count
    return found, statements


def _said(passage: Passage, aspects: Iterable[Aspect]) -> Iterator[tuple[str, int]]:
    for aspect in aspects:
        if count := statements_on(aspect, passage):
            yield aspect.slug, count


def _row(entity: Entity, aspects: Iterable[Aspect], found: Counter[str], statements: _Tally) -> Known:
    counts = tuple(statements[entity.slug, aspect.slug] for aspect in aspects)
    return Known(entity.slug, entity.name, entity.language, found[entity.slug], counts)


def _order(row: Known) -> tuple[int, str]:
    """Most passages first, then by name."""
    return -row.passages, row.name.casefold()
