"""An answer as Rich renderables. Colour only repeats what words and marks already say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mlsurvey.rendering import wording
from mlsurvey.rendering.layout import Grid, Names, grid_of
from mlsurvey.rendering.lines import MARK, WARNING, Hanging, Place
from mlsurvey.rendering.plain import one_line, visible
from mlsurvey.types import Answer, Citation, Kind, Statement

MIN_COLUMN = 26
"""Minimum characters for a readable column of running text; below that, cards replace the table."""
LABEL_COLUMN = 14

_MARKERS = {"for": "+ ", "against": "− "}
_HEADING = f"bold {WARNING}"


@dataclass(frozen=True, slots=True)
class Look:
    """How an answer is shown."""

    names: Names = field(default_factory=Names)
    stale: Mapping[int, str] = field(default_factory=dict)
    """Citations that no longer match their file, each with the reason."""
    width: int | None = None
    """Columns available, which decide between table and cards; None, as in a pipe, means cards."""
    corpus: Path | None = None
    """Folder that sources link to, if the terminal supports links."""
    scores: bool = False
    """Whether sources show their score."""


@dataclass(frozen=True, slots=True)
class _Page:
    answer: Answer
    grid: Grid
    look: Look

    @property
    def disputed(self) -> frozenset[int]:
        return frozenset(number for conflict in self.answer.conflicts for number in conflict.citations)


def answer_view(answer: Answer, look: Look) -> RenderableType:
    """Return the whole answer: statements, what is missing, where sources disagree, sources."""
    return Group(*_parts(_Page(answer, grid_of(answer), look)))


def _parts(page: _Page) -> Iterator[RenderableType]:
    grid, width, answer = page.grid, page.look.width, page.answer
    if carried := wording.carried(answer.carried, answer.entities, answer.aspects, page.look.names):
        yield Hanging("", Text(f"{carried}\n", "dim italic"))
    yield from _summary(page)
    yield from _verdicts(page)
    if grid.cells and grid.is_comparison and width and _column(grid, width) >= MIN_COLUMN:
        yield _table(page, width)
        yield Text()
    elif grid.is_comparison:
        yield from _rows(page)
    else:
        yield from _cards(page)
    yield from _remarks(page)
    yield from _disagreements(page)
    yield from _nearest(page)
    yield from _sources(page)


def _summary(page: _Page) -> Iterator[RenderableType]:
    """Show what a language model wrote, above the quotes."""
    if not (remarks := wording.summary_remarks(page.answer)):
        return
    yield Text(wording.summary_title(page.answer), style="bold")
    for sentence in page.answer.summary.sentences if page.answer.summary else ():
        marks = "".join(f"[{number}]" for number in sentence.citations)
        yield Hanging("", Text.assemble(one_line(sentence.text), " ", (marks, MARK)), 2)
    yield Hanging("", Text(remarks, "dim italic"), 2)
    yield Text()


def _column(grid: Grid, width: int) -> int:
    return (width - LABEL_COLUMN) // max(len(grid.entities), 1) - 3


def _verdicts(page: _Page) -> Iterator[RenderableType]:
    """List the groups of a list by name only: the answer at a glance."""
    if page.grid.groups:
        yield from (Text(page.look.names.aspect(aspect), style="bold underline") for aspect in page.grid.aspects)
    named = [(f"{title} ({len(members)}): ", page.look.names.listed(members)) for title, members in page.grid.verdicts]
    if page.grid.unknown:
        title = f"Not stated ({len(page.grid.unknown)}): "
        named.append((title, wording.unknown_members(page.grid, page.look.names)))
    for title, members in named:
        yield Hanging("", Text.assemble((title, "bold"), members))
    if named:
        yield Text()


def _table(page: _Page, width: int) -> Table:
    table = Table(show_lines=True, width=width, header_style="bold")
    table.add_column("", max_width=LABEL_COLUMN, style="bold")
    for entity in page.grid.entities:
        table.add_column(Text(page.look.names.entity(entity)), ratio=1)
    for aspect in page.grid.aspects:
        cells = (Group(*_cell(page, entity, aspect)) for entity in page.grid.entities)
        table.add_row(Text(page.look.names.aspect(aspect)), *cells)
    return table


def _rows(page: _Page) -> Iterator[RenderableType]:
    """Show a comparison without room for columns, with the sides of an aspect below each other."""
    for aspect in page.grid.aspects:
        yield Text(page.look.names.aspect(aspect), style="bold underline")
        for entity in page.grid.entities:
            yield Text(f"  {page.look.names.entity(entity)}", style="bold")
            yield from _cell(page, entity, aspect, indent=2)
        yield Text()


def _cards(page: _Page) -> Iterator[RenderableType]:
    for title, entities in page.grid.sections:
        if title is not None:
            yield Text(f"{title}\n", style="bold reverse")
        for rank, entity in enumerate(entities, start=1):
            yield from _card(page, entity, f"{rank}. " if page.grid.kind is Kind.RECOMMEND else "")


def _card(page: _Page, entity: str | None, rank: str) -> Iterator[RenderableType]:
    if len(page.grid.entities) > 1 or entity is not None:
        yield Text(rank + page.look.names.entity(entity), style="bold underline")
    for aspect in page.grid.aspects:
        if page.grid.has_cell(entity, aspect):
            if aspect is not None and page.grid.kind is not Kind.LIST:
                yield Text(f"  {page.look.names.aspect(aspect)}", style="bold")
            yield from _cell(page, entity, aspect, indent=2)
    yield Text()


def _cell(page: _Page, entity: str | None, aspect: str | None, indent: int = 0) -> Iterator[RenderableType]:
    statements = page.grid.cells.get((entity, aspect), ())
    for statement in statements:
        yield Hanging(_MARKERS.get(statement.stance or "", "• "), _statement(page, statement), indent)
    if not statements:
        yield Hanging("– ", Text(wording.not_stated(page.grid.missing.get((entity, aspect))), "dim italic"), indent)


def _statement(page: _Page, statement: Statement) -> Text:
    text = Text(f"{wording.AGAINST}: " if statement.stance == wording.AGAINST else "", style=WARNING)
    marks = "".join(f"[{number}]" for number in statement.citations)
    text = Text.assemble(text, visible(statement.text), " ", (marks, MARK))
    remarks = [page.look.stale[n] for n in statement.citations if n in page.look.stale]
    remarks += [wording.DISPUTED for n in statement.citations if n in page.disputed]
    for remark in dict.fromkeys(remarks):
        text.append(f" ({remark})", style=WARNING)
    return text


def _remarks(page: _Page) -> Iterator[RenderableType]:
    """Show the reason, and what is missing and has no cell of its own."""
    answer, gaps = page.answer, page.grid.gaps
    if answer.reason:
        heading = "No answer: " if answer.abstained else "Note: "
        yield Hanging("", Text.assemble((heading, _HEADING), one_line(answer.reason)))
    if len(gaps) > 1 or (gaps and not answer.abstained):  # the reason already names the only gap
        yield Text("Missing", style=_HEADING)
        for gap in gaps:
            pair = page.look.names.pair(gap.entity, gap.aspect)
            yield Hanging("– ", Text(f"{pair}: {wording.not_stated(gap)}"), 2)


def _disagreements(page: _Page) -> Iterator[RenderableType]:
    cited = {citation.number: citation for citation in page.answer.citations}
    if page.answer.conflicts:
        yield Text("Sources disagree", style=_HEADING)
    for conflict in page.answer.conflicts:
        pair = page.look.names.pair(conflict.entity, conflict.aspect)
        yield Hanging("≠ ", Text(f"{pair}: {wording.disagreement(conflict.kind)}"), 2)
        for number in conflict.citations:
            quote = wording.reading(page.answer, cited[number])
            yield Hanging(f"[{number}] ", Text(f"“{quote}”"), 4)


def _nearest(page: _Page) -> Iterator[RenderableType]:
    if page.answer.nearest:
        yield Text()
        yield Text(wording.NEAREST, style="bold")
    for citation in page.answer.nearest:
        yield _place(page, citation, f"{citation.number}. ")
        yield Hanging("   ", Text(f"“{one_line(citation.quote)}”"), 2)


def _sources(page: _Page) -> Iterator[RenderableType]:
    if not page.answer.citations:
        return
    if page.answer.reason or page.answer.conflicts:
        yield Text()
    yield Text("Sources", style="bold")
    margin = len(f"[{page.answer.citations[-1].number}] ")
    for citation in page.answer.citations:
        yield _place(page, citation, f"[{citation.number}]".ljust(margin))
        if source := citation.source:
            yield Hanging(" " * margin, Text(f"{one_line(source.url)} {wording.provenance(source)}", "dim"), 2)


def _place(page: _Page, citation: Citation, marker: str) -> Place:
    remarks = Text(f"  score {citation.score:.2f}" if page.look.scores else "", style=MARK)
    if reason := page.look.stale.get(citation.number):
        remarks = Text.assemble(remarks, (f" ({reason})", WARNING))
    where = (citation.document, citation.line_start, citation.heading_path)
    return Place(marker, *where, corpus=page.look.corpus, remarks=remarks, leaf=citation.leaf, indent=2)
