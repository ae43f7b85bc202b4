"""Choose a format and a file for an answer."""

from __future__ import annotations

import io
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mlsurvey.errors import MlsurveyError
from mlsurvey.rendering.formats import FORMATS, Format, file_name
from mlsurvey.rendering.plain import one_line
from mlsurvey_tui.export.writing import write_file
from mlsurvey_tui.paths import PathSuggester, typed_path
from mlsurvey_tui.shown import Shown


class ExportScreen(ModalScreen[None]):
    """The formats and the file. Enter on a format writes; replacing an existing file takes a second Enter."""

    AUTO_FOCUS = "#forms"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close", id="export.close")]
    HELP = """
    ## Export

    Choose a format with the arrows, change the file name if needed, and press `enter`.
    """

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self.shown = shown
        self.folder = Path.cwd()
        self._confirmed: Path | None = None

    def compose(self) -> ComposeResult:
        """Yield the formats and the file input."""
        with Vertical(id="export", classes="dialog") as box:
            box.border_title = "Export the answer"
            box.border_subtitle = "enter writes, tab changes the file, escape closes"
            yield OptionList(*(Option(f"{form.name:<10}{form.about}", id=form.suffix) for form in FORMATS), id="forms")
            yield Input(id="file", suggester=PathSuggester(), select_on_focus=False)
            yield Static("", id="said", markup=False)

    @property
    def form(self) -> Format:
        """The chosen format."""
        return FORMATS[self.query_one(OptionList).highlighted or 0]

    @on(OptionList.OptionHighlighted)
    def _propose(self) -> None:
        """Change the file's suffix to that of the format, and keep its name."""
        file = self.query_one("#file", Input)
        typed = Path(file.value) if file.value else self.folder / file_name(self.shown.answer.question, "")
        known = typed.suffix in {form.suffix for form in FORMATS}
        file.value = str(typed.with_suffix(self.form.suffix) if known else Path(f"{typed}{self.form.suffix}"))
        self._say("")

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def _write(self) -> None:
        path = typed_path(self.query_one("#file", Input).value)
        if self.app.is_web:
            self._deliver(path.name)
        elif path.is_dir():
            self._say(f"{path} is a folder; type a file name")
        elif path.exists() and self._confirmed != path:
            self._confirmed = path
            self._say("already exists; press enter again to replace it")
        else:
            self._write_to(path)

    def _text(self) -> str:
        return self.form.write(self.shown.answer, self.shown.names, self.shown.stale)

    def _write_to(self, path: Path) -> None:
        try:
            write_file(path, self._text())
        except MlsurveyError as error:
            self._say(str(error))
            return
        self.notify(one_line(str(path)), title="Written", markup=False)
        self.dismiss()

    def _deliver(self, name: str) -> None:
        """Send the file to the browser as a download."""
        self.app.deliver_text(io.StringIO(self._text()), save_filename=name)
        self.dismiss()

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(one_line(text))
