"""HTML inside Markdown: its visible segments and their kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from mlsurvey.types import Span

_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<hidden>script|style|svg|iframe|head|template|noscript|math)\b[^<>]*(?:>.*?(?:</(?P=hidden)\s*>|\Z)|/>)"
    r"|<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9.:-]*+)(?P<rest>(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)>"
    r"|<[!?][^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "input",
    "ins", "kbd", "label", "mark", "picture", "q", "s", "samp", "small", "source", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip


class Part(StrEnum):
    """Kind of a visible HTML segment."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    HEAD_CELL = "th"
    CELL = "td"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Segment:
    """Text between block-level tags, with its inline tags."""

    part: Part
    span: Span
    level: int = 0
    row: int = -1
    """Ordinal of its table row within the block; -1 outside tables."""
    alt: str = ""
    """Alt text of its first image, the only text of a heading that is a logo."""


@dataclass(slots=True)
class _Cursor:
    start: int
    part: Part = Part.TEXT
    level: int = 0
    row: int = -1
    rows: int = 0
    alt: str = ""
    pending: list[Segment] = field(default_factory=list)


def segments(text: str, span: Span) -> list[Segment]:
    """Visible segments of the HTML in ``text[span]``, in order; comments, scripts and styles are skipped."""
    cursor = _Cursor(span.start)
    for tag in _tags(text, span):
        name = (tag["name"] or "").lower()
        if name in _INLINE:
            if name == "img" and (alt := _ALT.search(tag["rest"])) and not cursor.alt:
                cursor.alt = alt[1] or alt[2] or ""
            continue
        _cut(cursor, tag.start(), text)
        cursor.start = tag.end()
        if name:
            _enter(cursor, name, is_close=bool(tag["close"]))
    _cut(cursor, span.end, text)
    return cursor.pending


def _tags(text: str, span: Span) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(text, span.start, span.end)


def _cut(cursor: _Cursor, end: int, text: str) -> None:
    if text[cursor.start : end].strip():
        segment = Segment(cursor.part, Span(cursor.start, end), cursor.level, cursor.row, cursor.alt)
        cursor.pending.append(segment)
    cursor.alt = ""


def _enter(cursor: _Cursor, name: str, *, is_close: bool) -> None:
    if name == "tr":
        cursor.rows += not is_close
        cursor.row = -1 if is_close else cursor.rows
    if name in ("br", "hr"):
        return
    cursor.part, cursor.level = Part.TEXT, 0
    if is_close:
        return
    if name in ("td", "th") and cursor.row >= 0:
        cursor.part = Part(name)
    elif name == "li":
        cursor.part = Part.ITEM
    elif name == "pre":
        cursor.part = Part.CODE
    elif re.fullmatch("h[1-6]", name):
        cursor.part, cursor.level = Part.HEADING, int(name[1])
