"""Passages that match while a question is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from mlsurvey.rendering.listing import snippet
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Hit


class Hits(OptionList):
    """Keyword hits, best first; Enter opens the place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="hits.down"),
        Binding("k", "cursor_up", "Up", show=False, id="hits.up"),
        Binding("w", "screen.explain", "Why this passage", id="hits.why"),
    ]
    HELP = """
    ## Passages

    Matches by keyword, best first. `enter` opens the place, `w` tells why it was found.
    """

    def __init__(self) -> None:
        super().__init__(id="hits", markup=False)
        self.hits: Sequence[Hit] = ()
        self.query_text = ""

    def show_hits(self, query: str, hits: Sequence[Hit]) -> None:
        """Replace what is listed."""
        self.hits, self.query_text = hits, query
        self.clear_options()
        self.add_options([Option(_prompt(query, hit), id=str(index)) for index, hit in enumerate(hits)])

    @property
    def current(self) -> Hit | None:
        """The hit that is highlighted."""
        return self.hits[self.highlighted] if self.highlighted is not None and self.hits else None


def _prompt(query: str, hit: Hit) -> Text:
    passage = hit.passage
    place = one_line(f"{passage.path}:{passage.line_start}")
    trail = one_line(" › ".join(passage.trail))
    return Text.assemble((place, "bold"), "  ", (trail, "dim"), "\n", snippet(passage, query))
