"""Tables in reStructuredText: maps characters to cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mlsurvey.reading.lines import Lines

_GRID_EDGE = re.compile(r"\s*\+[-=+]{3,}\+\s*")
_PARTIAL_EDGE = re.compile(r"[-+|=\s]*")
_SIMPLE_EDGE = re.compile(r"\s*={2,}(?: +={2,})*\s*")

CellLines = tuple[tuple[str, int], ...]
"""Lines of a cell, each with its document offset."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its lines ``first:end`` and its cells."""

    first: int
    end: int
    is_header: bool
    cells: tuple[CellLines, ...]


def table_rows(lines: Lines, first: int, end: int) -> Iterator[TableRow]:
    """Yield rows of the grid or simple table on the lines ``first:end``."""
    is_grid = "+" in lines.text(first)
    edges = [n for n in range(first, end) if (_GRID_EDGE if is_grid else _SIMPLE_EDGE).fullmatch(lines.text(n))]
    columns = _columns(lines.text(first), "+" if is_grid else " ")
    if not columns or len(edges) < 2:
        return
    bodies = _grid(edges) if is_grid else _simple(lines, edges)
    has_header = any("=" in lines.text(n) for n in edges[1:-1]) if is_grid else len(edges) > 2
    header_end = next((n for n in edges[1:] if "=" in lines.text(n)), first) if has_header else first
    for start, stop in bodies:
        cells = tuple(_cell(lines, start, stop, column) for column in columns)
        yield TableRow(start, stop, stop <= header_end, cells)


def _columns(edge: str, separator: str) -> list[tuple[int, int]]:
    """Character columns given by an edge; the last column of a simple table is open-ended."""
    pattern = r"(?<=\+)[-=]+" if separator == "+" else "=+"
    columns = [found.span() for found in re.finditer(pattern, edge)]
    return [*columns[:-1], (columns[-1][0], 10**6)] if columns and separator == " " else columns


def _grid(edges: list[int]) -> Iterator[tuple[int, int]]:
    for above, below in pairwise(edges):
        if below > above + 1:
            yield above + 1, below


def _simple(lines: Lines, edges: list[int]) -> Iterator[tuple[int, int]]:
    for above, below in pairwise(edges):
        for number in range(above + 1, below):
            if lines.text(number).strip():
                yield number, number + 1


def _cell(lines: Lines, start: int, stop: int, column: tuple[int, int]) -> CellLines:
    parts = []
    for number in range(start, stop):
        raw = lines.text(number)[column[0] : column[1]]
        if _PARTIAL_EDGE.fullmatch(raw):  # only some of the cells end here
            continue
        if stripped := raw.strip().strip("|").strip():
            offset = raw.index(stripped)
            parts.append((stripped, lines.starts[number] + column[0] + offset))
    return tuple(parts)
