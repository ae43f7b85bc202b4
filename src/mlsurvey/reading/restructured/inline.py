"""Reading form of the inline markup of reStructuredText.

Every pattern is linear in the text: it begins where no earlier try has gone
past, or it stops at the next mark of its own kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlsurvey.reading.blocks import Reading, ReadingBuilder
from mlsurvey.reading.lines import places_of
from mlsurvey.reading.rows import Placed
from mlsurvey.types import Span

NAME = r"[^\W_]+(?:[-._+:][^\W_]+)*"
"""Simple reference name, as in ``docutils.parsers.rst.states.Inliner``."""
_INLINE = re.compile(
    r"``(?!\s)(?P<code>(?:(?!``(?!`))[\s\S])+)(?<!\s)``(?!`)"
    rf"|(?P<role>(?<![\w:]):{NAME}:)?(?<!`)`(?![\s`])(?P<shown>(?:[^`\\]|\\[\s\S])+)(?<!\s)`(?:__?)?"
    r"|\*\*(?!\s)(?P<strong>[^*]+)(?<!\s)\*\*"
    r"|(?<!\w)\*(?![\s*])(?P<em>[^*]+)(?<!\s)\*(?!\w)"
    r"|(?P<mark>\\(?:\s|\Z)|\[(?:\d+|#\w*|\*)\]_)"
    r"|\|(?P<name>(?![\s|])[^|]+(?<!\s))\|(?:__?)?"
    rf"|(?<![\w.+:`-])(?P<reference>{NAME})__?(?![\w`])"
    r"|\\(?P<escaped>\S)"
)
_DEFINITION = re.compile(
    r"^ *+\.\. ++\|(?P<name>[^|\n]+)\| ++(?P<form>[\w-]+) ?::(?P<text>[^\n]*+(?:\n ++[^\n]++)*+)", re.MULTILINE
)
Substitutions = Mapping[str, str | None]
"""Text that stands for each name between bars, folded as by :func:`_known`; None for what has no text, as a picture."""

_SHORTENED = re.compile(r"[~!]")
"""Before the target of a role, these ask for a short or unlinked form."""


@dataclass(slots=True)
class InlineReading:
    """Collects text with inline markup, and words that stand for other marks."""

    builder: ReadingBuilder = field(default_factory=ReadingBuilder)
    opaque: list[Span] = field(default_factory=list)
    strong: int = 0
    substitutions: Substitutions = field(default_factory=dict)

    def add(self, placed: Placed) -> None:
        """Add text: references and substitutions become their text, footnote marks are dropped.

        A name between bars that is not defined is kept as it is.
        """
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
        if found["name"] is not None:
            self._substitute(placed, found)
            return
        if found["shown"] is not None:
            self._keep(placed, *_shown(found))
        elif found.lastgroup not in (None, "mark"):
            self._keep(placed, *found.span(str(found.lastgroup)))
        if found["code"] is not None and len(self.builder) > before:
            self.opaque.append(Span(before, len(self.builder)))
        if found["strong"] is not None and not before:
            self.strong = len(self.builder)

    def _substitute(self, placed: Placed, found: re.Match[str]) -> None:
        name = _known(found["name"])
        if name not in self.substitutions:
            self._keep(placed, *found.span())
            return
        places = placed[1]
        self.stand(self.substitutions[name] or "", Span(places[found.start()], places[found.end() - 1] + 1))

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


def inline_reading(placed: Placed, substitutions: Substitutions | None = None) -> Reading:
    """Reading form of one text."""
    reading = InlineReading(substitutions=substitutions or {})
    reading.add(placed)
    return reading.reading()


def substitutions_of(text: str) -> Substitutions:
    """The substitutions that a document defines; one may use those before it."""
    known: dict[str, str | None] = {}
    for found in _DEFINITION.finditer(text):
        content = " ".join(found["text"].split())
        shown = inline_reading((content, places_of(0, len(content))), known).text
        known.setdefault(_known(found["name"]), shown if found["form"] == "replace" else None)
    return known


def _known(name: str) -> str:
    return " ".join(name.split()).casefold()


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
