"""What all screens share: the engine, the history, names, and a person's choices."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from threading import Thread

from textual.app import App
from textual.widgets import Static

from mlsurvey.errors import MlsurveyError
from mlsurvey.rendering.layout import Names, names_of
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Answer, Hit
from mlsurvey_tui import preferences
from mlsurvey_tui.answer.view import Shown
from mlsurvey_tui.archive import History
from mlsurvey_tui.engine import Engine
from mlsurvey_tui.places import Places
from mlsurvey_tui.preferences import Preferences


class Program(App[None]):
    """The part of the application that screens know; :class:`mlsurvey_tui.app.MlsurveyApp` knows the screens."""

    def __init__(self, open_engine: Callable[[], Engine], *, corpus: Path | None, state: Path) -> None:
        """A program.

        Args:
            open_engine: opens the index or the connection; called in a thread, behind the first frame.
            corpus: folder of the documents where it is on this machine.
            state: folder for the history and for choices.
        """
        super().__init__()
        self.corpus, self.state = corpus, state
        self.preferences = preferences.load(state)
        self.history = History(state)
        self.names = Names()
        self.generation: str | None = None
        """Id of the index as it was last looked at."""
        self._engine: Future[Engine] = Future()
        self._open_engine = open_engine

    def open_engine(self) -> None:
        """Begin to open the engine, in a thread."""
        Thread(target=self._open, daemon=True, name="open").start()

    def _open(self) -> None:
        try:
            self._engine.set_result(self._open_engine())
        except BaseException as error:
            self._engine.set_exception(error)

    def engine(self) -> Engine:
        """What answers; waits until it is open, so call it from workers only.

        Raises:
            MlsurveyError: it cannot be opened.
        """
        return self._engine.result()

    def close_engine(self) -> None:
        """Let go of the engine, if it was ever opened."""
        if self._engine.done() and not self._engine.exception():
            self._engine.result().close()

    def shown(self, answer: Answer, *, older: bool = False) -> Shown:
        """An answer with names and with what is stale of it; takes time, so call it from workers only."""
        return Shown(answer, self.names, self.engine().stale(answer), older)

    def look_at_index(self) -> None:
        """Read the names anew, and say in the banner what is asked. Due when the index was opened or refreshed."""
        self.run_worker(self._read_names, thread=True, group="names", exclusive=True)

    def _read_names(self) -> None:
        try:
            engine = self.engine()
            self.names = names_of(engine.entities(), engine.aspects())
            generation = engine.status().generation
        except MlsurveyError as error:
            self.call_from_thread(self.notify, one_line(str(error)), severity="error", markup=False)
            return
        self.generation = generation.id if generation else None
        about = f"{generation.documents:,} documents, {generation.passages:,} passages" if generation else "no index"
        self.call_from_thread(self._banner, f"mlsurvey · {about}")

    def _banner(self, text: str) -> None:
        for banner in self.screen.query("#banner").results(Static):
            banner.update(one_line(text))

    def choose(self, preferences_now: Preferences) -> None:
        """Remember a choice."""
        self.preferences = preferences_now
        preferences.save(self.state, preferences_now)

    def choose_theme(self, name: str) -> None:
        """Remember the theme."""
        self.choose(replace(self.preferences, theme=name))

    def copy(self, text: str) -> None:
        """Put text on the clipboard, and say so."""
        self.copy_to_clipboard(text)
        self.notify(f"copied {len(text):,} characters", timeout=2)

    def file_of(self, document: str) -> Path | None:
        """The file of a document, where it is on this machine."""
        return self.corpus / document if self.corpus else None

    def open_source(self, places: Places) -> None:
        """Show a document at a place."""
        raise NotImplementedError

    def explain(self, query: str, hit: Hit, mode: str) -> None:
        """Tell why a passage was found."""
        raise NotImplementedError
