"""Places in documents that can be stepped through. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mlsurvey.types import Citation, Hit, Span


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a document to show."""

    document: str
    span: Span
    line: int
    label: str
    """Its name in the title, such as ``[3]``."""
    sha256: str | None = None
    """Digest of the document version that the place refers to; None if unknown."""
    by_line: bool = False
    """Whether only the line is known, so that the span is that of the line."""

    def within(self, text: str) -> Place:
        """Return the place with its span in the text of the document."""
        if not self.by_line:
            return self
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: self.line - 1])
        length = len(lines[self.line - 1].rstrip()) if self.line <= len(lines) else 0
        return replace(self, span=Span(start, start + length), by_line=False)


@dataclass(frozen=True, slots=True)
class Places:
    """Several places and the current one."""

    listed: tuple[Place, ...]
    current: int = 0

    @property
    def place(self) -> Place:
        """The current place."""
        return self.listed[self.current]

    def step(self, by: int) -> Places:
        """Return the places moved by ``by`` steps, clamped to the first and last place."""
        return replace(self, current=min(max(self.current + by, 0), len(self.listed) - 1))


def cited_places(citations: Sequence[Citation], number: int) -> Places:
    """Return the places that an answer cites, starting at the citation with the given number."""
    listed = tuple(Place(c.document, Span(c.start, c.end), c.line_start, f"[{c.number}]", c.sha256) for c in citations)
    return Places(listed, next(index for index, c in enumerate(citations) if c.number == number))


def hit_places(hits: Sequence[Hit], index: int) -> Places:
    """Return the places of search hits, starting at the given index."""
    listed = tuple(
        Place(hit.passage.path, hit.passage.span, hit.passage.line_start, f"hit {rank}")
        for rank, hit in enumerate(hits, start=1)
    )
    return Places(listed, index)


def line_places(lines: Iterable[tuple[str, int]]) -> Places:
    """Return lines of documents as places, each once; ``lines`` are pairs (document, line)."""
    distinct = dict.fromkeys(lines)
    return Places(tuple(Place(path, Span(0, 0), line, "place", by_line=True) for path, line in distinct))


def document_place(document: str) -> Places:
    """Return the beginning of a document as a place."""
    return Places((Place(document, Span(0, 0), 1, "document"),))
