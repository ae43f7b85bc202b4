"""Tables of reStructuredText: which characters belong to which cell.

The forms are those of ``docutils.parsers.rst.tableparser``. Columns are those of the
screen, where wide characters take two. Text across the edge of a column is read whole.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mlsurvey.reading.rows import Placed, Row, column_width, columns_of, joined, verbatim

_GRID_EDGE = re.compile(r"\+[-=+]*\+")
_SEGMENT = re.compile(r"\+[-=]+(?=\+)")
_SIMPLE_EDGE = re.compile(r"=+[ =]*")
_UNDERLINE = re.compile(r"-[ -]*")
_RUN = re.compile(r"[-=]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and the columns that it spans."""

    content: Placed
    columns: range


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its lines ``first:end`` of the document and its cells, in the order of reading."""

    first: int
    end: int
    is_header: bool
    cells: tuple[Cell, ...]


class _Line:
    """A line of a table by the columns of the screen."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.shown, self._offsets = columns_of(row.text)

    def part(self, start: int, end: int | None) -> Row:
        """The text of the columns ``start:end``, without white space around it."""
        last = len(self._offsets) - 1
        first, stop = self._offsets[min(start, last)], self._offsets[last if end is None else min(end, last)]
        cut = Row(self.row.number, self.row.text[first:stop].rstrip(), self.row.start + first)
        return cut.stripped()


# Grid tables.


def grid_end(rows: Sequence[Row], first: int) -> int:
    """End of the grid table that begins at row ``first``.

    It ends with an edge, since a line block may follow at once; a table without its last edge ends with its last row.
    """
    end = first + 1
    while end < len(rows) and rows[end].text.startswith(("+", "|")):
        end += 1
    edges = (number for number in range(end - 1, first + 1, -1) if _GRID_EDGE.fullmatch(rows[number].text))
    edge = next(edges, end - 1)
    width = column_width(rows[edge].text)
    is_open = all(row.text.endswith("|") and column_width(row.text) == width for row in rows[edge + 1 : end])
    return end if is_open else edge + 1


def grid_rows(rows: Sequence[Row]) -> list[TableRow]:
    """Rows of a grid table. Rows that share a cell are one, since either would be lost without it."""
    lines = [_Line(row) for row in rows]
    width = max(len(line.shown) for line in lines)
    is_closed = _GRID_EDGE.fullmatch(lines[-1].shown) is not None
    if not is_closed or any(len(line.shown) != width or line.shown[-1] not in "+|" for line in lines):
        return _ragged_rows(lines)
    return list(_Grid([line.shown for line in lines]).table(lines))


class _Grid:
    """The smallest cells that the edges of a grid allow, joined where there is no edge between them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.edges = [n for n, text in enumerate(texts) if _SEGMENT.search(text)]
        marks = {found.start() for n in self.edges for found in re.finditer(r"\+", texts[n])}
        self.columns = sorted(marks)
        self._parents = array("q", range(max(0, len(self.edges) - 1) * max(0, len(self.columns) - 1)))
        self._join()

    def table(self, lines: Sequence[_Line]) -> Iterator[TableRow]:
        header = next((n for n in self.edges[1:-1] if re.fullmatch(r"\+[=+]*\+", self.texts[n])), 0)
        for first, end in self._groups():
            cells = tuple(self._cell(region, lines) for region in self._regions(first, end))
            above, below = self.edges[first] + 1, self.edges[end]
            if below > above:
                is_header = below <= header
                yield TableRow(lines[above].row.number, lines[below - 1].row.number + 1, is_header, cells)

    @property
    def _width(self) -> int:
        return len(self.columns) - 1

    def _find(self, cell: int) -> int:
        while self._parents[cell] != cell:
            self._parents[cell] = self._parents[self._parents[cell]]
            cell = self._parents[cell]
        return cell

    def _unite(self, one: int, other: int) -> None:
        one, other = sorted((self._find(one), self._find(other)))
        self._parents[other] = one

    def _join(self) -> None:
        for row, (above, below) in enumerate(pairwise(self.edges)):
            for column, (left, right) in enumerate(pairwise(self.columns)):
                cell = row * self._width + column
                if column + 1 < self._width and not self._is_wall(above, below, right):
                    self._unite(cell, cell + 1)
                if row + 2 < len(self.edges) and not self._is_floor(below, left, right):
                    self._unite(cell, cell + self._width)

    def _is_wall(self, above: int, below: int, column: int) -> bool:
        return all(self.texts[n][column] in "|+" for n in range(above + 1, below))

    def _is_floor(self, line: int, left: int, right: int) -> bool:
        return not self.texts[line][left : right + 1].strip("-=+")

    def _groups(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of rows without a cell that goes on below them."""
        last: dict[int, int] = {}
        for cell in range(len(self._parents)):
            last[self._find(cell)] = cell // self._width
        first = reach = 0
        for row in range(len(self.edges) - 1):
            reach = max([reach, *(last[self._find(row * self._width + n)] for n in range(self._width))])
            if reach == row:
                yield first, row + 1
                first = reach = row + 1

    def _regions(self, first: int, end: int) -> list[list[int]]:
        """The joined cells of the rows ``first:end``, each as its smallest cells, by row and column of the first."""
        regions: dict[int, list[int]] = {}
        for cell in range(first * self._width, end * self._width):
            regions.setdefault(self._find(cell), []).append(cell)
        return list(regions.values())

    def _cell(self, region: Sequence[int], lines: Sequence[_Line]) -> Cell:
        top, bottom = region[0] // self._width, region[-1] // self._width
        columns = [cell % self._width for cell in region]
        left, right = min(columns), max(columns) + 1
        parts = (
            lines[n].part(self.columns[left] + 1, self.columns[right])
            for n in range(self.edges[top] + 1, self.edges[bottom + 1])
        )
        return Cell(joined(parts), range(left, right))


def _ragged_rows(lines: Sequence[_Line]) -> list[TableRow]:
    """Rows of a grid table whose right side is not straight or which has no bottom: cells lie between bars."""
    edges = [n for n, line in enumerate(lines) if _GRID_EDGE.fullmatch(line.shown)]
    header = next((n for n in edges[1:-1] if "=" in lines[n].shown), 0)
    found: list[TableRow] = []
    for above, below in pairwise([*edges, *([len(lines)] if edges[-1] < len(lines) - 1 else [])]):
        cells: dict[int, list[Row]] = {}
        for line in lines[above + 1 : below]:
            for column, part in enumerate(_barred(line)):
                cells.setdefault(column, []).extend([part] if part.text else [])
        if cells:
            kept = tuple(Cell(joined(rows), range(column, column + 1)) for column, rows in cells.items())
            first, end = lines[above + 1].row.number, lines[below - 1].row.number + 1
            found.append(TableRow(first, end, below <= header, kept))
    return found


def _barred(line: _Line) -> Iterator[Row]:
    bars = [found.start() for found in re.finditer(r"[|+](?=[\s|+-]|$)", line.shown)]
    for left, right in pairwise([*bars, *([len(line.shown)] if line.shown[-1] not in "|+" else [])]):
        part = line.part(left + 1, right)
        yield part if part.text.strip("-=") else part.until(0)


# Simple tables.


def simple_end(rows: Sequence[Row], first: int) -> int | None:
    """End of the simple table that begins at row ``first``: its second edge below, or one before a blank row."""
    end: int | None = None
    found = 0
    for number in range(first + 1, len(rows)):
        if _SIMPLE_EDGE.fullmatch(rows[number].text):
            found, end = found + 1, number + 1
            if found == 2 or end == len(rows) or not rows[end].text:
                break
    return end


def simple_rows(rows: Sequence[Row]) -> list[TableRow]:
    """Rows of a simple table. A line whose first column is blank goes on with the row above."""
    lines = [_Line(row) for row in rows]
    starts = [found.start() for found in _RUN.finditer(lines[0].shown)]
    ends = [found.end() for found in _RUN.finditer(lines[0].shown)]
    edges = [n for n, line in enumerate(lines) if _SIMPLE_EDGE.fullmatch(line.shown)]
    header = edges[1] if len(edges) > 2 else 0
    found: list[TableRow] = []
    for first, end, underline in _simple_groups(lines, ends[0]):
        spans = _spanned(starts, lines[underline].shown) if underline else [range(n, n + 1) for n in range(len(starts))]
        cells = tuple(_simple_cells(lines[first:end], _whole(lines[first:end], spans, starts, ends), starts))
        found.append(TableRow(lines[first].row.number, lines[end - 1].row.number + 1, end <= header, cells))
    return found


def _simple_groups(lines: Sequence[_Line], width: int) -> Iterator[tuple[int, int, int]]:
    """Yield the lines of each row, and that of the edge or underline below it that gives its columns, or 0."""
    first = 0
    for number, line in enumerate(lines):
        is_edge = number == 0 or _SIMPLE_EDGE.fullmatch(line.shown) or _UNDERLINE.fullmatch(line.shown)
        if not is_edge and not line.shown[:width].strip():
            continue
        if first and (rest := _last_text(lines, first, number)) > first:
            yield first, rest, number if is_edge else 0
        first = number + 1 if is_edge else number


def _last_text(lines: Sequence[_Line], first: int, end: int) -> int:
    while end > first and not lines[end - 1].row.text:
        end -= 1
    return end


def _spanned(starts: Sequence[int], underline: str) -> list[range]:
    """The columns that each part of an underline spans; a column below none of them stands alone."""
    spans: list[range] = []
    parts = [found.span() for found in _RUN.finditer(underline)]
    for column, start in enumerate(starts):
        part = next((n for n, (left, right) in enumerate(parts) if left <= start < right), None)
        if spans and part is not None and parts[part][0] <= starts[spans[-1].start] < parts[part][1]:
            spans[-1] = range(spans[-1].start, column + 1)
        else:
            spans.append(range(column, column + 1))
    return spans


def _whole(lines: Sequence[_Line], spans: list[range], starts: Sequence[int], ends: Sequence[int]) -> list[range]:
    """The spans, joined where text runs across the gap between two."""
    kept = spans[:1]
    for span in spans[1:]:
        left, right = ends[kept[-1].stop - 1], starts[span.start]
        if any(line.shown[left:right].strip() for line in lines):
            kept[-1] = range(kept[-1].start, span.stop)
        else:
            kept.append(span)
    return kept


def _simple_cells(lines: Sequence[_Line], spans: Sequence[range], starts: Sequence[int]) -> Iterator[Cell]:
    for span in spans:
        end = starts[span.stop] if span.stop < len(starts) else None
        parts = (line.part(starts[span.start], end) for line in lines)
        yield Cell(joined(parts), span)


# Tables written as lists or as comma-separated values.


def list_rows(items: Sequence[Sequence[Sequence[Row]]], headers: int) -> Iterator[TableRow]:
    """Yield the rows of a list of lists of cells, of which the first ``headers`` name the columns."""
    for ordinal, item in enumerate(items):
        cells = tuple(Cell(joined(cell), range(n, n + 1)) for n, cell in enumerate(item))
        yield TableRow(item[0][0].number, item[-1][-1].number + 1, ordinal < headers, cells)


@dataclass(frozen=True, slots=True)
class Dialect:
    """Marks of comma-separated values."""

    delimiter: str = ","
    quote: str = '"'


def csv_rows(rows: Sequence[Row], dialect: Dialect, headers: int) -> Iterator[TableRow]:
    """Yield the rows of comma-separated values, of which the first ``headers`` name the columns.

    A quoted cell may hold line ends, and quotes written twice.
    """
    text, places = verbatim(rows)
    ordinal = number = position = 0
    cells: list[Cell] = []
    for found in _csv_field(dialect).finditer(text):
        cells.append(Cell(_csv_content(found, places, dialect.quote), range(len(cells), len(cells) + 1)))
        if found["end"] == dialect.delimiter:
            continue
        first = number + text.count("\n", position, found.start("end"))
        if any(cell.content[0] for cell in cells):
            start = first - text.count("\n", position, found.start("end"))
            yield TableRow(rows[start].number, rows[first].number + 1, ordinal < headers, tuple(cells))
            ordinal += 1
        number, position, cells = first + len(found["end"]), found.end(), []
        if position == len(text):
            return


def _csv_field(dialect: Dialect) -> re.Pattern[str]:
    mark, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
    quoted = f"{quote}(?P<quoted>(?:[^{quote}]|{quote}{quote})*){quote}[^{mark}\n]*"
    return re.compile(f" *(?:{quoted}|(?P<plain>[^{mark}\n]*))(?P<end>{mark}|\n|$)")


def _csv_content(found: re.Match[str], places: array[int], quote: str) -> Placed:
    name = "plain" if found["quoted"] is None else "quoted"
    content, start = found[name], found.start(name)
    if name == "plain":
        size = len(content.rstrip())
        return content[:size], places[start : start + size]
    kept: list[int] = []
    for number, character in enumerate(content):
        if character != quote or not kept or kept[-1] != number - 1 or content[kept[-1]] != quote:
            kept.append(number)
    return "".join(content[n] for n in kept), array("q", [places[start + n] for n in kept])
