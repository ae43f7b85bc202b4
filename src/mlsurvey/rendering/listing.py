"""Search hits and the text of a document as Rich renderables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.plain import one_line, visible
from mlsurvey.rendering.terminal import Hanging
from mlsurvey.types import Document, Hit

CONTEXT_LINES = 12
"""Lines shown before and after the line that was asked for."""
_SNIPPET = 360
"""Characters of a passage that a list of hits shows: enough to judge it by, few enough for ten on a screen."""


def hits_view(hits: Sequence[Hit]) -> RenderableType:
    """Numbered hits: place and headings, why it was found, the beginning of its text."""
    if not hits:
        return Text("nothing found")
    width = len(f"{len(hits)}. ")
    return Group(*(part for rank, hit in enumerate(hits, 1) for part in _hit(f"{rank}. ".ljust(width), hit)))


def document_view(document: Document, line: int | None) -> RenderableType:
    """The document with line numbers; only the lines around ``line``, which is marked ``>``, if one is given."""
    lines = document.text.removesuffix("\n").split("\n")
    first, last = (1, len(lines)) if line is None else (max(1, line - CONTEXT_LINES), line + CONTEXT_LINES)
    width = len(str(min(last, len(lines))))
    numbered = list(enumerate(lines, start=1))[first - 1 : last]
    return Group(*(_numbered(number, text, width, here=number == line) for number, text in numbered))


def _hit(label: str, hit: Hit) -> Iterator[RenderableType]:
    passage = hit.passage
    place = Text.assemble((f"{one_line(passage.path)}:{passage.line_start}", "bold"))
    if passage.trail:
        place.append("  " + one_line(" > ".join(passage.trail)), style="dim")
    yield Hanging(label, place)
    yield Hanging(" " * len(label), Text(_why(hit), style="cyan"))
    yield Hanging(" " * len(label), Text(_snippet(passage.text)))
    yield Text()


def _why(hit: Hit) -> str:
    voters = (f"{voter} #{rank} ({hit.scores[voter]:.3f})" for voter, rank in hit.ranks.items() if voter in hit.scores)
    return f"score {hit.score:.3f} · {' · '.join(voters)}"


def _snippet(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _SNIPPET else line[:_SNIPPET].rsplit(" ", 1)[0] + " …"


def _numbered(number: int, text: str, width: int, *, here: bool) -> Hanging:
    marker = f"{'>' if here else ' '} {number:>{width}}  "
    return Hanging(marker, Text(visible(text.removesuffix("\r")), style="bold" if here else ""))
