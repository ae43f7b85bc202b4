"""An answer as Rich renderables. Colour repeats what words and marks already say, and is never alone in saying it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from mlsurvey.rendering.layout import Grid, Names, grid_of
from mlsurvey.rendering.plain import one_line, visible
from mlsurvey.types import Answer, Citation, Filters, Statement

MIN_COLUMN = 26
"""Characters below which a column of running text is tiring to read; then cards take the table's place."""
LABEL_COLUMN = 14
NOTHING = "no evidence"

_MARK = "cyan"
_WARNING = "yellow"


class Hanging:
    """A line with a marker; where it wraps, the following lines stand under its text."""

    def __init__(self, marker: str, text: Text, indent: int = 0) -> None:
        self.marker, self.text, self.indent = marker, text, indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        margin = self.indent + len(self.marker)
        first = Text(" " * self.indent + self.marker)
        if options.no_wrap:  # soft wrapping, as in a pipe: one statement, one line
            yield first.append_text(self.text)
            return
        for number, line in enumerate(self.text.wrap(console, max(options.max_width - margin, 8))):
            yield (first if number == 0 else Text(" " * margin)).append_text(line)


def answer_view(
    answer: Answer,
    *,
    names: Names,
    stale: Mapping[int, str],
    width: int | None,
) -> RenderableType:
    """The whole answer. ``width`` in columns decides between table and cards; None, as in a pipe, means cards."""
    return Group(*_parts(answer, names, stale, width))


def explanation_view(answer: Answer, *, names: Names, filters: Filters) -> RenderableType:
    """What was understood of the question, and with which index it was answered."""
    kept = [f"{key} {', '.join(values)}" for key, values in _filters(filters) if values]
    rows = {
        "kind": answer.kind.value,
        "entities": ", ".join(names.entity(slug) for slug in answer.entities) or "none named",
        "aspects": ", ".join(names.aspect(slug) for slug in answer.aspects) or "none named",
        "filters": "; ".join(kept) or "none",
        "index": answer.index,
        "model": answer.model,
        "time": ", ".join(f"{step} {ms:.0f} ms" for step, ms in answer.timings_ms.items()) or "not measured",
    }
    lines = [Text.assemble((f"{key:<10}", "bold"), one_line(value)) for key, value in rows.items()]
    return Group(Text("Understood", style="bold"), *(Hanging("  ", line) for line in lines), Text())


def _parts(answer: Answer, names: Names, stale: Mapping[int, str], width: int | None) -> Iterator[RenderableType]:
    grid = grid_of(answer)
    if grid.cells and grid.is_comparison and width and _column(grid, width) >= MIN_COLUMN:
        yield _table(grid, names, stale, width)
        yield Text()
    elif grid.cells:
        yield from _cards(grid, names, stale)
    if answer.reason:
        heading = "No answer: " if answer.abstained else "Note: "
        yield Hanging("", Text.assemble((heading, f"bold {_WARNING}"), one_line(answer.reason)))
    yield from _gaps(answer, grid, names)
    yield from _sources(answer.citations, stale)


def _column(grid: Grid, width: int) -> int:
    return (width - LABEL_COLUMN) // max(len(grid.entities), 1) - 3


def _table(grid: Grid, names: Names, stale: Mapping[int, str], width: int) -> Table:
    table = Table(show_lines=True, width=width, header_style="bold")
    table.add_column("", max_width=LABEL_COLUMN, style="bold")
    for entity in grid.entities:
        table.add_column(Text(names.entity(entity)), ratio=1)
    for aspect in grid.aspects:
        cells = (Group(*_cell(grid, entity, aspect, stale)) for entity in grid.entities)
        table.add_row(Text(names.aspect(aspect)), *cells)
    return table


def _cards(grid: Grid, names: Names, stale: Mapping[int, str]) -> Iterator[RenderableType]:
    for title, entities in grid.sections:
        if title is not None:
            yield Text(f"{title}: {', '.join(names.entity(entity) for entity in entities)}\n", style="bold")
        for entity in entities:
            yield from _card(grid, entity, names, stale)


def _card(grid: Grid, entity: str | None, names: Names, stale: Mapping[int, str]) -> Iterator[RenderableType]:
    if len(grid.entities) > 1 or entity is not None:
        yield Text(names.entity(entity), style="bold underline")
    for aspect in grid.aspects:
        if (entity, aspect) not in grid.cells and not (entity and grid.is_comparison):
            continue
        if aspect is not None:
            yield Text(f"  {names.aspect(aspect)}", style="bold")
        yield from _cell(grid, entity, aspect, stale, indent=2)
    yield Text()


def _cell(
    grid: Grid, entity: str | None, aspect: str | None, stale: Mapping[int, str], indent: int = 0
) -> Iterator[RenderableType]:
    statements = grid.cells.get((entity, aspect), ())
    for statement in statements:
        yield Hanging("• ", _statement(statement, stale), indent)
    if not statements:
        gap = grid.missing.get((entity, aspect))
        text = f"{NOTHING} in {gap.searched} passages" if gap and gap.searched else NOTHING
        yield Hanging("– ", Text(text, style="dim italic"), indent)


def _statement(statement: Statement, stale: Mapping[int, str]) -> Text:
    marks = "".join(f"[{number}]" for number in statement.citations)
    text = Text.assemble(visible(statement.text), " ", (marks, _MARK))
    for reason in dict.fromkeys(stale[n] for n in statement.citations if n in stale):
        text.append(f" ({reason})", style=_WARNING)
    return text


def _gaps(answer: Answer, grid: Grid, names: Names) -> Iterator[RenderableType]:
    """What is missing and where sources disagree, in words."""
    if grid.unknown:
        listed = ", ".join(names.entity(entity) for entity in grid.unknown)
        yield Hanging("", Text.assemble(("Not stated: ", f"bold {_WARNING}"), listed))
    missing = [gap for gap in answer.missing if gap.entity not in grid.unknown]
    if missing:
        yield Text("Missing", style=f"bold {_WARNING}")
    for gap in missing:
        yield Hanging("– ", Text(f"{names.pair(gap.entity, gap.aspect)} ({gap.searched} passages searched)"), 2)
    if answer.conflicts:
        yield Text("Sources disagree", style=f"bold {_WARNING}")
    for conflict in answer.conflicts:
        marks = "".join(f"[{number}]" for number in conflict.citations)
        pair = names.pair(conflict.entity, conflict.aspect)
        yield Hanging("≠ ", Text.assemble(f"{pair} ({one_line(conflict.kind)}) ", (marks, _MARK)), 2)


def _sources(citations: tuple[Citation, ...], stale: Mapping[int, str]) -> Iterator[RenderableType]:
    if not citations:
        return
    yield Text("Sources", style="bold")
    margin = len(f"[{citations[-1].number}] ")
    for citation in citations:
        line = Text(f"{one_line(citation.document)}:{citation.line_start}")
        if citation.heading_path:
            line.append("  " + one_line(" > ".join(citation.heading_path)), style="dim")
        if reason := stale.get(citation.number):
            line.append(f" ({reason})", style=_WARNING)
        yield Hanging(f"[{citation.number}]".ljust(margin), line, 2)


def _filters(filters: Filters) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("entity", filters.entities), ("language", filters.languages), ("path", filters.paths)
