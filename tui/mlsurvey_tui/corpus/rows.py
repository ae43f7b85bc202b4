"""The documents as rows: filtering, sorting and counting. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlsurvey.rendering.plain import one_line

if TYPE_CHECKING:
    from mlsurvey.state import DocumentRow

Column = Literal["path", "library", "language", "title", "date", "passages", "bytes"]
COLUMNS: Mapping[Column, str] = {
    "path": "Document",
    "library": "Library",
    "language": "Language",
    "passages": "Passages",
    "bytes": "Size",
    "date": "Date",
    "title": "Title",
}
"""Column titles in display order: the most important fit in 80 columns."""
NUMBERS = ("passages", "bytes")
FACETS: tuple[Column, ...] = ("language", "library")
NONE = "none"
"""Facet value of documents without a value."""
_ROOM: Mapping[Column, int] = {"date": 95, "title": 130}
"""Minimum table width at which these columns are visible without scrolling."""
_GAP = 2
_UNITS = ("B", "kB", "MB", "GB")


@dataclass(frozen=True, slots=True)
class Row:
    """One document."""

    path: str
    library: str
    language: str
    title: str
    date: str
    passages: int
    bytes: int

    def cell(self, column: Column) -> str:
        """Return the text of a column."""
        value = getattr(self, column)
        if column == "bytes":
            return size(value)
        return f"{value:,}" if column == "passages" else one_line(str(value))


def rows_of(documents: Iterable[DocumentRow], libraries: Mapping[str, str]) -> list[Row]:
    """Return rows for the documents of an index; ``libraries`` maps slugs to names."""
    return [
        Row(
            path=document.path,
            library=libraries.get(document.subject or "", document.subject or ""),
            language=document.language or "",
            title=document.title,
            date=document.date or "",
            passages=document.passages,
            bytes=document.bytes,
        )
        for document in documents
    ]


def matching(rows: Iterable[Row], typed: str) -> list[Row]:
    """Return the rows that contain every word; ``language:rust`` and ``library:Burn`` match one column only."""
    tests = [_test(word) for word in words(typed)]
    return [row for row in rows if all(_has(row, column, word) for column, word in tests)]


def ordered(rows: Sequence[Row], column: Column, *, reverse: bool) -> list[Row]:
    """Return the rows sorted by a column, then by path; rows without a value are always last."""
    empty = [row for row in rows if getattr(row, column) == ""]
    there = [row for row in rows if getattr(row, column) != ""]
    return [*sorted(there, key=lambda row: (_key(row, column), row.path), reverse=reverse), *empty]


def counts(rows: Iterable[Row], column: Column) -> list[tuple[str, int]]:
    """Return the values of a column with their document counts, the most frequent first."""
    counted = Counter(getattr(row, column) or NONE for row in rows)
    return sorted(counted.items(), key=lambda pair: (pair[0] == NONE, -pair[1], pair[0].casefold()))


def facet(column: Column, value: str) -> str:
    """Return the filter for one value of a column."""
    return f'{column}:"{value}"' if " " in value else f"{column}:{value}"


def size(count: int) -> str:
    """Return a size in bytes as text, such as ``812 B``, ``14 kB`` or ``5.2 MB``."""
    amount = float(count)
    for unit in _UNITS:
        if amount < 1000 or unit == _UNITS[-1]:
            break
        amount /= 1000
    return f"{amount:.1f} {unit}" if unit not in _UNITS[:2] else f"{amount:.0f} {unit}"


def column_widths(width: int) -> dict[Column, int]:
    """Return column widths that fit as many columns as possible; the path takes the rest."""
    fixed: dict[Column, int] = {"library": 13, "language": 10, "passages": 9, "bytes": 7, "date": 10, "title": 40}
    seen = [column for column in fixed if width >= _ROOM.get(column, 0)]
    left = width - sum(fixed[column] for column in seen) - _GAP * (len(seen) + 1) - 2
    return {"path": min(max(left, 20), 70), **fixed}


def shortened(path: str, width: int) -> str:
    """Shorten a path in the middle; its first folder and its end are the most informative."""
    line = one_line(path)
    if len(line) <= width:
        return line
    head = line.partition("/")[0][: width // 3]
    return f"{head}/…{line[-(width - len(head) - 2) :]}"


def words(typed: str) -> list[str]:
    """Split what is typed into a filter into words; quotes group several words."""
    found: list[str] = []
    for number, part in enumerate(typed.casefold().split('"')):
        if number % 2 and found and found[-1].endswith(":"):
            found[-1] += part
        else:
            found += [part] if number % 2 else part.split()
    return found


def _test(word: str) -> tuple[Column | None, str]:
    name, colon, value = word.partition(":")
    column = next((facet for facet in FACETS if facet == name), None)
    return (column, value) if colon and column else (None, word)


def _has(row: Row, column: Column | None, word: str) -> bool:
    if column is not None:
        return (getattr(row, column) or NONE).casefold() == word
    return word in f"{row.path}\n{row.library}\n{row.language}\n{row.title}\n{row.date}".casefold()


def _key(row: Row, column: Column) -> str | int:
    value: str | int = getattr(row, column)
    return value.casefold() if isinstance(value, str) else value
