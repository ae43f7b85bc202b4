"""Which labels stand beside which subject, within one document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from mlsurvey.subjects.spelling import key
from mlsurvey.subjects.traces import How, Trace, Traces


def labels_of(traces: Traces, subject: str) -> Iterator[tuple[str, str]]:
    """Pairs of label and subject of a document that is about one subject."""
    for number, trace in enumerate(traces.of(How.HEADING, How.LABEL)):
        if (trace.how is How.LABEL or trace.weight) and (number or trace.level != 1):
            yield trace.name, subject
    if len(traces.of(How.COLUMN)) < 2:  # a table of facts, not one that compares
        yield from ((trace.name, subject) for trace in traces.of(How.ROW))


def labels_beside(traces: Traces, sections: Mapping[int, str], cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of label and subject of a document with a subject for each part.

    Args:
        traces: of the document.
        sections: ordinal of a heading to the subject that it names.
        cells: collapsed name of a row or column to the subject that it names.
    """
    yield from _below(traces, sections)
    yield from _in_tables(traces, cells)


def _below(traces: Traces, sections: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Headings and labels in the sections below a heading that names a subject."""
    within: dict[int, str] = {}
    for number, trace in enumerate(traces.of(How.HEADING), start=1):
        if number in sections:
            within[number] = sections[number]
        elif trace.group in within:
            within[number] = within[trace.group]
            if trace.weight:
                yield trace.name, within[number]
    for trace in traces.of(How.LABEL):
        if trace.group in within:
            yield trace.name, within[trace.group]


def _in_tables(traces: Traces, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The columns beside rows that name subjects, and the rows below columns that do."""
    columns: dict[int, list[Trace]] = defaultdict(list)
    for column in traces.of(How.COLUMN):
        columns[column.group].append(column)
    for row in traces.of(How.ROW):
        of_row = cells.get(key(row.name))
        for column in columns[row.group]:
            of_column = cells.get(key(column.name))
            if of_row and not of_column:
                yield column.name, of_row
            elif of_column and not of_row:
                yield row.name, of_column
