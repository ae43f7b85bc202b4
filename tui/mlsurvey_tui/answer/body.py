"""One answer in lines: a matrix for a comparison, groups for a list, and text for what is missing or disputed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from mlsurvey.rendering import wording
from mlsurvey.rendering.layout import Grid, Names, grid_of
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Kind, Statement, Status
from mlsurvey_tui.answer.lines import Cited
from mlsurvey_tui.places import cited_places
from mlsurvey_tui.shown import Shown

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program

LEAST_COLUMN = 26
"""Minimum width in columns at which a side of a comparison is readable beside the others."""

CURRENT = "current"
"""Id of the lines of the current answer."""


class AnswerBody(Vertical):
    """The lines of one answer; each opens its source."""

    shown: reactive[Shown | None] = reactive(None, recompose=True)

    class Again(Message):
        """The lines have been built again."""

    def __init__(self, shown: Shown | None, *, is_current: bool = False) -> None:
        super().__init__(id=CURRENT if is_current else None)
        self.set_reactive(AnswerBody.shown, shown)

    def compose(self) -> ComposeResult:
        """Yield the whole answer."""
        if self.shown is not None:
            yield from _parts(self.shown)

    async def recompose(self) -> None:
        """Build the lines again, and tell so."""
        await super().recompose()
        self.post_message(self.Again())

    @property
    def place(self) -> int | None:
        """Place of the focused line, counted from the end, as a summary grows at the top; None if none is focused."""
        lines, focused = list(self.query(Cited)), self.screen.focused
        return lines.index(focused) - len(lines) if focused in lines else None

    def lay_out(self, width: int, *, cards: bool) -> None:
        """Put the sides of comparisons below each other if wanted, or if the columns would be too narrow."""
        for row in self.query(Row):
            row.set_class(cards or width // max(1, row.sides) < LEAST_COLUMN, "-cards")

    @on(Cited.Opened)
    def _open(self, event: Cited.Opened) -> None:
        event.stop()
        if self.shown is not None:
            listed = self.shown.answer.nearest if event.nearest else self.shown.answer.citations
            cast("Program", self.app).open_source(cited_places(listed, event.number))


class Row(Widget):
    """One aspect of a comparison: a cell for each side, beside or below each other."""

    def __init__(self, cells: list[Vertical]) -> None:
        self.sides = len(cells)
        super().__init__(*cells)


def _parts(shown: Shown) -> Iterator[Widget]:
    grid = grid_of(shown.answer)
    if headline := _headline(shown):
        yield Static(headline, classes=f"verdict -{shown.answer.status.value}", markup=False)
    yield from _summary(shown)
    yield from _verdicts(grid, shown.names)
    if grid.is_comparison:
        yield from _matrix(shown, grid)
    else:
        yield from _sections(shown, grid)
    yield from _gaps(shown, grid)
    yield from _disagreements(shown)
    yield from _places(shown, wording.NEAREST, nearest=True)
    yield from _places(shown, "Sources", nearest=False)


def _headline(shown: Shown) -> str:
    """What stands before the answer; empty if the row above it says everything."""
    answer = shown.answer
    parts = []
    if carried := wording.carried(answer.carried, answer.entities, answer.aspects, shown.names):
        parts.append(carried)
    if answer.reason:
        parts.append(one_line(answer.reason))
    if shown.older:
        parts.append("(the index has changed since; r asks again)")
    if answer.status is Status.ANSWERED or not parts:
        return " ".join(parts)
    return " — ".join(filter(None, (shown.verdict, " ".join(parts))))


def _summary(shown: Shown) -> Iterator[Widget]:
    """Yield what a language model wrote, above the quotes."""
    if not (remarks := wording.summary_remarks(shown.answer)):
        return
    yield _plain(wording.summary_title(shown.answer), "heading")
    for sentence in shown.answer.summary.sentences if shown.answer.summary else ():
        yield Cited(one_line(sentence.text), sentence.citations)
    yield _plain(remarks, "group -unknown")


def _verdicts(grid: Grid, names: Names) -> Iterator[Widget]:
    """Yield the groups of a list, each with its title and the names of its members."""
    for title, members in grid.verdicts:
        yield _plain(
            f"{wording.SIGNS[title]} {title} ({len(members)}): {names.listed(members)}", f"group -{title.lower()}"
        )
    if grid.unknown:
        head = f"{wording.SIGNS['Not stated']} Not stated ({len(grid.unknown)})"
        yield _plain(f"{head}: {wording.unknown_members(grid, names)}", "group -unknown")


def _matrix(shown: Shown, grid: Grid) -> Iterator[Widget]:
    for aspect in grid.aspects:
        yield _plain(shown.names.aspect(aspect), "aspect")
        yield Row([_cell(shown, grid, entity, aspect) for entity in grid.entities])


def _cell(shown: Shown, grid: Grid, entity: str | None, aspect: str | None) -> Vertical:
    cell = Vertical(*_said(shown, grid, entity, aspect), classes="cell")
    cell.border_title = shown.names.entity(entity)
    return cell


def _said(shown: Shown, grid: Grid, entity: str | None, aspect: str | None) -> list[Widget]:
    statements = grid.cells.get((entity, aspect), ())
    if statements:
        later = "said" if grid.kind is Kind.LIST else "said -apart"  # a list has two of each member, one of them bold
        return [_statement(shown, one, "said -best" if place == 0 else later) for place, one in enumerate(statements)]
    return [_plain(wording.not_stated(grid.missing.get((entity, aspect))), "silent")]


def _statement(shown: Shown, statement: Statement, classes: str) -> Cited:
    remarks = [shown.stale[n] for n in statement.citations if n in shown.stale]
    remarks += [wording.DISPUTED for n in statement.citations if n in shown.disputed]
    lead = f"{wording.AGAINST}: " if statement.stance == wording.AGAINST else ""
    return Cited(statement.text, statement.citations, lead=lead, remarks=tuple(dict.fromkeys(remarks)), classes=classes)


def _sections(shown: Shown, grid: Grid) -> Iterator[Widget]:
    for title, entities in grid.sections:
        for rank, entity in enumerate(entities, start=1):
            number = f"{rank}. " if grid.kind is Kind.RECOMMEND else ""
            verdict = f" ({title.lower()})" if title else ""
            yield _plain(f"{number}{shown.names.entity(entity)}{verdict}", "entity")
            for aspect in grid.aspects:
                yield from _section(shown, grid, entity, aspect)


def _section(shown: Shown, grid: Grid, entity: str | None, aspect: str | None) -> Iterator[Widget]:
    if not grid.has_cell(entity, aspect):
        return
    if aspect is not None and grid.kind is not Kind.LIST:
        yield _plain(shown.names.aspect(aspect), "aspect")
    yield from _said(shown, grid, entity, aspect)


def _gaps(shown: Shown, grid: Grid) -> Iterator[Widget]:
    if not grid.gaps or (len(grid.gaps) < 2 and shown.answer.abstained):  # a single gap is already given as the reason
        return
    yield _plain("Missing", "heading")
    for gap in grid.gaps:
        yield _plain(f"– {shown.names.pair(gap.entity, gap.aspect)}: {wording.not_stated(gap)}", "silent")


def _disagreements(shown: Shown) -> Iterator[Widget]:
    if shown.answer.conflicts:
        yield _plain("Sources disagree", "heading")
    for conflict in shown.answer.conflicts:
        pair = shown.names.pair(conflict.entity, conflict.aspect)
        yield _plain(f"≠ {pair}: {wording.disagreement(conflict.kind)}", "dispute")
        for number in conflict.citations:
            yield Cited(f"“{wording.reading(shown.answer, shown.citation(number))}”", (number,), classes="dispute")


def _places(shown: Shown, title: str, *, nearest: bool) -> Iterator[Widget]:
    listed = shown.answer.nearest if nearest else shown.answer.citations
    if listed:
        yield _plain(title, "heading")
    for citation in listed:
        trail = " › ".join(citation.heading_path)
        leaf = f"  {citation.leaf}" if citation.leaf else ""
        place = f"{citation.document}:{citation.line_start}{leaf}  {trail}"
        remarks = (shown.stale[citation.number],) if citation.number in shown.stale else ()
        quote = f"\n“{one_line(citation.quote)}”" if nearest else ""
        origin = citation.source
        fetched = f"\n{one_line(origin.url)} {wording.provenance(origin)}" if origin else ""
        line = f"{one_line(place)}{fetched}{quote}"
        yield Cited(line, (citation.number,), remarks=remarks, nearest=nearest, classes="place", first=True)


def _plain(text: str, classes: str) -> Static:
    return Static(one_line(text), classes=classes, markup=False)
