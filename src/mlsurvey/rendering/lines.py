"""Lines with a marker, and places in documents, as Rich renderables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.text import Text

from mlsurvey.rendering.plain import one_line

MARK = "cyan"
WARNING = "yellow"
_GAP = "  "
_LEAST = 12  # columns from which on the beginning of a heading says something


class Hanging:
    """Text with a marker; its further lines, wrapped or its own, stand under the first."""

    def __init__(self, marker: str, text: Text, indent: int = 0) -> None:
        self.marker, self.text, self.indent = marker, text, indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        margin = self.indent + len(self.marker)
        first = Text(" " * self.indent + self.marker)
        if options.no_wrap:  # as in a pipe: a sentence is one line, a block of code keeps its own
            lines = self.text.split("\n", allow_blank=True)
        else:
            lines = self.text.wrap(console, max(options.max_width - margin, 8))
        for number, line in enumerate(lines):
            yield (first if number == 0 else Text(" " * margin)).append_text(line)


class Place:
    """``path:line  Heading > Heading`` with a marker before and remarks behind, in one line where it can be.

    On a terminal outer headings make room first, since the inner ones say more; a path is never cut. Where the
    corpus is known, terminals that have links make the path one.
    """

    def __init__(
        self,
        marker: str,
        path: str,
        line: int,
        trail: Sequence[str],
        *,
        corpus: Path | None = None,
        remarks: Text | None = None,
        indent: int = 0,
    ) -> None:
        link = Style(link=(corpus / path).as_uri()) if corpus else Style()
        self.path = Text.assemble((f"{one_line(path)}:{line}", link))
        self.marker, self.trail, self.indent = marker, [one_line(heading) for heading in trail], indent
        self.remarks = remarks or Text()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        taken = self.indent + len(self.marker) + self.path.cell_len + self.remarks.cell_len + len(_GAP)
        trail = " > ".join(self.trail) if options.no_wrap else fitted(self.trail, options.max_width - taken)
        line = Text.assemble(self.path, (f"{_GAP}{trail}" if trail else "", "dim"), self.remarks)
        yield Hanging(self.marker, line, self.indent)


def fitted(trail: Sequence[str], room: int) -> str:
    """Headings joined, without as many outer ones as it takes to stand in ``room`` columns; at last the inner one cut.

    Nothing where there is room for a few characters only.
    """
    shorter = (("… > " if start else "") + " > ".join(trail[start:]) for start in range(len(trail)))
    if text := next((text for text in shorter if cell_len(text) <= room), ""):
        return text
    return f"{set_cell_size(trail[-1], room - 1)}…" if trail and room >= _LEAST else ""
