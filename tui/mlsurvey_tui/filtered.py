"""A screen with a table that is filtered while typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import DataTable, Input, Static

from mlsurvey.rendering.plain import one_line

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program

PAUSE = 0.1
"""Seconds without a key press before the filter is applied."""


class FilteredScreen(Screen[None]):
    """Base of a screen with the widgets ``#filter``, ``#state`` and one table."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: tuple[object, ...] = ()
        self._pause: Timer | None = None

    @property
    def program(self) -> Program:
        """The application, with its own type."""
        return cast("Program", self.app)

    def narrow(self) -> None:
        """Show the matching rows."""
        raise NotImplementedError

    def read(self) -> object:
        """Read the rows anew."""
        raise NotImplementedError

    def _index_changed(self) -> None:
        self.read()

    def _say(self, text: str) -> None:
        self.query_one("#state", Static).update(one_line(text))

    @on(Input.Changed, "#filter")
    def _typed(self) -> None:
        """Filter once typing pauses, since laying out thousands of rows at every key is slow."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self.narrow)

    @on(Input.Submitted, "#filter")
    def _to_table(self) -> None:
        self.narrow()
        self.query_one(DataTable).focus()

    def action_filter(self) -> None:
        """Focus the filter input."""
        self.query_one("#filter").focus()

    def action_close(self) -> None:
        """Clear the filter if there is one, else close the screen."""
        typed = self.query_one("#filter", Input)
        if typed.value:
            typed.value = ""
            self.query_one(DataTable).focus()
        else:
            self.app.pop_screen()
