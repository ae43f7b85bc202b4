"""Blocks of tables: one a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mlsurvey.reading.blocks import Block, BlockKind, Reading
from mlsurvey.reading.noise import is_readable
from mlsurvey.reading.restructured.body import body_blocks
from mlsurvey.reading.restructured.directives import Directive, DirectiveKind, directive_of
from mlsurvey.reading.restructured.inline import NAME, inline_reading
from mlsurvey.reading.restructured.lists import item_bodies
from mlsurvey.reading.restructured.reader import Construct, Place, Reader, Steps
from mlsurvey.reading.restructured.table_cells import (
    Dialect,
    TableRow,
    csv_rows,
    grid_end,
    grid_rows,
    list_rows,
    simple_end,
    simple_rows,
)
from mlsurvey.reading.rows import Placed, Row

_GRID_TOP = re.compile(r"\+-[-+]+-\+ *$")
_SIMPLE_TOP = re.compile(r"=+(?: +=+)+ *$")
_CELL_TARGET = re.compile(r"^\.\. +_(?! ).*$", re.MULTILINE)
_CELL_DIRECTIVE = re.compile(rf"^\.\. +(?P<name>{NAME}) ?::(?: +|$\n?)", re.MULTILINE)


def _grid_table(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
    end = grid_end(rows, number)
    yield from _table(grid_rows(rows[number:end]), reader, place)
    return end


def _simple_table(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
    end = simple_end(rows, number)
    if end is None:  # no bottom: only the edge is lost
        yield from ()
        return number + 1
    yield from _table(simple_rows(rows[number:end]), reader, place)
    return end


def listed_table(reader: Reader, directive: Directive, place: Place) -> Iterator[Block]:
    """Yield the rows of a table written as a list or as comma-separated values."""
    count = directive.number("header-rows")
    if directive.kind is DirectiveKind.CSV_TABLE:
        dialect = Dialect(directive.word("delim", ","), directive.word("quote", '"'))
        header = csv_rows(directive.options.get("header", ()), dialect, len(directive.content))
        yield from _table([*header, *csv_rows(directive.content, dialect, count)], reader, place)
        return
    listed = item_bodies(directive.content)
    cells = [item_bodies(item) for item in listed]
    if cells and all(cells):
        yield from _table(list_rows(cells, count), reader, place)
    else:  # not a list of lists
        yield from body_blocks(reader, directive.content, place)


def _table(table: Iterable[TableRow], reader: Reader, place: Place) -> Iterator[Block]:
    """Yield the rows of a table; a cell is named by all columns that it spans."""
    names: dict[int, list[str]] = {}
    for row in table:
        readings = tuple(inline_reading(_unmarked(cell.content), reader.substitutions) for cell in row.cells)
        if row.is_header:
            for cell, reading in zip(row.cells, readings, strict=True):
                for column in cell.columns:
                    names.setdefault(column, []).append(reading.text)
        elif any(map(len, readings)):
            span = reader.lines.span(row.first, row.end)
            header = tuple(_name(names, cell.columns) for cell in row.cells) if names else ()
            yield Block(
                BlockKind.ROW, span, max(readings, key=_worth), header=header, cells=readings, depth=place.depth
            )


def _unmarked(cell: Placed) -> Placed:
    """A cell without targets and marks of directives in it, except those that stand for a version."""
    content, places = cell
    for found in reversed(list(_CELL_TARGET.finditer(content))):
        content, places = (
            content[: found.start()] + content[found.end() :],
            places[: found.start()] + places[found.end() :],
        )
    for found in reversed(list(_CELL_DIRECTIVE.finditer(content))):
        if directive_of(found["name"], [Row(0, "", 0)]).kind is not DirectiveKind.VERSION:
            content = content[: found.start()] + content[found.end() :]
            places = places[: found.start()] + places[found.end() :]
    return content, places


def _worth(reading: Reading) -> tuple[bool, int]:
    """Orders the cells of a row: the longest one with letters stands for the row."""
    return is_readable(reading), len(reading)


def _name(names: Mapping[int, Sequence[str]], columns: range) -> str:
    whole = (" ".join(filter(None, names.get(column, ()))) for column in columns)
    return ", ".join(dict.fromkeys(filter(None, whole)))


CONSTRUCTS = (
    Construct(_GRID_TOP, _grid_table),
    Construct(_SIMPLE_TOP, _simple_table),
)
