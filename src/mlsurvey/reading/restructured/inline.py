"""Reading form of the inline markup of reStructuredText.

Every pattern is linear in the text: it begins where no earlier try has gone
past, or it stops at the next mark of its own kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mlsurvey.reading.blocks import Reading, ReadingBuilder
from mlsurvey.reading.rows import Placed
from mlsurvey.types import Span

NAME = r"[^\W_]+(?:[-._+:][^\W_]+)*"
"""Simple reference name, as in ``docutils.parsers.rst.states.Inliner``."""
_INLINE = re.compile(
    r"``(?!\s)(?P<code>(?:(?!``(?!`))[\s\S])+)(?<!\s)``(?!`)"
    rf"|(?P<role>(?<![\w:]):{NAME}:)?(?<!`)`(?![\s`])(?P<shown>(?:[^`\\]|\\[\s\S])+)(?<!\s)`(?:__?)?"
    r"|\*\*(?!\s)(?P<strong>[^*]+)(?<!\s)\*\*"
    r"|(?<!\w)\*(?![\s*])(?P<em>[^*]+)(?<!\s)\*(?!\w)"
    r"|(?P<mark>\\(?:\s|\Z)|\|(?![\s|])[^|]+(?<!\s)\|(?:__?)?|\[(?:\d+|#\w*|\*)\]_)"
    rf"|(?<![\w.+:`-])(?P<reference>{NAME})__?(?![\w`])"
    r"|\\(?P<escaped>\S)"
)
_SHORTENED = re.compile(r"[~!]")
"""Before the target of a role, these ask for a short or unlinked form."""


@dataclass(slots=True)
class InlineReading:
    """Collects text with inline markup, and words that stand for other marks."""

    builder: ReadingBuilder = field(default_factory=ReadingBuilder)
    opaque: list[Span] = field(default_factory=list)
    strong: int = 0

    def add(self, placed: Placed) -> None:
        """Add text: references become their text, substitutions and footnote marks are dropped."""
        position = 0
        for found in _INLINE.finditer(placed[0]):
            self._keep(placed, position, found.start())
            self._take(placed, found)
            position = found.end()
        self._keep(placed, position, len(placed[0]))

    def stand(self, text: str, place: Span) -> None:
        """Add ``text``, which stands for what is at ``place``."""
        self.builder.replace(text, place.start, place.end)

    def reading(self) -> Reading:
        """Everything added so far."""
        return self.builder.reading(tuple(self.opaque), self.strong)

    def _take(self, placed: Placed, found: re.Match[str]) -> None:
        before = len(self.builder)
        if found["shown"] is not None:
            self._keep(placed, *_shown(found))
        elif found.lastgroup not in (None, "mark"):
            self._keep(placed, *found.span(str(found.lastgroup)))
        if found["code"] is not None and len(self.builder) > before:
            self.opaque.append(Span(before, len(self.builder)))
        if found["strong"] is not None and not before:
            self.strong = len(self.builder)

    def _keep(self, placed: Placed, start: int, end: int) -> None:
        """Keep a part line by line, since its lines may not be adjacent in the document."""
        content, places = placed
        while start < end:
            stop = content.find("\n", start, end)
            stop = end if stop < 0 else stop
            if stop > start:
                self.builder.keep(content[start:stop], places[start])
            if stop < end:
                self.builder.space(places[stop], places[stop] + 1)
            start = stop + 1


def inline_reading(placed: Placed) -> Reading:
    """Reading form of one text."""
    reading = InlineReading()
    reading.add(placed)
    return reading.reading()


def _shown(found: re.Match[str]) -> tuple[int, int]:
    """Range of the text of a reference or role, without its target in angle brackets."""
    start, end = found.span("shown")
    shown = found["shown"]
    bracket = shown.rfind("<") if shown.endswith(">") else -1
    if bracket == 0:
        return start + 1, end - 1
    if bracket > 0 and shown[bracket - 1].isspace():
        return start, start + len(shown[:bracket].rstrip())
    return start + bool(found["role"] and len(shown) > 1 and _SHORTENED.match(shown)), end
