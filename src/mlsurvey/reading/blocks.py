"""Output of all format readers: blocks in reading form, with the document offset of each character."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from enum import StrEnum

from mlsurvey.reading.lines import places_of
from mlsurvey.types import Span

# Characters that Windows-1252 shows for bytes 80 to BF, the continuation bytes of a UTF-8 sequence.
_TAIL = (
    r"[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201a"
    r"\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
# Characters folded or dropped in the reading form. Single spaces, by far the most common, are skipped.
_IRREGULAR = re.compile(
    r"(?P<space>[^\S ]\s*| \s+)"
    r"|(?P<dropped>[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    r"\u2066-\u206f\ufe0e\ufe0f\ufeff\ufff9-\ufffb]+)"
    rf"|(?P<mojibake>[\u00c2\u00c3]{_TAIL}|\u00e2{_TAIL}{{2}}|\u00f0{_TAIL}{{3}})"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Text as the user reads it, with the document offsets of its characters.

    Character ``i`` of ``text`` is at ``starts[i]:ends[i]`` of the document; both sequences are ascending.
    """

    text: str
    starts: array[int]
    ends: array[int]
    opaque: tuple[Span, ...] = ()
    """Code spans in ``text``."""
    strong: int = 0
    """Length of the bold prefix of ``text``."""
    anchors: bool = False
    """Whether it consists only of links within the document, as a table of contents does."""

    def __len__(self) -> int:
        return len(self.text)

    def place(self, start: int, end: int) -> Span:
        """Document span of ``text[start:end]``, which must not be empty."""
        return Span(self.starts[start], self.ends[end - 1])


EMPTY = Reading("", array("q"), array("q"))


class ReadingBuilder:
    """Collects the kept parts of a document; folds white space and drops invisible characters."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts = array("q")
        self._ends = array("q")
        self._spaced = True

    def __len__(self) -> int:
        return len(self._starts)

    def keep(self, raw: str, start: int) -> None:
        """Add ``raw``, found verbatim at ``start`` of the document."""
        if raw.isascii() and raw.isprintable() and "  " not in raw:  # the most common case: nothing irregular
            self._plain(raw, start)
            return
        position = 0
        for found in _IRREGULAR.finditer(raw):
            self._plain(raw[position : found.start()], start + position)
            self._irregular(found, start)
            position = found.end()
        self._plain(raw[position:] if position else raw, start + position)

    def space(self, start: int, end: int) -> None:
        """Add one space that stands for ``start:end``, unless the text already ends with one."""
        if not self._spaced:
            self.replace(" ", start, end)
            self._spaced = True

    def replace(self, text: str, start: int, end: int) -> None:
        """Add ``text`` that stands for ``start:end`` as a whole."""
        if not text:
            return
        self._parts.append(text)
        self._starts.extend([start] * len(text))
        self._ends.extend([end] * len(text))
        self._spaced = False

    def reading(self, opaque: tuple[Span, ...] = (), strong: int = 0, anchors: bool = False) -> Reading:
        """Return everything added, without a trailing space."""
        text = "".join(self._parts)
        size = len(text.rstrip(" "))
        opaque = tuple(Span(span.start, min(span.end, size)) for span in opaque if span.start < size)
        return Reading(text[:size], self._starts[:size], self._ends[:size], opaque, min(strong, size), anchors)

    def _plain(self, raw: str, start: int) -> None:
        if self._spaced and raw.startswith(" "):
            raw, start = raw[1:], start + 1
        if raw:
            self._parts.append(raw)
            self._starts.extend(places_of(start, start + len(raw)))
            self._ends.extend(places_of(start + 1, start + len(raw) + 1))
            self._spaced = raw.endswith(" ")

    def _irregular(self, found: re.Match[str], start: int) -> None:
        begin, end = start + found.start(), start + found.end()
        if found.lastgroup == "space":
            self.space(begin, end)
        elif found.lastgroup == "mojibake":
            self._mojibake(found.group(), begin, end)

    def _mojibake(self, garbled: str, begin: int, end: int) -> None:
        repaired = _repaired(garbled)
        if repaired.isspace():
            self.space(begin, end)
        elif repaired != garbled:
            self.replace(repaired if repaired.isprintable() else "", begin, end)
        else:
            for offset, character in enumerate(garbled):
                if character.isprintable():
                    self._plain(character, begin + offset)


def _repaired(garbled: str) -> str:
    """Repair UTF-8 that was read as Windows-1252 ("â€™"); other text is returned unchanged."""
    try:
        data = bytes(_cp1252(character) for character in garbled)
        return data.decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return garbled


def _cp1252(character: str) -> int:
    """The Windows-1252 byte of ``character``; C1 controls stand for the bytes it leaves undefined."""
    return ord(character) if "\x80" <= character <= "\x9f" else character.encode("cp1252")[0]


def plain_reading(text: str, start: int, end: int) -> Reading:
    """Reading form of ``text[start:end]``, treated as text without markup."""
    builder = ReadingBuilder()
    builder.keep(text[start:end], start)
    return builder.reading()


class BlockKind(StrEnum):
    """Kind of a block."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    """First paragraph of a list item."""
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A range of whole lines with readable content. Lines outside all blocks are noise or blank."""

    kind: BlockKind
    span: Span
    """Whole lines of the document, or part of a line for cells and items inside HTML."""
    reading: Reading
    level: int = 0
    """Heading level, from 1 for the outermost."""
    depth: int = 0
    """Number of enclosing list items."""
    checkbox: bool = False
    """Whether it begins with a checkbox, as tasks and quiz options do."""
    quoted: bool = False
    """Whether it is inside a block quote."""
    header: tuple[str, ...] = ()
    """Column names of a row."""
    cells: tuple[Reading, ...] = field(default=(), repr=False)
    """Cells of a row."""
    lines: tuple[Span, ...] = field(default=(), repr=False)
    """Lines of code, excluding blank ones."""
    left_out: str = ""
    """What it is, if it is something that a reader sees and that is not indexed: "diagram"."""
