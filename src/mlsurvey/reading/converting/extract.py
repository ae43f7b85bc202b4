"""What a reader makes of a file: text, the places of its pages or cells, and what it left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlsurvey.leaves import Leaves, Unit

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a converted document, in Markdown."""

    text: str
    leaves: Leaves | None = None
    """Where its pages or cells begin; None if the format has neither."""
    omitted: str | None = None
    """What a reader of the file sees and the text lacks, such as "2 × page without text"."""


def joined(unit: Unit, pieces: Sequence[str], head: str = "", omitted: str | None = None) -> Extract:
    """The extract of pages or cells, a blank line between any two.

    A paragraph that goes on over a page break is joined by a space, so that its sentence can be quoted.
    """
    text, starts = head, list[int]()
    for piece in map(clean, pieces):
        gap = _gap(text, piece, unit) if piece else ""
        starts.append(len(text) + len(gap))
        text += gap + piece
    return Extract(text + "\n", Leaves(unit, tuple(starts)), omitted)


def _gap(before: str, piece: str, unit: Unit) -> str:
    if not before or before.endswith("\n\n"):
        return ""
    if unit != "page":
        return "\n\n"
    last = before.rpartition("\n")[2]
    is_open = bool(_GOES_ON.search(last)) and not _NO_PROSE.match(last) and not _NO_PROSE.match(piece)
    return " " if is_open and piece[0].islower() else "\n\n"


_GOES_ON = re.compile(r"[\w,;)\]’”\"*-]\Z")
_NO_PROSE = re.compile(r"[#|>`$]|[-*+•] |\d+[.)] ")


def clean(text: str) -> str:
    """The text without control characters that would make it binary, and without white space around it."""
    return _CONTROLS.sub(" ", _LINE_ENDS.sub("\n", text)).strip("\n \ufeff").rstrip()


def front_matter(**fields: str | None) -> str:
    """Front matter of the fields that are given; empty if none is. JSON strings are valid YAML."""
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items() if value]
    return f"---\n{''.join(lines)}---\n\n" if lines else ""


def counted(kinds: Iterable[tuple[int, str]]) -> str | None:
    """What was left out, such as "2 × page without text"; None if nothing was."""
    return ", ".join(f"{count} × {kind}" for count, kind in kinds if count) or None


def one_line(text: str | None) -> str:
    """A title on one line; empty for None."""
    return " ".join(clean(text or "").split())
