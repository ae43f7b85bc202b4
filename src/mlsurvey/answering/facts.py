"""Facts from the front matter of a library's own document, as verbatim evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from mlsurvey.answering.candidates import Candidate, Naming
from mlsurvey.answering.score import Scored
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.types import Document, Passage, Sentence, Span
from mlsurvey.vocabulary.records import UNKNOWN, items, value

_FRONT = re.compile(r"\A---\r?\n.*?^---\s*$", re.DOTALL | re.MULTILINE)
_FIELDS = {
    "licence": re.compile(r"^licen[cs]e:[ \t]*(?P<value>\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE),
    "state": re.compile(r"^status:[ \t]*(?:\r?\n[ \t]+state:[ \t]*)?(?P<value>\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE),
    "kind": re.compile(r"^kind:[ \t]*(?P<value>\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE),
    "language": re.compile(r"^language:[ \t]*(?P<value>\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE),
}
"""Patterns for the front matter fields that conditions use."""
_BLOCK = re.compile(r"^facts:[ \t]*\r?\n(?:[ \t]+\S[^\r\n]*(?:\r?\n|\Z))+", re.MULTILINE)
_FACT = re.compile(r"^[ \t]+(?P<field>[\w-]+):[ \t]+(?P<value>\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE)
"""Facts that a front matter records beside those, one line each."""


class Facts:
    """Facts about the libraries of a snapshot, read on first use."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._read: dict[str, Mapping[str, tuple[Document, re.Match[str]]]] = {}
        self._values: dict[str, Mapping[str, str]] = {}

    def of(self, entity: str) -> Mapping[str, str]:
        """Maps field to value."""
        if entity not in self._values:
            stated = self._stated(entity)
            self._values[entity] = {field: match["value"].strip("'\"") for field, (_, match) in stated.items()}
        return self._values[entity]

    def cite(self, entity: str, field: str) -> Scored | None:
        """The line that states the field, as evidence; None if absent."""
        found = self._stated(entity).get(field)
        return found and _evidence(entity, *found)

    def known(self, entity: str, field: str) -> Scored | None:
        """The same; None also if it states that the fact is unknown."""
        return self.cite(entity, field) if value(self.of(entity).get(field, UNKNOWN)) != UNKNOWN else None

    def items(self, entities: Iterable[str]) -> Mapping[str, Collection[str]]:
        """The items that any of these libraries lists, by field."""
        listed: dict[str, dict[str, None]] = {}
        for slug in entities:
            for field, line in self.of(slug).items():
                listed.setdefault(field, {}).update(dict.fromkeys(items(line)))
        return listed

    def _stated(self, entity: str) -> Mapping[str, tuple[Document, re.Match[str]]]:
        if entity not in self._read:
            stated: dict[str, tuple[Document, re.Match[str]]] = {}
            for path in self._paths.get(entity, ()):
                document = self._snapshot.document(path)
                if front := _FRONT.match(document.text):
                    for field, match in _fields(document.text, front.end()):
                        stated.setdefault(field, (document, match))
            self._read[entity] = stated
        return self._read[entity]

    @cached_property
    def _paths(self) -> Mapping[str, Sequence[str]]:
        """The documents of each library."""
        paths: dict[str, list[str]] = {}
        for row in self._snapshot.documents():
            if row.subject:
                paths.setdefault(row.subject, []).append(row.path)
        return paths


def _fields(text: str, end: int) -> Iterator[tuple[str, re.Match[str]]]:
    """The lines of a front matter that state facts."""
    for field, pattern in _FIELDS.items():
        if match := pattern.search(text, 0, end):
            yield field, match
    if block := _BLOCK.search(text, 0, end):
        for match in _FACT.finditer(text, block.start(), block.end()):
            yield match["field"], match


def _evidence(entity: str, document: Document, match: re.Match[str]) -> Scored:
    """The field as a separate passage, since front matter is not indexed."""
    start = match.start("field") if "field" in match.re.groupindex else match.start()
    span = Span(start, match.end("value"))
    line = document.text.count("\n", 0, span.start) + 1
    last = document.text.count("\n", 0, span.end) + 1
    sentence = Sentence(span, " ".join(span.of(document.text).split()))
    passage = Passage(document.path, -1, span, line, last, (document.title,), (entity,), (sentence,))
    candidate = Candidate(-1, passage, (sentence,), relevance=0.0)
    return Scored(candidate, 1.0, 0.0, {}, Naming(frozenset({entity}), frozenset({entity})))
