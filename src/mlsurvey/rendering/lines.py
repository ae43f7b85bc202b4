"""Lines with a marker, and places in documents, as Rich renderables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.text import Text

from mlsurvey.leaves import Leaf
from mlsurvey.rendering.plain import one_line

MARK = "cyan"
WARNING = "yellow"
_GAP = "  "
_LEAST = 12  # minimum columns in which a truncated heading is useful


class Hanging:
    """Text with a marker; further lines, wrapped or its own, are aligned with the first."""

    def __init__(self, marker: str, text: Text, indent: int = 0) -> None:
        self.marker, self.text, self.indent = marker, text, indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        margin = self.indent + len(self.marker)
        first = Text(" " * self.indent + self.marker)
        if options.no_wrap:  # as in a pipe: a sentence is one line, a code block keeps its own lines
            lines = self.text.split("\n", allow_blank=True)
        else:
            lines = self.text.wrap(console, max(options.max_width - margin, 8))
        for number, line in enumerate(lines):
            yield (first if number == 0 else Text(" " * margin)).append_text(line)


class Place:
    """``path:line  page 3  Heading > Heading`` with a marker before and remarks after, on one line if possible.

    On a terminal, outer headings are dropped first, since inner ones say more; the path is never truncated. If the
    corpus is known, the path is a link on terminals that support links.
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
        leaf: Leaf | None = None,
        indent: int = 0,
    ) -> None:
        link = Style(link=(corpus / path).as_uri()) if corpus else Style()
        within = f"{_GAP}{leaf}" if leaf else ""
        self.path = Text.assemble((f"{one_line(path)}:{line}", link), within)
        self.marker, self.trail, self.indent = marker, [one_line(heading) for heading in trail], indent
        self.remarks = remarks or Text()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        taken = self.indent + len(self.marker) + self.path.cell_len + self.remarks.cell_len + len(_GAP)
        trail = " > ".join(self.trail) if options.no_wrap else fitted(self.trail, options.max_width - taken)
        line = Text.assemble(self.path, (f"{_GAP}{trail}" if trail else "", "dim"), self.remarks)
        yield Hanging(self.marker, line, self.indent)


def fitted(trail: Sequence[str], room: int) -> str:
    """Join headings, dropping outer ones until they fit in ``room`` columns; as a last resort, truncate the inner one.

    Empty if there is room for a few characters only.
    """
    shorter = (("… > " if start else "") + " > ".join(trail[start:]) for start in range(len(trail)))
    if text := next((text for text in shorter if cell_len(text) <= room), ""):
        return text
    return f"{set_cell_size(trail[-1], room - 1)}…" if trail and room >= _LEAST else ""
