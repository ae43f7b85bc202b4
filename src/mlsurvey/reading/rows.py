"""Lines of a nested text: each without the indentation of its container, with its place in the document.

The rules of indentation are those of docutils (``docutils.statemachine.StringList``).
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlsurvey.reading.lines import Lines, places_of

Placed = tuple[str, "array[int]"]
"""A text and the document offset of each of its characters."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line, without indentation of its container and without white space at its end."""

    number: int
    """Line of the document."""
    text: str
    start: int
    """Document offset of the first character of ``text``."""

    @property
    def indent(self) -> int:
        """Count of leading spaces."""
        return len(self.text) - len(self.text.lstrip(" "))

    def after(self, column: int) -> Row:
        """The row without its first ``column`` characters."""
        return Row(self.number, self.text[column:], self.start + min(column, len(self.text)))

    def until(self, column: int) -> Row:
        """The first ``column`` characters of the row."""
        return Row(self.number, self.text[:column], self.start)

    def stripped(self) -> Row:
        """The row without leading white space."""
        return self.after(len(self.text) - len(self.text.lstrip()))


def rows_of(lines: Lines, first: int, end: int) -> list[Row]:
    """Rows of the lines ``first:end`` of a document."""
    return [Row(number, lines.text(number).rstrip(), lines.starts[number]) for number in range(first, end)]


def indented(rows: Sequence[Row], first: int, *, known: int | None = None, until_blank: bool = False) -> list[Row]:
    """The rows from ``first`` that are blank or indented, by ``known`` spaces or else by any number.

    Their common indentation is removed.
    """
    end = _indented_end(rows, first, known or 1, until_blank)
    return dedented(rows[first:end], known)


def opened(
    rows: Sequence[Row], first: int, column: int, *, known: int | None = None, until_blank: bool = False
) -> list[Row]:
    """The text that begins at ``column`` of row ``first`` and goes on in the indented rows below it."""
    end = _indented_end(rows, first + 1, known or 1, until_blank)
    return [rows[first].after(column), *dedented(rows[first + 1 : end], known)]


def _indented_end(rows: Sequence[Row], first: int, least: int, until_blank: bool) -> int:
    end = first
    while end < len(rows) and (rows[end].indent >= least or not rows[end].text):
        if not rows[end].text and until_blank:
            break
        end += 1
    while end > first and not rows[end - 1].text:
        end -= 1
    return end


def dedented(rows: Sequence[Row], known: int | None = None) -> list[Row]:
    """The rows without ``known`` leading characters, or else without their common indentation."""
    margin = min((row.indent for row in rows if row.text), default=0) if known is None else known
    return [row.after(margin) for row in rows]


def run_end(rows: Sequence[Row], first: int) -> int:
    """End of the non-blank rows from ``first``."""
    end = first
    while end < len(rows) and rows[end].text:
        end += 1
    return end


def joined(rows: Iterable[Row]) -> Placed:
    """The rows' texts without indentation, joined by line ends; blank ones are left out."""
    parts: list[str] = []
    places = array("q")
    for row in (row.stripped() for row in rows if row.text):
        if parts:
            places.append(max(places[-1] + 1, row.start - 1))
        parts.append(row.text)
        places.extend(places_of(row.start, row.start + len(row.text)))
    return "\n".join(parts), places


def verbatim(rows: Sequence[Row]) -> Placed:
    """The rows' texts as they are, joined by line ends."""
    places = array("q")
    for row in rows:
        if places or row is not rows[0]:
            places.append(max(places[-1] + 1 if places else 0, row.start - 1))
        places.extend(places_of(row.start, row.start + len(row.text)))
    return "\n".join(row.text for row in rows), places


def column_width(text: str) -> int:
    """Columns that a text takes: two for a wide character, none for a combining one (``docutils.utils``)."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def columns_of(text: str) -> tuple[str, Sequence[int]]:
    """A text with one character per column, and the offset in ``text`` of each column and of the end.

    A wide character is followed by a NUL; combining ones are left out.
    """
    if text.isascii():
        return text, range(len(text) + 1)
    shown: list[str] = []
    offsets = array("q")
    for offset, character in enumerate(text):
        if unicodedata.combining(character):
            continue
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        shown.append(character + "\0" * (width - 1))
        offsets.extend([offset] * width)
    offsets.append(len(text))
    return "".join(shown), offsets
