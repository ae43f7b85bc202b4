"""State shared by all screens: the engine, the history, names, the refresh and the preferences."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from textual import on
from textual.app import App
from textual.message import Message
from textual.reactive import reactive

from mlsurvey.calling import Progress
from mlsurvey.errors import Interrupted, MlsurveyError, NoIndexError, StorageError, UsageError
from mlsurvey.rendering.examples import Example, examples
from mlsurvey.rendering.layout import Names, names_of
from mlsurvey.rendering.plain import one_line
from mlsurvey.state import RefreshReport
from mlsurvey.types import Answer, Citation, Hit
from mlsurvey_tui import preferences
from mlsurvey_tui.archive import History
from mlsurvey_tui.engine import Engine, Syncing
from mlsurvey_tui.places import Places
from mlsurvey_tui.preferences import Preferences
from mlsurvey_tui.shown import Shown
from mlsurvey_tui.work import Work

if TYPE_CHECKING:
    from mlsurvey.syncing.sync import SyncReport

NO_INDEX = "no index yet"
LOOK_SECONDS = 3.0
"""Seconds between checks for a new index published by another process; each check reads one file."""


class Program(App[None]):
    """The part of the application that the screens use; :class:`mlsurvey_tui.app.MlsurveyApp` adds the screens."""

    about: reactive[str] = reactive("")
    """Description of the index, for the banner."""
    generation: reactive[str | None] = reactive(None)
    """Id of the index at the last check; None without an index."""
    work: reactive[Work | None] = reactive(None)
    """The running refresh, preview or upstream sync."""
    outcome: reactive[Outcome | None] = reactive(None, always_update=True)
    """How the last task ended."""

    class Worked(Message):
        """Progress of the running task."""

        def __init__(self, work: Work) -> None:
            self.work = work
            super().__init__()

    class Ended(Message):
        """The running task has ended."""

        def __init__(self, outcome: Outcome) -> None:
            self.outcome = outcome
            super().__init__()

    def __init__(self, open_engine: Callable[[], Engine], *, corpus: Path | None, state: Path) -> None:
        """Create the program.

        Args:
            open_engine: opens the index or the connection; called in a thread after the first frame.
            corpus: folder of the documents; None if it is not on this machine.
            state: folder for the history and the preferences.
        """
        super().__init__()
        self.corpus, self.state = corpus, state
        self.preferences = preferences.load(state)
        self._unkept: str | None = None
        """Why nothing can be kept in the folder; None if it can, as far as known."""
        self.history = self._open_history()
        self.names = Names()
        self.examples: tuple[Example, ...] = ()
        """Questions that the index can answer."""
        self._engine: Future[Engine] = Future()
        self._open_engine = open_engine
        self._stop = Event()

    # History and preferences

    def _open_history(self) -> History:
        """Open the history; if its folder cannot be written, one for this session, since asking needs none."""
        try:
            return History(self.state)
        except StorageError as error:
            self._unkept = str(error)
            return History(None)

    def tell_unkept(self) -> None:
        """Say, when the session starts, that its history and preferences are not kept."""
        if self._unkept is not None:
            self._warn_unkept(f"{self._unkept}; questions and choices of this session will not be saved")

    def _warn_unkept(self, message: str) -> None:
        self.notify(one_line(message), title="Not saved", severity="warning", timeout=10, markup=False)

    # The engine

    def open_engine(self) -> None:
        """Start opening the engine in a thread, and check its index periodically."""
        Thread(target=self._open, daemon=True, name="open").start()
        self.set_interval(LOOK_SECONDS, self.look_at_index)

    def _open(self) -> None:
        try:
            self._engine.set_result(self._open_engine())
        except BaseException as error:
            self._engine.set_exception(error)

    def engine(self) -> Engine:
        """Return the engine. Blocks until it is open, so call it from workers only.

        Raises:
            MlsurveyError: the engine cannot be opened.
        """
        return self._engine.result()

    def close_engine(self) -> None:
        """Stop the running task, and close the engine if it was opened."""
        self._stop.set()
        if self._engine.done() and not self._engine.exception():
            self._engine.result().close()

    def shown(self, answer: Answer) -> Shown:
        """Return an answer with names and its stale citations. Slow, so call it from workers only."""
        return Shown(answer, self.names, self.engine().stale(answer), self.is_older(answer))

    def is_older(self, answer: Answer) -> bool:
        """Whether the index has changed since the answer was given."""
        return self.generation is not None and answer.index != self.generation

    # The index

    def look_at_index(self) -> None:
        """Update the banner, and reload the names if the index has changed."""
        self.run_worker(self._look, thread=True, group="look", exclusive=True)

    def _look(self) -> None:
        try:
            engine = self.engine()
            generation = engine.generation()
            if generation.id != self.generation:
                entities = engine.entities()
                self.names, self.examples = names_of(entities, engine.aspects()), examples(entities)
        except MlsurveyError as error:
            self._tell_index(None, NO_INDEX if isinstance(error, NoIndexError) else one_line(str(error)))
            return
        about = f"{generation.documents:,} documents, {generation.passages:,} passages"
        self._tell_index(generation.id, about)

    def _tell_index(self, generation: str | None, about: str) -> None:
        def tell() -> None:
            self.about, self.generation = about, generation

        self.call_later(tell)

    def refresh_index(self, *, dry_run: bool = False, rebuild: bool = False) -> None:
        """Refresh the index in the background; questions can still be asked."""
        self._begin(dry_run, lambda progress: self._refresh(dry_run, rebuild, progress))

    def sync_upstream(self, names: Sequence[str]) -> None:
        """Fetch documents of these libraries from upstream in the background; all libraries if ``names`` is empty."""
        self._begin(False, lambda progress: self._sync(names, progress))

    def _begin(self, dry_run: bool, task: Callable[[Progress], Outcome]) -> None:
        """Run a task in a thread, one at a time, and post its outcome."""
        if self.work is not None:
            self.notify("a refresh or sync is already running", severity="warning")
            return
        self._stop.clear()
        self.work = Work(dry_run)
        progress = _Progress(dry_run, self._stop, lambda work: self.post_message(self.Worked(work)))

        def run() -> None:
            try:
                self.post_message(self.Ended(task(progress)))
            except MlsurveyError as error:
                self.post_message(self.Ended(Outcome(dry_run, error=error)))

        self.run_worker(run, thread=True, group="refresh")

    def stop_refresh(self) -> None:
        """Stop the running task; nothing is lost."""
        if self.work is not None:
            self._stop.set()
            self.work = replace(self.work, cancelled=True)

    def _refresh(self, dry_run: bool, rebuild: bool, progress: Progress) -> Outcome:
        return Outcome(dry_run, report=self.engine().refresh(dry_run=dry_run, rebuild=rebuild, progress=progress))

    def _sync(self, names: Sequence[str], progress: Progress) -> Outcome:
        engine = self.engine()
        if not isinstance(engine, Syncing):
            raise UsageError("cannot sync with --server; type on the server: mlsurvey sync")
        return Outcome(False, synced=engine.sync(names, progress=progress))

    @on(Worked)
    def _worked(self, event: Worked) -> None:
        if self.work is not None and not self.work.cancelled:
            self.work = event.work

    @on(Ended)
    def _ended(self, event: Ended) -> None:
        self.work = None
        self.outcome = event.outcome
        if not event.outcome.dry_run:
            self.look_at_index()

    # User actions

    def choose(self, preferences_now: Preferences) -> None:
        """Save the preferences."""
        self.preferences = preferences_now
        try:
            preferences.save(self.state, preferences_now)
        except OSError as error:
            if self._unkept is None:  # said once, not at every choice
                self._unkept = f"cannot save the choices in {self.state}: {error.strerror or error}"
                self._warn_unkept(self._unkept)

    def choose_theme(self, name: str) -> None:
        """Save the theme."""
        self.choose(replace(self.preferences, theme=name))

    def copy(self, text: str) -> None:
        """Copy text to the clipboard and notify the user."""
        self.copy_to_clipboard(text)
        self.notify(f"copied {len(text):,} characters", timeout=2)

    def fail(self, message: str, title: str) -> None:
        """Show an error notification."""
        self.notify(one_line(message), title=title, severity="error", timeout=10, markup=False)

    def file_of(self, document: str) -> Path | None:
        """Return the path of a document's file; None if the corpus is not on this machine."""
        return self.corpus / document if self.corpus else None

    # Screens, implemented by the application

    def open_source(self, places: Places) -> None:
        """Show a document at a place."""
        raise NotImplementedError

    def explain(self, query: str, hit: Hit, mode: str) -> None:
        """Show why a passage was found."""
        raise NotImplementedError

    def explain_citation(self, question: str, citation: Citation) -> None:
        """Show why a question found the cited passage."""
        raise NotImplementedError

    def show_corpus(self) -> None:
        """Open the documents screen."""
        raise NotImplementedError

    def show_subjects(self) -> None:
        """Show what the documents are about."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Outcome:
    """The report or the error of a refresh, a preview or an upstream sync."""

    dry_run: bool
    report: RefreshReport | None = None
    synced: SyncReport | None = None
    error: MlsurveyError | None = None


class _Progress:
    """Reports the progress of a task, and stops it on request."""

    def __init__(self, dry_run: bool, stop: Event, tell: Callable[[Work], object]) -> None:
        self._dry_run, self._stop, self._tell = dry_run, stop, tell
        self._phase, self._began = "", 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Interrupted("stopped; nothing is lost: finished work is kept, and the index is unchanged")
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._began = phase, now
        self._tell(Work(self._dry_run, phase, done, total, now - self._began))
