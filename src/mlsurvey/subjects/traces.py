"""Nouns: what one document shows of names and labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property


class How(StrEnum):
    """Where a name or label stands."""

    FIELD = "field"
    """In the front matter."""
    FOLDER = "folder"
    """The folder of a README or index page."""
    WITHIN = "within"
    """The folder of any other document."""
    FILE = "file"
    """The name of the file."""
    TITLE = "title"
    """The title of the document."""
    PACKAGE = "package"
    """In a badge, a link to a package registry, or an installation command; ``said`` is the registry."""
    DEFINED = "defined"
    """The subject of a definition ("X is a …"); ``said`` is what it is said to be."""
    ALIAS = "alias"
    """In brackets after a name; ``said`` is that name."""
    HEADING = "heading"
    ROW = "row"
    """The first cell of a table row."""
    COLUMN = "column"
    """A column of a table; ``said`` is ``linked`` if the cell is a link."""
    ITEM = "item"
    """A link that opens an item of a list, with a text after it."""
    LABEL = "label"
    """The label of an item or paragraph."""
    TEXT = "text"
    """Written like a name in running text; ``weight`` is how often."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A name or label at a place of a document."""

    name: str
    """As written, without markup."""
    how: How
    line: int
    """From 1."""
    weight: float = 0.0
    """How much it looks like a name, 0..1; for :attr:`How.TEXT`, the count."""
    group: int = 0
    """Ordinal of the section, or of the table, that it stands in."""
    level: int = 0
    """Of a heading, from 1."""
    said: str = ""


@dataclass(frozen=True)
class Traces:
    """All traces of one document, in document order."""

    slug: str | None
    """Slug that the front matter declares."""
    traces: tuple[Trace, ...] = ()

    def of(self, *kinds: How) -> list[Trace]:
        """The traces of these kinds, in document order within each kind, kind by kind as they were gathered."""
        if len(kinds) == 1:
            return [*self._by_kind.get(kinds[0], ())]
        return [trace for trace in self.traces if trace.how in kinds]

    @property
    def shape(self) -> frozenset[tuple[object, ...]]:
        """What decides about subjects: everything but lines, the running text, and small differences of weight."""
        kept = (trace for trace in self.traces if trace.how is not How.TEXT)
        return frozenset((self.slug, t.name, t.how, t.weight >= 0.6, t.group, t.level, t.said) for t in kept)

    def line_of(self, how: str, name: str) -> int | None:
        """Line of the first trace of a name; None if there is none."""
        return next((trace.line for trace in self.traces if trace.how == how and trace.name == name), None)

    def heading(self, section: int) -> str:
        """The heading of a section, by its ordinal from 1."""
        return self._by_kind[How.HEADING][section - 1].name

    @cached_property
    def _by_kind(self) -> Mapping[How, list[Trace]]:
        found: dict[How, list[Trace]] = {}
        for trace in self.traces:
            found.setdefault(trace.how, []).append(trace)
        return found


_FIELDS = tuple(field.name for field in fields(Trace))


def dump(traces: Traces) -> str:
    """JSON of the traces of a document; rows instead of objects, as there are many."""
    rows = [[getattr(trace, name) for name in _FIELDS] for trace in traces.traces]
    return json.dumps([traces.slug, rows], ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Traces:
    """Inverse of :func:`dump`."""
    slug, rows = json.loads(text)
    return Traces(slug, tuple(_trace(row) for row in rows))


def _trace(row: Iterable[object]) -> Trace:
    name, how, line, weight, group, level, said = row
    return Trace(
        str(name), How(str(how)), int(str(line)), float(str(weight)), int(str(group)), int(str(level)), str(said)
    )
