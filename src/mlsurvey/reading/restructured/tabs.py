"""Tabs as spaces, and the way back to the offsets of the document."""

from __future__ import annotations

from array import array
from dataclasses import replace

from mlsurvey.reading.blocks import Block, Reading
from mlsurvey.types import Span

_TAB = 8  # columns, as in docutils
_BREAKS = str.maketrans("\v\f", "  ")


def expanded(text: str) -> tuple[str, array[int] | None]:
    """The text with tabs as spaces, and where it had any, the offset in ``text`` of each character."""
    text = text.translate(_BREAKS)
    if "\t" not in text:
        return text, None
    places = array("q")
    position = column = 0
    for part in text.split("\t"):
        places.extend(range(position, position + len(part)))
        cut = max(part.rfind("\n"), part.rfind("\r"))
        column = column + len(part) if cut < 0 else len(part) - cut - 1
        width = _TAB - column % _TAB
        position += len(part)
        if position < len(text):
            places.extend([position] * width)
        position, column = position + 1, column + width
    places.append(len(text))
    return text.expandtabs(_TAB), places


def unexpanded(block: Block, places: array[int]) -> Block:
    """The block with offsets in the document instead of those in its expanded text."""

    def span(one: Span) -> Span:
        return Span(places[one.start], places[one.end - 1] + 1 if one.end else 0)

    def reading(one: Reading) -> Reading:
        starts = array("q", [places[start] for start in one.starts])
        return replace(one, starts=starts, ends=array("q", [places[end - 1] + 1 for end in one.ends]))

    return replace(
        block,
        span=span(block.span),
        reading=reading(block.reading),
        cells=tuple(map(reading, block.cells)),
        lines=tuple(map(span, block.lines)),
    )
