"""The answer to the current question, below the earlier questions of the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.reactive import reactive
from textual.widget import Widget

from mlsurvey_tui.answer.body import CURRENT, AnswerBody, Row
from mlsurvey_tui.answer.earlier import Earlier
from mlsurvey_tui.answer.lines import Cited
from mlsurvey_tui.answer.neighbours import Direction, neighbour
from mlsurvey_tui.answer.taking import matrix, quotes
from mlsurvey_tui.shown import Shown

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program


class AnswerView(VerticalScroll):
    """Shows one answer, and the earlier ones as rows above it; the screen calls :meth:`show`.

    It sets the focus on the screen, since ``focus()`` of a widget is deferred, so that the next key could come first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "go('down')", "Down", id="answer.down", show=False),
        Binding("k,up", "go('up')", "Up", id="answer.up", show=False),
        Binding("h,left", "go('left')", "Left", id="answer.left", show=False),
        Binding("l,right", "go('right')", "Right", id="answer.right", show=False),
        Binding("g,home", "edge(0)", "First", id="answer.first", show=False),
        Binding("G,end", "edge(-1)", "Last", id="answer.last", show=False),
        Binding("left_square_bracket", "leaf(-1)", "Earlier question", id="answer.earlier", show=False),
        Binding("right_square_bracket", "leaf(1)", "Later question", id="answer.later", show=False),
        Binding("y", "copy(False)", "Copy", id="answer.copy"),
        Binding("Y", "copy(True)", "Copy with source", id="answer.copy_cited", show=False),
        Binding("w", "why", "Why", id="answer.why", show=False),
        Binding("m", "toggle_cards", "Cards", id="answer.cards"),
        Binding("M", "copy_matrix", "Copy matrix", id="answer.copy_matrix", show=False),
    ]
    HELP = """
    ## Answer

    Each line is a quote; `[n]` are its sources. Earlier questions are the rows above.

    - arrows or `h j k l` go from line to line
    - `enter` or a click on `[n]` opens the source
    - `[` and `]` go to the question before and after; `enter` there shows its answer, `b` goes back to it
    - `w` shows why the question found the passage
    - `m` shows the sides of a comparison side by side or one below the other
    - `y` copies the quote, `Y` the quote with its source, `M` the whole answer as Markdown
    - `x` writes the answer to a file, `r` asks it again
    """

    shown: reactive[Shown | None] = reactive(None, recompose=True)
    """The current answer; set with the earlier ones by :meth:`show`."""
    cards: reactive[bool] = reactive(False)
    is_awaited = False
    """Whether the next answer takes the focus."""

    def __init__(self) -> None:
        super().__init__(id="answer")
        self.earlier: Sequence[Shown] = ()
        self._place: int | None = None
        """Place of the line that had the focus before the lines were built again."""

    def compose(self) -> ComposeResult:
        """Yield the earlier questions, the oldest first, then the current answer."""
        for shown in self.earlier:
            yield Earlier(shown)
        yield AnswerBody(self.shown, is_current=True)

    @property
    def body(self) -> AnswerBody:
        """The current answer."""
        return self.query_one(f"#{CURRENT}", AnswerBody)

    def show(self, earlier: Sequence[Shown], shown: Shown) -> None:
        """Show an answer below the earlier ones, which are folded."""
        self.earlier = earlier
        self.shown = shown

    def mark(self, shown: Shown) -> None:
        """Show the current answer marked anew, and leave the rest as it is."""
        place = self.body.place
        if place is not None or self.screen.focused is not self:  # else the lines are just being built again
            self._place = place
        self.set_reactive(AnswerView.shown, shown)
        self.body.shown = shown

    def on_resize(self) -> None:
        """Switch to cards if the columns would be too narrow."""
        self._lay_out()

    def watch_cards(self) -> None:
        """Update the layout."""
        self._lay_out()

    async def recompose(self) -> None:
        """Rebuild the lines, and focus the first if that was requested or the view had the focus."""
        await super().recompose()
        self._lay_out()
        self.call_after_refresh(self._begin)
        self.call_after_refresh(self.enter if self.is_awaited else self._enter_again)
        self.is_awaited = False

    def _begin(self) -> None:
        """Scroll to the current answer, with the last of the earlier questions still in sight."""
        self.scroll_to(y=max(0, self.body.virtual_region.y - 1), animate=False)

    @on(AnswerBody.Again)
    def _built_again(self) -> None:
        self._lay_out()
        if self._place is not None and self.has_focus_within:
            if self.body.place is None:
                self.enter(self._place)
        else:
            self._enter_again()

    def _enter_again(self) -> None:
        """Leave the focus alone if the user has moved it."""
        if self.has_focus:
            self.enter()

    def enter(self, place: int = 0) -> None:
        """Focus a line of the current answer, the first or counted from the end, or the view if there is none."""
        lines = list(self.body.query(Cited))
        here = place if -len(lines) <= place < len(lines) else 0
        self.screen.set_focus(lines[here] if lines else self, scroll_visible=False)

    def come_back(self) -> None:
        """Focus the first line of the current answer, and scroll to it."""
        self.enter()
        self._begin()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer cards only for comparisons, and earlier questions only if there are some."""
        if action == "leaf":
            return bool(self.earlier)
        return action != "toggle_cards" or bool(self.query(Row))

    @property
    def pointed(self) -> Shown | None:
        """The answer with the focused line or row; else the current one."""
        around = self.screen.focused.ancestors_with_self if self.screen.focused else ()
        return next((one.shown for one in around if isinstance(one, Earlier)), self.shown)

    def action_toggle_cards(self) -> None:
        """Switch between sides beside and below each other."""
        self.cards = not self.cards

    def action_copy(self, cited: bool) -> None:
        """Copy the quotes of the focused line, with their places if ``cited``."""
        line, shown = self.screen.focused, self.pointed
        if shown is not None and isinstance(line, Cited):
            cast("Program", self.app).copy(quotes(shown, line.numbers, nearest=line.is_nearest, cited=cited))
        else:
            self.notify("select a line first, to copy it with its quotes", timeout=3)

    def action_why(self) -> None:
        """Show why the question found the first source of the focused line."""
        line, shown = self.screen.focused, self.pointed
        if shown is not None and isinstance(line, Cited) and line.numbers:
            citation = shown.citation(line.numbers[0], nearest=line.is_nearest)
            cast("Program", self.app).explain_citation(shown.answer.question, citation)
        else:
            self.notify("select a line first, to see why its passage was found", timeout=3)

    def action_copy_matrix(self) -> None:
        """Copy the comparison, or the groups of a list, as Markdown."""
        if self.pointed is not None:
            cast("Program", self.app).copy(matrix(self.pointed))

    def action_go(self, direction: Direction) -> None:
        """Focus the next line or row in the direction."""
        lines: list[Widget] = [*self.query("Cited, Head")]
        focused = self.screen.focused
        if focused is None or focused not in lines:
            self.action_edge(0)
            return
        found = neighbour([line.region for line in lines], lines.index(focused), direction)
        if found is not None:
            self.screen.set_focus(lines[found])
        elif direction in ("up", "down"):
            self.scroll_relative(y=-3 if direction == "up" else 3, animate=False)

    def action_edge(self, place: int) -> None:
        """Focus the first line of the current answer or the last."""
        lines = list(self.body.query(Cited))
        if lines:
            self.screen.set_focus(lines[place])

    def action_leaf(self, step: int) -> None:
        """Focus the row of the question before or after that of the focused line; after the last comes the answer."""
        earlier = list(self.query(Earlier))
        here = next((place for place, one in enumerate(earlier) if one.has_focus_within), len(earlier))
        there = max(0, here + step)
        if there < len(earlier):
            self.screen.set_focus(earlier[there].head)
        else:
            self.come_back()

    @on(Earlier.Unfolded)
    def _unfolded(self, event: Earlier.Unfolded) -> None:
        """Fold the others, so that at most two answers are built, and show this one from its row on."""
        for one in self.query(Earlier):
            if one is not event.earlier and one.head.unfolded:
                one.fold()
        self._lay_out()
        self.refresh_bindings()
        self.call_after_refresh(self.scroll_to_widget, event.earlier, top=True, animate=False)

    def _lay_out(self) -> None:
        for body in self.query(AnswerBody):
            body.lay_out(self.size.width, cards=self.cards)
