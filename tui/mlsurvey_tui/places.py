"""Places in documents that one can go through, one after the other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlsurvey.types import Citation, Hit, Span


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a document that is to be seen."""

    document: str
    span: Span
    line: int
    label: str
    """What it is called in the title: ``[3]``."""
    sha256: str | None = None
    """Of the version that it was taken from, where that is known."""


@dataclass(frozen=True, slots=True)
class Places:
    """Several places and the one that is looked at."""

    listed: tuple[Place, ...]
    current: int = 0

    @property
    def place(self) -> Place:
        """The one that is looked at."""
        return self.listed[self.current]

    def step(self, by: int) -> Places:
        """The next or an earlier one; the ends hold."""
        return replace(self, current=min(max(self.current + by, 0), len(self.listed) - 1))


def cited_places(citations: Sequence[Citation], number: int) -> Places:
    """The places that an answer cites, at the citation of that number."""
    listed = tuple(Place(c.document, Span(c.start, c.end), c.line_start, f"[{c.number}]", c.sha256) for c in citations)
    return Places(listed, next(index for index, c in enumerate(citations) if c.number == number))


def hit_places(hits: Sequence[Hit], index: int) -> Places:
    """The places of a search's hits, at one of them."""
    listed = tuple(
        Place(hit.passage.path, hit.passage.span, hit.passage.line_start, f"hit {rank}")
        for rank, hit in enumerate(hits, start=1)
    )
    return Places(listed, index)


def document_place(document: str) -> Places:
    """The beginning of a document."""
    return Places((Place(document, Span(0, 0), 1, "document"),))
