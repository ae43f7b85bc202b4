"""Lines with a marker, and places in documents, as Rich renderables."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.text import Text

from mlsurvey.rendering.plain import one_line

MARK = "cyan"
WARNING = "yellow"


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


def place(document: str, line: int, trail: tuple[str, ...], corpus: Path | None) -> Text:
    """``path:line  Heading > Heading``; where the corpus is known, terminals that can make the path a link."""
    link = Style(link=(corpus / document).as_uri()) if corpus else Style()
    text = Text.assemble((f"{one_line(document)}:{line}", link))
    if trail:
        text.append("  " + one_line(" > ".join(trail)), style="dim")
    return text
