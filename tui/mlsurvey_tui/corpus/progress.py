"""Progress bar of a refresh, with text."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.style import Style
from textual.widgets import ProgressBar, Static

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program


class WorkBar(Horizontal):
    """Visible while a refresh runs."""

    def compose(self) -> ComposeResult:
        """Yield the bar and its text."""
        yield ProgressBar(show_percentage=False, show_eta=False)
        yield Static("", id="step", markup=False)

    def on_mount(self) -> None:
        """Follow the program's progress."""
        self.watch(self.app, "work", self._tell)

    def _tell(self) -> None:
        work = cast("Program", self.app).work
        self.display = work is not None
        if work is not None:
            known = work.total > 1
            self.query_one(ProgressBar).update(total=work.total if known else None, progress=work.done)
            stop = Style.from_meta({"@click": "app.stop_refresh"}) + Style(bold=True)
            self.query_one("#step", Static).update(Content.assemble(str(work), "  ", ("c stops it", stop)))
