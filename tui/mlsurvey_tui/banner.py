"""The top line: the current index and the progress of a refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.widgets import Static

from mlsurvey.rendering.plain import one_line

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program


class Banner(Static):
    """Shows the state of the program; a click opens the documents screen."""

    def __init__(self) -> None:
        super().__init__("", id="banner", markup=False)

    def on_mount(self) -> None:
        """Show the current state and follow its changes."""
        self.watch(self.app, "about", self._tell)
        self.watch(self.app, "work", self._tell)

    def on_click(self) -> None:
        """Open the documents screen."""
        cast("Program", self.app).show_corpus()

    def _tell(self) -> None:
        program = cast("Program", self.app)
        parts = ["mlsurvey", *([program.about] if program.about else [])]
        if program.work is not None:
            parts.append(f"{'preview' if program.work.dry_run else 'refresh'}: {program.work}")
        self.update(one_line(" · ".join(parts)))
