"""Add files or a folder to the corpus."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Checkbox, DirectoryTree, Input, Static

from mlsurvey.errors import MlsurveyError
from mlsurvey.rendering.plain import one_line
from mlsurvey_tui.paths import PathSuggester, typed_path

if TYPE_CHECKING:
    from mlsurvey.survey import Placed
    from mlsurvey_tui.program import Program


REPLACE = "replace documents of the same name: {}"
"""States the choice in words: without colours, ticked and unticked boxes look the same."""


class Files(DirectoryTree):
    """Folders and files of supported formats, without hidden files and unprintable names."""

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Return the paths that can be added."""
        from mlsurvey.reading.scan import READABLE_SUFFIXES

        fit = (path for path in paths if path.name.isprintable() and not path.name.startswith("."))
        return [path for path in fit if path.suffix.lower() in READABLE_SUFFIXES or path.is_dir()]


class AddScreen(ModalScreen[bool]):
    """Type or pick a path to add. Returns whether anything was added."""

    AUTO_FOCUS = "#source"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Close", id="add.close"),
        Binding("ctrl+s", "add", "Add", id="add.add"),
    ]
    HELP = """
    ## Add documents

    Type a path, or pick one below: a file, or a folder with its contents. `enter` adds it to the corpus.
    Files are copied; the originals stay unchanged.
    """

    @property
    def program(self) -> Program:
        """The application, with its own type."""
        return cast("Program", self.app)

    def compose(self) -> ComposeResult:
        """Yield the source, target and options."""
        with Vertical(id="add", classes="dialog") as box:
            box.border_title = "Add a file or a folder"
            box.border_subtitle = "enter adds, tab moves, escape closes"
            yield Input(placeholder="path; right accepts the suggestion", id="source", suggester=PathSuggester())
            yield Input(placeholder="folder inside the corpus, such as rust (may be empty)", id="into")
            with Horizontal(classes="choices"):
                yield Checkbox(REPLACE.format("no"), id="replace", compact=True)
            yield Static("", id="said", markup=False)
            yield Files(Path.cwd(), id="files")

    @on(DirectoryTree.FileSelected)
    @on(DirectoryTree.DirectorySelected)
    def _picked(self, event: DirectoryTree.FileSelected | DirectoryTree.DirectorySelected) -> None:
        self.query_one("#source", Input).value = str(event.path)

    @on(Checkbox.Changed)
    def _ticked(self, event: Checkbox.Changed) -> None:
        event.checkbox.label = REPLACE.format("yes" if event.value else "no")

    @on(Input.Submitted)
    def action_add(self) -> None:
        """Add the named file or folder."""
        source = self.query_one("#source", Input).value
        if not source.strip():
            self._say("type a file or a folder")
            return
        self._say("adding …")
        into = self.query_one("#into", Input).value.strip() or None
        self._add(typed_path(source), into, self.query_one(Checkbox).value)

    @work(thread=True, exclusive=True)
    def _add(self, path: Path, into: str | None, replace: bool) -> None:
        try:
            placed = self.program.engine().add([path], into=into, replace=replace)
        except MlsurveyError as error:
            advice = str(error).replace("add --replace, or --into FOLDER", "tick “replace”, or name a folder")
            self.app.call_from_thread(self._say, advice)
            return
        self.app.call_from_thread(self._added, placed)

    def _added(self, placed: Placed) -> None:
        self.notify(one_line(summary(placed)), title="Added", markup=False)
        self.dismiss(bool(placed.added or placed.replaced))

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(one_line(text))


def summary(placed: Placed) -> str:
    """Return a one-line summary of what was added."""
    parts = {
        "added": len(placed.added),
        "replaced": len(placed.replaced),
        "already there": len(placed.unchanged),
        "skipped (unsupported format)": placed.skipped,
    }
    return ", ".join(f"{count:,} {name}" for name, count in parts.items() if count) or "nothing added"
