"""The text of a document as numbered lines, with a marked span. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlsurvey.rendering.plain import visible
from mlsurvey.types import Span

MOST = 60_000
"""Characters shown at once, about a thousand lines; links lead to what is before and after."""
SLACK = 2_000
"""Characters by which a part is moved so that it begins and ends with a line."""
_HEADING = re.compile(r"#{1,6}\s+\S")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line, in pieces: those of the marked span, and the others."""

    number: int
    pieces: tuple[tuple[str, bool], ...]
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class TextView:
    """A part of a text."""

    lines: tuple[Line, ...]
    before: int | None
    """A character that the part before this one begins with; None at the beginning."""
    after: int | None
    """The first character after this part; None at the end."""


def text_view(text: str, mark: Span | None = None, begin: int = 0) -> TextView:
    """Return the lines around the marked span, or from a character on.

    Args:
        text: of the whole document.
        mark: the span to mark; it may reach beyond the part shown.
        begin: where the part begins if nothing is marked.
    """
    wanted = max(0, mark.start - MOST // 3) if mark else min(begin, len(text))
    start = _line_start(text, wanted)
    end = _line_end(text, min(len(text), start + MOST))
    return TextView(
        lines=tuple(_lines(text, start, end, mark or Span(start, start))),
        before=max(0, start - MOST) if start else None,
        after=end if end < len(text) else None,
    )


def _line_start(text: str, position: int) -> int:
    newline = text.rfind("\n", max(0, position - SLACK), position)
    return newline + 1 if newline >= 0 else 0 if position <= SLACK else position


def _line_end(text: str, position: int) -> int:
    if position == len(text):
        return position
    newline = text.find("\n", position - 1, position + SLACK)
    return newline + 1 if newline >= 0 else position


def _lines(text: str, start: int, end: int, mark: Span) -> Iterator[Line]:
    number, is_code = text.count("\n", 0, start) + 1, False
    while start < end:
        newline = text.find("\n", start, end)
        stop = newline if newline >= 0 else end
        line = text[start:stop]
        is_code ^= bool(_FENCE.match(line))
        yield Line(number, tuple(_pieces(text, start, stop, mark)), not is_code and bool(_HEADING.match(line)))
        start, number = stop + 1, number + 1


def _pieces(text: str, start: int, stop: int, mark: Span) -> Iterator[tuple[str, bool]]:
    first, last = min(max(mark.start, start), stop), max(min(mark.end, stop), start)
    parts = ((start, first, False), (first, last, True), (max(first, last), stop, False))
    for begin, end, is_marked in parts:
        if piece := visible(text[begin:end].removesuffix("\r")):
            yield piece, is_marked
