"""Ask for confirmation before an action that cannot be undone."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static


class Confirm(ModalScreen[bool]):
    """Yes or no. "No" has the focus, so that an accidental Enter does nothing."""

    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="confirm.yes"),
        Binding("n,escape,q", "dismiss(False)", "No", id="confirm.no"),
        Binding("right,tab,l", "app.focus_next", "Next", show=False, id="confirm.next"),
        Binding("left,shift+tab,h", "app.focus_previous", "Previous", show=False, id="confirm.previous"),
    ]

    def __init__(self, title: str, lines: str, yes: str) -> None:
        """``lines`` describe the action; ``yes`` is the label of the confirm button."""
        super().__init__()
        self.heading, self.lines, self.yes = title, lines, yes

    def compose(self) -> ComposeResult:
        """Yield the description and the two buttons."""
        with Vertical(id="confirm", classes="dialog") as box:
            box.border_title = self.heading
            with VerticalScroll(id="about", can_focus=False):
                yield Static(self.lines, markup=False)
            with Horizontal(classes="buttons"):
                yield Button("No", id="no")
                yield Button(self.yes, id="yes", variant="error")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
