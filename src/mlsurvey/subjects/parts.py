"""Finds the subjects that sections, table rows, table columns or list items of one document are about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from mlsurvey.subjects.spelling import is_short, key
from mlsurvey.subjects.traces import How, Trace, Traces

LIKE_A_NAME = 0.6
"""Weight from which a heading, cell or column looks like a name."""
_SHARE = 0.5
"""Share of the headings, rows or columns beside each other that have to look like names."""
_LISTED = 20
"""Linked items from which a document is a list of links …"""
_LIST_SHARE = 0.4
"""… if they take so large a share of its lines."""
_CONFIDENCE = {How.HEADING: 0.8, How.ROW: 0.75, How.COLUMN: 0.75, How.ITEM: 0.7}


@dataclass(frozen=True, slots=True)
class Part:
    """A name that a part of a document is about."""

    trace: Trace
    confidence: float
    place: int
    """Ordinal of the section that it heads; 0 for rows, columns and items."""


def is_list(traces: Traces) -> bool:
    """Whether the document is a list of links to what it lists."""
    items = traces.of(How.ITEM)
    lines = max((trace.line for trace in traces.traces), default=1)
    return len(items) >= _LISTED and len(items) >= _LIST_SHARE * lines


def parts(traces: Traces) -> list[Part]:
    """Names that parts of a document are about, in document order, each with its first place of a kind."""
    found = [*_headings(traces), *_rows(traces), *_columns(traces)]
    if is_list(traces):
        found += (_part(trace) for trace in traces.of(How.ITEM))
    first: dict[tuple[str, How], Part] = {}
    for part in found:
        first.setdefault((key(part.trace.name), part.trace.how), part)
    return list(first.values())


def _part(trace: Trace, place: int = 0) -> Part:
    return Part(trace, _CONFIDENCE[trace.how], place)


def _headings(traces: Traces) -> Iterator[Part]:
    """Headings beside each other most of which look like names."""
    defined = {(trace.group, key(trace.name)) for trace in traces.of(How.DEFINED)}
    numbered = list(enumerate(traces.of(How.HEADING), start=1))
    beside: dict[tuple[int, int], list[tuple[int, Trace]]] = defaultdict(list)
    for number, trace in numbered:
        beside[trace.group, trace.level].append((number, trace))
    repeated = Counter((trace.level, key(trace.name)) for _, trace in numbered)
    for group in beside.values():
        like = [
            (number, trace)
            for number, trace in group
            if repeated[trace.level, key(trace.name)] == 1
            and (trace.weight >= LIKE_A_NAME or (number, key(trace.name)) in defined)
            and is_short(trace.name)
        ]
        if len(like) > 1 and len(like) >= _SHARE * len(group):
            yield from (_part(trace, number) for number, trace in like)


def _rows(traces: Traces) -> Iterator[Part]:
    """First cells of tables most of which look like names, or that head rows of several tables."""
    rows = [trace for trace in traces.of(How.ROW) if is_short(trace.name)]
    tables = Counter(name for name, _ in {(key(trace.name), trace.group) for trace in rows})
    for _, grouped in groupby(rows, key=lambda trace: trace.group):
        yield from _named([*grouped], tables)


def _columns(traces: Traces) -> Iterator[Part]:
    columns = [trace for trace in traces.of(How.COLUMN) if is_short(trace.name)]
    tables = Counter(name for name, _ in {(key(trace.name), trace.group) for trace in columns})
    for _, grouped in groupby(columns, key=lambda trace: trace.group):
        yield from _named([*grouped], tables)


def _named(cells: Sequence[Trace], tables: Counter[str]) -> Iterator[Part]:
    """Those that look like names or recur; all columns of a table whose first column has no name but holds aspects."""
    like = [cell for cell in cells if cell.weight >= LIKE_A_NAME]
    if len(like) < 2 or len(like) < _SHARE * len(cells):
        return
    of_names = cells[0].how is How.COLUMN and not cells[0].said
    yield from (_part(cell) for cell in cells if of_names or cell in like or tables[key(cell.name)] > 1)
