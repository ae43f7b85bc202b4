"""Pick one of many items by typing part of its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from mlsurvey.rendering.plain import one_line

SHOWN = 200


class Picker(ModalScreen[str | None]):
    """A list filtered while typing. Returns the picked slug, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="picker.close"),
        Binding("down", "list('down')", "Down", show=False, id="picker.down"),
        Binding("up", "list('up')", "Up", show=False, id="picker.up"),
    ]

    def __init__(self, title: str, choices: Sequence[tuple[str, str]]) -> None:
        """``choices`` are pairs (slug, name)."""
        self.heading, self.choices = title, choices
        super().__init__()

    def compose(self) -> ComposeResult:
        """Yield the filter input and the list."""
        with Vertical(id="picker") as box:
            box.border_title = self.heading
            yield Input(placeholder="type to narrow")
            yield OptionList(*self._options(""), markup=False)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(self._options(event.value))
        options.highlighted = 0 if options.option_count else None

    @on(Input.Submitted)
    def _take(self) -> None:
        options = self.query_one(OptionList)
        if options.highlighted is None and options.option_count:
            options.highlighted = 0
        options.action_select()

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_list(self, way: str) -> None:
        """Move in the list while the input keeps the focus."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if way == "down" else options.action_cursor_up()

    def _options(self, typed: str) -> list[Option]:
        wanted = typed.casefold().split()
        found = [
            Option(one_line(name), id=slug)
            for slug, name in self.choices
            if all(word in f"{name} {slug}".casefold() for word in wanted)
        ]
        return found[:SHOWN]
