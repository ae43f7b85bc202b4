"""An earlier question and its answer: one row, which unfolds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from mlsurvey.rendering.plain import one_line
from mlsurvey_tui.answer.body import AnswerBody
from mlsurvey_tui.shown import Shown

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program

FOLDED, UNFOLDED = "▸", "▾"
LEAST_QUESTION = 20
"""Minimum columns of a question; the verdict after it is cut off before."""


class Head(Widget, can_focus=True):
    """The row of an earlier question; a click folds and unfolds its answer."""

    unfolded: reactive[bool] = reactive(False)

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        super().__init__()

    def render(self) -> Content:
        """Return the question, cut to the width, and how it was answered."""
        mark, verdict = UNFOLDED if self.unfolded else FOLDED, f"  {self.shown.verdict}"
        room = max(LEAST_QUESTION, self.size.width - len(mark) - 1 - len(verdict))
        question = Content(one_line(self.shown.answer.question)).truncate(room, ellipsis=True)
        return Content.assemble(f"{mark} ", question, (verdict, "dim"))

    def on_click(self) -> None:
        """Fold or unfold."""
        self.post_message(Earlier.Toggled())


class GoBack(Static):
    """Goes back to the question at a click, for those without a keyboard."""

    def __init__(self) -> None:
        super().__init__("↩ go back to this question", classes="back", markup=False)

    def on_click(self) -> None:
        """Go back."""
        self.post_message(Earlier.Chosen())


class Earlier(Vertical):
    """An earlier question, folded at first. Its lines are built when it unfolds and removed when it folds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "turn", "Unfold", id="earlier.unfold"),
        Binding("b", "back", "Go back to it", id="earlier.back"),
        Binding("escape", "fold", "Fold", id="earlier.fold"),
    ]
    HELP = """
    ## Earlier question

    - `enter` shows its answer, whose lines open their sources as below; `escape` folds it
    - `b` goes back to it: its answer is the current one again, and what you ask next may follow up on it
    - `M` copies its answer as Markdown, `x` writes it to a file, `r` asks it again
    """

    class Toggled(Message):
        """Request to fold or unfold."""

    class Chosen(Message):
        """Request to go back to the question."""

    class Unfolded(Message):
        """The lines have been built."""

        def __init__(self, earlier: Earlier) -> None:
            self.earlier = earlier
            super().__init__()

    class Back(Message):
        """Request to go back to an earlier answer."""

        def __init__(self, shown: Shown) -> None:
            self.shown = shown
            super().__init__()

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        super().__init__()

    def compose(self) -> ComposeResult:
        """Yield the row."""
        yield Head(self.shown)

    @property
    def head(self) -> Head:
        """The row."""
        return self.query_one(Head)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer folding only for what is unfolded."""
        return action != "fold" or self.head.unfolded

    def action_turn(self) -> None:
        """Show the answer below the row, or hide it."""
        self.fold() if self.head.unfolded else self.unfold()

    def action_fold(self) -> None:
        """Hide the answer, and return to the row."""
        self.fold()

    def action_back(self) -> None:
        """Request to go back to the question."""
        self.post_message(self.Back(self.shown))

    def on_earlier_toggled(self) -> None:
        """Handle a click on the row."""
        self.action_turn()

    def on_earlier_chosen(self) -> None:
        """Handle a click on the line that goes back."""
        self.action_back()

    def unfold(self) -> None:
        """Show the answer below the row."""
        self.head.unfolded = True
        older = cast("Program", self.app).is_older(self.shown.answer)
        self.mount(GoBack(), AnswerBody(replace(self.shown, older=older)))
        self.post_message(self.Unfolded(self))

    def fold(self) -> None:
        """Hide the answer; a focus in it moves to the row."""
        if self.has_focus_within:
            self.screen.set_focus(self.head)
        self.head.unfolded = False
        self.query("GoBack, AnswerBody").remove()
        self.refresh_bindings()
