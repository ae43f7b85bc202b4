"""The application: its screens, its keys, its palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from mlsurvey.errors import MlsurveyError
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Hit
from mlsurvey_tui import preferences
from mlsurvey_tui.ask.request import Request, command
from mlsurvey_tui.ask.screen import AskScreen
from mlsurvey_tui.engine import Engine
from mlsurvey_tui.places import Places
from mlsurvey_tui.program import Program
from mlsurvey_tui.source.screen import SourceScreen
from mlsurvey_tui.why.screen import WhyScreen


class MlsurveyApp(Program):
    """The terminal interface of mlsurvey."""

    TITLE = "mlsurvey"
    CSS_PATH = "app.tcss"
    MODES: ClassVar = {"ask": AskScreen}
    DEFAULT_MODE = "ask"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", "Help", id="app.help"),
        Binding("f2", "switch_mode('ask')", "Ask", id="app.ask", show=False),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True),
    ]

    def __init__(self, open_engine: Callable[[], Engine], *, corpus: Path | None, state: Path, keys: Path) -> None:
        """An application; ``keys`` is the file of the keys that a person changed, the rest as for the program."""
        super().__init__(open_engine, corpus=corpus, state=state)
        self._keys = keys

    def on_mount(self) -> None:
        """Look as last time, and open the engine behind the first frame."""
        if self.preferences.theme in self.available_themes:
            self.theme = self.preferences.theme
        self.theme_changed_signal.subscribe(self, lambda theme: self.choose_theme(theme.name))
        try:
            self.set_keymap(dict(preferences.keymap(self._keys)))
        except MlsurveyError as error:
            self.notify(one_line(str(error)), severity="warning", markup=False)
        self.call_after_refresh(self.open_engine)

    def on_unmount(self) -> None:
        """Let go of everything."""
        self.history.close()
        self.close_engine()

    def open_source(self, places: Places) -> None:
        """Show a document at a place."""
        self.push_screen(SourceScreen(places))

    def explain(self, query: str, hit: Hit, mode: str) -> None:
        """Tell why a passage was found."""
        self.push_screen(WhyScreen(query, hit, mode))

    def action_help(self) -> None:
        """Help for what has the focus, in a panel; the same key closes it."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action for the palette."""
        yield from super().get_system_commands(screen)
        for active in screen.active_bindings.values():
            if active.binding.description and active.enabled:
                run = self._runner(active.node, active.binding.action)
                yield SystemCommand(active.binding.description, f"key {active.binding.key}", run)
        request = getattr(screen, "request", None)
        if isinstance(request, Request):
            text = command(request)
            yield SystemCommand("Copy as command", "the same question for a shell", lambda: self.copy(text))

    def _runner(self, node: DOMNode, action: str) -> Callable[[], None]:
        def run() -> None:
            self.run_worker(self.run_action(action, default_namespace=node))

        return run
