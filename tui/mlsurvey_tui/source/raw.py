"""The text of a document with line numbers, drawn line by line so that a book costs no more than a page."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mlsurvey.rendering.plain import visible
from mlsurvey.types import Document, Span

_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One screen row: a part of a document line."""

    number: int | None
    """Line of the document, from 1; None if the row continues a line."""
    span: Span


class RawText(ScrollView, can_focus=True):
    """A document as stored, wrapped to the width, with one span marked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"raw--number", "raw--mark", "raw--find"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False, id="raw.down"),
        Binding("k", "scroll_up", "Up", show=False, id="raw.up"),
        Binding("g", "scroll_home", "Top", show=False, id="raw.top"),
        Binding("G", "scroll_end", "End", show=False, id="raw.end"),
    ]

    def __init__(self) -> None:
        super().__init__(id="raw")
        self._text = ""
        self._lines: tuple[Span, ...] = ()
        self._rows: list[Line] = []
        self._mark = Span(0, 0)
        self._found: tuple[Span, ...] = ()
        self._width = 0

    def action_scroll_home(self) -> None:
        """Jump: through a long document an animation takes minutes, and what is typed meanwhile prolongs it."""
        self.scroll_home(animate=False)

    def action_scroll_end(self) -> None:
        """Jump to the end."""
        self.scroll_end(animate=False)

    def action_page_up(self) -> None:
        """Jump a screen up."""
        self.scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        """Jump a screen down."""
        self.scroll_page_down(animate=False)

    def show_text(self, document: Document, mark: Span) -> None:
        """Show a document with a span marked, and scroll to it."""
        if document.text != self._text:
            self._text, self._lines, self._width = document.text, lines_of(document.text), 0
        self._mark, self._found = mark, ()
        self._wrap()
        self.refresh()  # the mark may have moved where nothing is wrapped again and nothing scrolls
        self.go_to(mark.start)

    def show_found(self, found: tuple[Span, ...]) -> None:
        """Mark the search matches."""
        self._found = found
        self.refresh()

    def go_to(self, offset: int) -> None:
        """Scroll so that the character at ``offset`` is a third of the way down the screen."""
        if self._rows:
            row = bisect_right([line.span.start for line in self._rows], offset) - 1
            self.scroll_to(y=max(0, row - self.size.height // 3), animate=False, force=True)

    def on_resize(self) -> None:
        """Wrap again, and stay at the same place."""
        top = self._rows[min(self.scroll_offset.y, len(self._rows) - 1)].span.start if self._rows else 0
        self._wrap()
        self.go_to(top)

    def _wrap(self) -> None:
        width = max(8, self.scrollable_content_region.width - self._gutter)
        if width == self._width:
            return
        self._width = width
        self._rows = [
            row for number, span in enumerate(self._lines, 1) for row in wrapped(self._text, number, span, width)
        ]
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()

    @property
    def _gutter(self) -> int:
        return len(str(len(self._lines))) + 2

    def render_line(self, y: int) -> Strip:
        """Return one row with its line number and marks."""
        row = self.scroll_offset.y + y
        if row >= len(self._rows):
            return Strip.blank(self.size.width, self.rich_style)
        line = self._rows[row]
        number = "" if line.number is None else str(line.number)
        is_here = line.span.overlap(self._mark) > 0
        gutter = f"{'▌' if is_here else ' '}{number:>{self._gutter - 2}} "
        segments = [Segment(gutter, self.get_component_rich_style("raw--number")), *self._segments(line)]
        return Strip(segments).extend_cell_length(self.size.width, self.rich_style).crop(0, self.size.width)

    def _segments(self, line: Line) -> list[Segment]:
        mark, find = self.get_component_rich_style("raw--mark"), self.get_component_rich_style("raw--find")
        styles = [(self._mark, mark), *((span, find) for span in self._found if span.overlap(line.span))]
        cuts = sorted({line.span.start, line.span.end, *(c for s, _ in styles for c in (s.start, s.end))})
        cuts = [cut for cut in cuts if line.span.start <= cut <= line.span.end]
        return [
            Segment(visible(self._text[a:b]), _style(Span(a, b), styles, self.rich_style)) for a, b in pairwise(cuts)
        ]


def _style(span: Span, styles: list[tuple[Span, Style]], plain: Style) -> Style:
    return next((style for marked, style in reversed(styles) if marked.overlap(span)), plain)


def lines_of(text: str) -> tuple[Span, ...]:
    """Return the lines of a text, without line endings."""
    spans, start = [], 0
    for match in _BREAK.finditer(text):
        spans.append(Span(start, match.start()))
        start = match.end()
    return (*spans, Span(start, len(text))) if start < len(text) or not spans else tuple(spans)


def wrapped(text: str, number: int, span: Span, width: int) -> list[Line]:
    """Return the rows of one line, broken at spaces if possible, each at most ``width`` characters."""
    rows: list[Line] = []
    start = span.start
    while span.end - start > width:
        cut = text.rfind(" ", start + 1, start + width + 1)
        cut = cut + 1 if cut > start else start + width
        rows.append(Line(number if not rows else None, Span(start, cut)))
        start = cut
    rows.append(Line(number if not rows else None, Span(start, span.end)))
    return rows
