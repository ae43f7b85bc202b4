"""The answer: a matrix or cards for a comparison, groups for a list, and text for what is missing or disputed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from mlsurvey.rendering import wording
from mlsurvey.rendering.layout import Grid, Names, grid_of
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Kind, Statement
from mlsurvey_tui.answer.lines import Cited
from mlsurvey_tui.answer.neighbours import Direction, neighbour
from mlsurvey_tui.answer.taking import matrix, quotes
from mlsurvey_tui.shown import Shown

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program

LEAST_COLUMN = 26
"""Minimum width in columns at which a side of a comparison is readable beside the others."""
_VERDICTS = {"answered": "Answered", "partial": "Answered in part", "abstained": "No answer"}


class AnswerView(VerticalScroll):
    """Shows one answer at a time; the screen sets :attr:`shown`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "go('down')", "Down", id="answer.down", show=False),
        Binding("k,up", "go('up')", "Up", id="answer.up", show=False),
        Binding("h,left", "go('left')", "Left", id="answer.left", show=False),
        Binding("l,right", "go('right')", "Right", id="answer.right", show=False),
        Binding("g,home", "edge(0)", "First", id="answer.first", show=False),
        Binding("G,end", "edge(-1)", "Last", id="answer.last", show=False),
        Binding("y", "copy(False)", "Copy", id="answer.copy"),
        Binding("Y", "copy(True)", "Copy with source", id="answer.copy_cited", show=False),
        Binding("w", "why", "Why", id="answer.why", show=False),
        Binding("m", "toggle_cards", "Cards", id="answer.cards"),
        Binding("M", "copy_matrix", "Copy matrix", id="answer.copy_matrix", show=False),
    ]
    HELP = """
    ## Answer

    Each line is a quote; `[n]` are its sources.

    - arrows or `h j k l` go from line to line
    - `enter` or a click on `[n]` opens the source
    - `w` shows why the question found the passage
    - `m` shows the sides of a comparison side by side or one below the other
    - `y` copies the quote, `Y` the quote with its source, `M` the whole answer as Markdown
    - `x` writes the answer to a file, `r` asks it again
    """

    shown: reactive[Shown | None] = reactive(None, recompose=True)
    cards: reactive[bool] = reactive(False)
    is_awaited = False
    """Whether the next answer takes the focus."""

    def compose(self) -> ComposeResult:
        """Yield the whole answer."""
        if self.shown is not None:
            yield from _parts(self.shown)

    def on_resize(self, event: events.Resize) -> None:
        """Switch to cards if the columns would be too narrow."""
        self._lay_out(event.size.width)

    def watch_shown(self) -> None:
        """Scroll a new answer to its top."""
        self.scroll_home(animate=False)
        self.call_after_refresh(lambda: self._lay_out(self.size.width))

    def watch_cards(self) -> None:
        """Update the layout."""
        self._lay_out(self.size.width)

    async def recompose(self) -> None:
        """Rebuild the lines, and focus the first if that was requested or the view had the focus."""
        await super().recompose()
        self.call_after_refresh(self.enter if self.is_awaited else self._enter_again)
        self.is_awaited = False

    def _enter_again(self) -> None:
        """Leave the focus alone if the user has moved it."""
        if self.has_focus:
            self.enter()

    def enter(self) -> None:
        """Focus the first line, or the view if there is none."""
        first = next(iter(self.query(Cited)), None)
        self.screen.set_focus(first or self, scroll_visible=False)  # focus() is deferred, so a key could come first

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer cards only for comparisons."""
        return action != "toggle_cards" or bool(self.query(Row))

    def action_toggle_cards(self) -> None:
        """Switch between sides beside and below each other."""
        self.cards = not self.cards

    def action_copy(self, cited: bool) -> None:
        """Copy the quotes of the focused line, with their places if ``cited``."""
        line = self.screen.focused
        if self.shown is not None and isinstance(line, Cited):
            cast("Program", self.app).copy(quotes(self.shown, line.numbers, nearest=line.is_nearest, cited=cited))
        else:
            self.notify("select a line first, to copy it with its quotes", timeout=3)

    def action_why(self) -> None:
        """Show why the question found the first source of the focused line."""
        line = self.screen.focused
        if self.shown is not None and isinstance(line, Cited) and line.numbers:
            citation = self.shown.citation(line.numbers[0], nearest=line.is_nearest)
            cast("Program", self.app).explain_citation(self.shown.answer.question, citation)
        else:
            self.notify("select a line first, to see why its passage was found", timeout=3)

    def action_copy_matrix(self) -> None:
        """Copy the comparison, or the groups of a list, as Markdown."""
        if self.shown is not None:
            cast("Program", self.app).copy(matrix(self.shown))

    def action_go(self, direction: Direction) -> None:
        """Focus the next line in the direction."""
        lines = list(self.query(Cited))
        focused = self.screen.focused
        if not isinstance(focused, Cited) or focused not in lines:
            self.action_edge(0)
            return
        found = neighbour([line.region for line in lines], lines.index(focused), direction)
        if found is not None:
            lines[found].focus()
        elif direction in ("up", "down"):
            self.scroll_relative(y=-3 if direction == "up" else 3, animate=False)

    def action_edge(self, place: int) -> None:
        """Focus the first line or the last."""
        lines = list(self.query(Cited))
        if lines:
            lines[place].focus()

    def _lay_out(self, width: int) -> None:
        for row in self.query(Row):
            row.set_class(self.cards or width // max(1, row.sides) < LEAST_COLUMN, "-cards")


class Row(Widget):
    """One aspect of a comparison: a cell for each side, beside or below each other."""

    def __init__(self, cells: list[Vertical]) -> None:
        self.sides = len(cells)
        super().__init__(*cells)


def _parts(shown: Shown) -> Iterator[Widget]:
    answer, grid = shown.answer, grid_of(shown.answer)
    yield Static(_headline(shown), classes=f"verdict -{answer.status.value}", markup=False)
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
    answer = shown.answer
    parts = [_VERDICTS[answer.status.value]]
    if carried := wording.carried(answer.carried, answer.entities, answer.aspects, shown.names):
        parts.append(carried)
    if answer.reason:
        parts.append(one_line(answer.reason))
    if shown.older:
        parts.append("(the index has changed since; r asks again)")
    first, *rest = parts
    return " — ".join([first, " ".join(rest)] if rest else [first])


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
        yield _plain(f"{title} ({len(members)}): {names.listed(members)}", "group")
    if grid.unknown:
        yield _plain(f"Not stated ({len(grid.unknown)}): {wording.unknown_members(grid, names)}", "group -unknown")


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
        return [_statement(shown, statement, is_best=place == 0) for place, statement in enumerate(statements)]
    return [_plain(wording.not_stated(grid.missing.get((entity, aspect))), "silent")]


def _statement(shown: Shown, statement: Statement, *, is_best: bool) -> Cited:
    remarks = [shown.stale[n] for n in statement.citations if n in shown.stale]
    remarks += [wording.DISPUTED for n in statement.citations if n in shown.disputed]
    lead = f"{wording.AGAINST}: " if statement.stance == wording.AGAINST else ""
    classes = "said -best" if is_best else "said"
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
