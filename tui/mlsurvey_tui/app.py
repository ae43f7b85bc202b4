"""The application: its screens, keys and command palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from mlsurvey.errors import Interrupted, MlsurveyError
from mlsurvey.rendering.plain import one_line
from mlsurvey.rendering.report import summary
from mlsurvey.types import Citation, Hit
from mlsurvey_tui import preferences
from mlsurvey_tui.ask.request import Request, Service, command, curl
from mlsurvey_tui.ask.screen import AskScreen
from mlsurvey_tui.corpus.report import ReportScreen
from mlsurvey_tui.corpus.screen import CorpusScreen
from mlsurvey_tui.corpus.syncing import SyncedScreen, synced
from mlsurvey_tui.engine import Engine
from mlsurvey_tui.jump import JumpScreen, targets
from mlsurvey_tui.places import Places
from mlsurvey_tui.program import Outcome, Program
from mlsurvey_tui.source.screen import SourceScreen
from mlsurvey_tui.subjects.screen import SubjectsScreen
from mlsurvey_tui.why.finding import cited_hit
from mlsurvey_tui.why.screen import WhyScreen
from mlsurvey_tui.work import Work

if TYPE_CHECKING:
    from mlsurvey.syncing.sync import SyncReport


class MlsurveyApp(Program):
    """The terminal interface of mlsurvey."""

    TITLE = "mlsurvey"
    CSS_PATH = "app.tcss"
    MODES: ClassVar = {"ask": AskScreen}
    DEFAULT_MODE = "ask"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 (an instance variable of App)
    """Heights in rows; a short screen gives the answer the rows that frames would take."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "show_corpus", "Docs", id="app.corpus"),
        Binding("f1,question_mark", "help", "Help", id="app.help"),
        Binding("f2", "show_ask", "Ask", id="app.ask", show=False),
        Binding("f6", "refresh_index", "Refresh the index", id="app.refresh", show=False),
        Binding("ctrl+o", "jump", "Jump", id="app.jump", show=False),
        Binding("ctrl+p", "command_palette", "More", id="app.palette", tooltip="every action", priority=True),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True),
    ]

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        *,
        corpus: Path | None,
        state: Path,
        keys: Path,
        theme: str | None = None,
        service: Callable[[], Service] = Service,
    ) -> None:
        """Create the application.

        Args:
            open_engine: opens the index or the connection; called in a thread after the first frame.
            corpus: folder of the documents; None if it is not on this machine.
            state: folder for the history and the preferences.
            keys: file of the user's custom key bindings.
            theme: theme for this run; the saved theme if None.
            service: returns the server that a question copied as a curl command is sent to.
        """
        super().__init__(open_engine, corpus=corpus, state=state)
        self._keys = keys
        self._service = service
        self._theme_now = theme or self.preferences.theme

    def on_mount(self) -> None:
        """Restore the saved theme and key bindings, and open the engine after the first frame."""
        if self._theme_now in self.available_themes:
            self.theme = self._theme_now
        self.theme_changed_signal.subscribe(self, lambda theme: self._remember_theme(theme.name))
        try:
            self.set_keymap(dict(preferences.keymap(self._keys)))
        except MlsurveyError as error:
            self.notify(one_line(str(error)), severity="warning", markup=False)
        self.tell_unkept()
        self.call_after_refresh(self.open_engine)

    def _remember_theme(self, name: str) -> None:
        """Save a theme that the user picks, but not the theme that the session started with."""
        if name != self._theme_now:
            self.choose_theme(name)
        self._theme_now = ""

    def on_unmount(self) -> None:
        """Close the history and the engine."""
        self.history.close()
        self.close_engine()

    # Screens

    def open_source(self, places: Places) -> None:
        """Show a document at a place."""
        self.push_screen(SourceScreen(places))

    def explain(self, query: str, hit: Hit, mode: str) -> None:
        """Show why a passage was found."""
        self.push_screen(WhyScreen(query, hit, mode))

    def explain_citation(self, question: str, citation: Citation) -> None:
        """Find the cited passage among the hits of the question, then show why it was found."""
        self.run_worker(lambda: self._explain_citation(question, citation), thread=True, exclusive=True, group="why")

    def _explain_citation(self, question: str, citation: Citation) -> None:
        try:
            hit = cited_hit(self.engine(), question, citation)
        except MlsurveyError as error:
            self.call_from_thread(self.fail, str(error), "Not explained")
        else:
            self.call_from_thread(self.explain, question, hit, "hybrid")

    def show_corpus(self) -> None:
        """Open the documents screen, or close it if it is on top; from a screen above it, go back to it."""
        if isinstance(self.screen, CorpusScreen):
            self.pop_screen()
        elif any(isinstance(screen, CorpusScreen) for screen in self.screen_stack):
            while not isinstance(self.screen, CorpusScreen):
                self.pop_screen()
        else:
            self.push_screen(CorpusScreen())

    def show_subjects(self) -> None:
        """Show what the documents are about."""
        self.push_screen(SubjectsScreen())

    def action_show_corpus(self) -> None:
        """Open or close the documents screen."""
        self.show_corpus()

    def action_show_ask(self) -> None:
        """Close all screens above the ask screen and focus the question."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(self.screen, AskScreen):
            self.screen.action_question()

    # Refreshing

    def action_refresh_index(self) -> None:
        """Preview a refresh; without an existing index, refresh immediately."""
        self.refresh_index(dry_run=self.generation is not None)

    def action_stop_refresh(self) -> None:
        """Stop the running refresh."""
        self.stop_refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow stopping only while a refresh runs, and the documents everywhere but in dialogs."""
        if action == "stop_refresh":
            return self.work is not None
        if action == "show_corpus":
            return not isinstance(self.screen, ModalScreen)
        return super().check_action(action, parameters)

    def watch_work(self, before: Work | None, now: Work | None) -> None:
        """Update the footer when a refresh starts or ends."""
        if (before is None) != (now is None):
            self.screen.refresh_bindings()

    def watch_outcome(self, outcome: Outcome | None) -> None:
        """Report how a refresh ended; after a preview, offer to run it."""
        if outcome is None:
            return
        if isinstance(outcome.error, Interrupted):
            self.notify("nothing is lost: finished work is kept, and the index is unchanged", title="Stopped")
        elif outcome.error is not None:
            self.fail(str(outcome.error), "Not done")
        elif outcome.synced is not None:
            self._tell_synced(outcome.synced)
        elif outcome.report is not None:
            self._report(outcome)

    def _tell_synced(self, report: SyncReport) -> None:
        """Show the full report on the documents screen, and a one-line notification elsewhere."""
        if isinstance(self.screen, CorpusScreen):
            self.screen.read()
            self.push_screen(SyncedScreen(report), lambda yes: self.refresh_index() if yes else None)
        else:
            self.notify(one_line(synced(report)), title="Synced; F6 refreshes", markup=False, timeout=8)

    def _report(self, outcome: Outcome) -> None:
        report = outcome.report
        assert report is not None
        if not (report.is_change or report.unreadable or report.notes or report.embedded):
            self.notify("the index is up to date", timeout=4)
        elif outcome.dry_run:
            self.push_screen(ReportScreen(report), lambda yes: self.refresh_index() if yes else None)
        elif isinstance(self.screen, CorpusScreen) and report.unreadable:
            self.push_screen(ReportScreen(report))
        else:
            self.notify(one_line(summary(report)), title="Refreshed", markup=False, timeout=8)

    # Help

    def action_help(self) -> None:
        """Toggle the help panel for the focused widget."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def action_jump(self) -> None:
        """Show a letter on every focusable widget."""

        def go(widget: Widget | None) -> None:
            if widget is not None:
                widget.focus()

        self.push_screen(JumpScreen(targets(self.screen)), go)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield every action for the command palette."""
        yield from super().get_system_commands(screen)
        told: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.description and active.enabled and binding.action not in told and binding.id:
                told.add(binding.action)
                key = self.get_key_display(binding)
                yield SystemCommand(binding.description, f"key {key}", self._runner(active.node, binding.action))
        request = getattr(screen, "request", None)
        if isinstance(request, Request):
            yield self._copier("Copy as command", "this question as a shell command", command(request))
            yield self._copier("Copy as curl", "this question as a request to a server", curl(request, self._service()))

    def _copier(self, title: str, about: str, text: str) -> SystemCommand:
        return SystemCommand(title, about, lambda: self.copy(text))

    def _runner(self, node: DOMNode, action: str) -> Callable[[], None]:
        def run() -> None:
            self.run_worker(self.run_action(action, default_namespace=node))

        return run
