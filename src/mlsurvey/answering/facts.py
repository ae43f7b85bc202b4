"""Facts from the front matter of a library's own document, as verbatim evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from mlsurvey.answering.candidates import Candidate, Naming
from mlsurvey.answering.score import Scored
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.types import Document, Passage, Sentence, Span

_FRONT = re.compile(r"\A---\r?\n.*?^---\s*$", re.DOTALL | re.MULTILINE)
_FIELDS = {
    "licence": re.compile(r"^licen[cs]e:[ \t]*(?P<value>\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE),
    "state": re.compile(r"^status:[ \t]*(?:\r?\n[ \t]+state:[ \t]*)?(?P<value>\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE),
    "kind": re.compile(r"^kind:[ \t]*(?P<value>\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE),
    "language": re.compile(r"^language:[ \t]*(?P<value>\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE),
}
"""Patterns for the front matter fields that conditions use."""


class Facts:
    """Facts about the libraries of a snapshot, read on first use."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def of(self, entity: str) -> Mapping[str, str]:
        """Maps field to value."""
        return {field: match["value"].strip("'\"") for field, (_, match) in self._stated.get(entity, {}).items()}

    def cite(self, entity: str, field: str) -> Scored | None:
        """The line that states the field, as evidence; None if absent."""
        found = self._stated.get(entity, {}).get(field)
        return found and _evidence(entity, *found)

    @cached_property
    def _stated(self) -> Mapping[str, Mapping[str, tuple[Document, re.Match[str]]]]:
        stated: dict[str, dict[str, tuple[Document, re.Match[str]]]] = {}
        for row in self._snapshot.documents():
            if not row.subject:
                continue
            document = self._snapshot.document(row.path)
            if front := _FRONT.match(document.text):
                fields = stated.setdefault(row.subject, {})
                for field, pattern in _FIELDS.items():
                    if match := pattern.search(document.text, 0, front.end()):
                        fields.setdefault(field, (document, match))
        return stated


def _evidence(entity: str, document: Document, match: re.Match[str]) -> Scored:
    """The field as a separate passage, since front matter is not indexed."""
    span = Span(match.start(), match.end("value"))
    line = document.text.count("\n", 0, span.start) + 1
    last = document.text.count("\n", 0, span.end) + 1
    sentence = Sentence(span, " ".join(span.of(document.text).split()))
    passage = Passage(document.path, -1, span, line, last, (document.title,), (entity,), (sentence,))
    candidate = Candidate(-1, passage, (sentence,), relevance=0.0)
    return Scored(candidate, 1.0, 0.0, {}, Naming(frozenset({entity}), frozenset({entity})))
