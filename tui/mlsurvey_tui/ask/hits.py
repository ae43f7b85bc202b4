"""Passages that match the question while it is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from mlsurvey.rendering.listing import snippet
from mlsurvey.rendering.plain import one_line
from mlsurvey.survey import Results
from mlsurvey.types import Hit

ROWS = 2
"""Maximum rows of a passage shown below its place."""


class Hits(OptionList):
    """Keyword hits, best first; Enter opens the place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", id="hits.open"),
        Binding("j", "cursor_down", "Down", show=False, id="hits.down"),
        Binding("k", "cursor_up", "Up", show=False, id="hits.up"),
        Binding("w", "screen.explain", "Why", id="hits.why"),
    ]
    HELP = """
    ## Passages

    Matches by keyword, best first. `enter` opens the source, `w` shows why it was found.
    """

    def __init__(self) -> None:
        super().__init__(id="hits", markup=False)
        self.hits: Sequence[Hit] = ()
        self.stale: Mapping[str, str] = {}
        self.query_text = ""
        self._width = 0

    def show_hits(self, query: str, found: Results) -> None:
        """Replace the listed hits."""
        self.hits, self.stale, self.query_text = found.hits, found.stale, query
        self._list()

    @property
    def current(self) -> Hit | None:
        """The highlighted hit, else the best."""
        place = self.highlighted or 0
        return self.hits[place] if place < len(self.hits) else None

    def on_focus(self) -> None:
        """Highlight the first hit if none is, so that Enter opens one."""
        if self.highlighted is None and self.hits:
            self.highlighted = 0

    def on_resize(self, event: events.Resize) -> None:
        """Fit the passages to the new width."""
        if event.size.width != self._width and self.hits:
            self._list()

    def _list(self) -> None:
        self._width, place = self.size.width, self.highlighted
        width = max(20, self.scrollable_content_region.width - 2)
        self.clear_options()
        rows = (prompt(self.query_text, hit, width, self.stale.get(hit.passage.path)) for hit in self.hits)
        self.add_options([Option(row, id=str(number)) for number, row in enumerate(rows)])
        if place is not None and place < len(self.hits):
            self.highlighted = place


def prompt(query: str, hit: Hit, width: int, stale: str | None = None) -> Content:
    """Return the place and headings in one row, and the passage in at most :data:`ROWS`.

    ``stale`` tells why the file is no longer what was indexed; it comes before the headings, which may be cut off.
    """
    passage = hit.passage
    leaf = f" {passage.leaf}" if passage.leaf else ""
    place = one_line(f"{passage.path}:{passage.line_start}{leaf}")
    trail = one_line(" › ".join(passage.trail))
    remark = f" ({stale})" if stale else ""
    head = Content.assemble((place, "bold"), (remark, "italic $text-warning"), "  ", (trail, "dim"))
    rows = Content(snippet(passage, query)).wrap(width)
    kept = rows[:ROWS]
    if len(rows) > ROWS:
        kept[-1] = Content.assemble(kept[-1].rstrip().truncate(width - 2), " …")
    return Content("\n").join([head.truncate(width, ellipsis=True), *kept])
