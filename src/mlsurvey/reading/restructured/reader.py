"""The state of the reader, and the form of what it knows to begin on a row."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.lines import Lines
from mlsurvey.reading.restructured.enumerators import ENUMERATOR
from mlsurvey.reading.restructured.inline import InlineReading, Substitutions
from mlsurvey.reading.rows import Placed, Row
from mlsurvey.types import Span

_ENDS = (".", ":", "?", "!")
Steps = Generator[Block, None, int]
"""Yields blocks and returns the row to continue with."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a body stands."""

    depth: int = 0
    """Number of enclosing list items."""
    nesting: int = 0
    titles: bool = True
    """Whether sections may begin here."""

    def inner(self, *, items: int = 0, titles: bool = False) -> Place:
        """The place of a body in a block here, ``items`` list items deeper."""
        return Place(self.depth + items, self.nesting + 1, titles)


@dataclass(frozen=True, slots=True)
class Opening:
    """What comes before the first paragraph of a body and is read with it, as the name of a field."""

    kind: BlockKind = BlockKind.ITEM
    name: Placed = ("", array("q"))
    written: tuple[str, Span] | None = None
    """Words that stand for a mark before the name."""
    separator: str = ""
    """What stands for the mark or line end between the name and the paragraph."""

    def start(self, substitutions: Substitutions) -> InlineReading:
        """A reading that begins with the name."""
        reading = InlineReading(substitutions=substitutions)
        if self.written:
            reading.stand(*self.written)
        reading.add(self.name)
        return reading

    def follow(self, reading: InlineReading, placed: Placed) -> None:
        """Add the paragraph after the name."""
        if self.name[0] and placed[0]:
            mark = " " if self.name[0].endswith(_ENDS) else self.separator
            end = self.name[1][-1] + 1
            reading.stand(mark, Span(end, max(end + 1, placed[1][0])))
        reading.add(placed)


PARAGRAPH = Opening(BlockKind.TEXT)
ITEM = Opening()


Handler = Callable[["Reader", Sequence[Row], int, re.Match[str], Place], Steps]
"""Reads what begins on a row: the reader, the rows, the row's number, the match of its pattern, the place."""
Test = Callable[[Sequence[Row], int, re.Match[str], Place], bool]


def _always(rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Construct:
    """A form of markup: how its first row begins, and what reads it."""

    pattern: re.Pattern[str]
    read: Handler
    holds: Test = _always
    """What else is asked of the rows."""


@dataclass(slots=True)
class Reader:
    """What is known while a document is read."""

    lines: Lines
    constructs: Sequence[Construct]
    """In the order in which they are tried."""
    substitutions: Substitutions = field(default_factory=dict)
    adornments: list[tuple[str, bool]] = field(default_factory=list)
    """Section title styles in order of first use, which determines their levels."""

    def construct(self, rows: Sequence[Row], number: int, place: Place) -> tuple[Handler, re.Match[str]] | None:
        """What begins on a row, if it is not plain text."""
        text = rows[number].text
        if text[:1].isalnum() and not ENUMERATOR.match(text):  # by far the most common
            return None
        for construct in self.constructs:
            found = construct.pattern.match(text)
            if found and construct.holds(rows, number, found, place):
                return construct.read, found
        return None
