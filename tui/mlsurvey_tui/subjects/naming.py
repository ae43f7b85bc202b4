"""Dialogs that ask for names: of a subject that is renamed, and of one that is added."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from mlsurvey.errors import MlsurveyError
from mlsurvey.rendering.plain import one_line

if TYPE_CHECKING:
    from mlsurvey_tui.engine import Engine
    from mlsurvey_tui.program import Program


class NamingScreen(ModalScreen[str | None]):
    """Inputs above two buttons. Returns what was corrected, in words, or None if it was closed."""

    HEADING: ClassVar[str]
    YES: ClassVar[str]

    @property
    def program(self) -> Program:
        """The application, with its own type."""
        return cast("Program", self.app)

    def compose(self) -> ComposeResult:
        """Yield the inputs, what is wrong, and the buttons."""
        with Vertical(id="naming", classes="dialog") as box:
            box.border_title = self.HEADING
            box.border_subtitle = f"enter {self.YES.lower()}s, escape closes"
            yield from self.inputs()
            yield Static("", id="said", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self.YES, id="go", variant="primary")
                yield Button("Close", id="close")

    def inputs(self) -> ComposeResult:
        """Yield the inputs."""
        raise NotImplementedError

    def correct(self, engine: Engine) -> str:
        """Correct the subject; returns what was done. Called in a worker, with :meth:`read` called before."""
        raise NotImplementedError

    def read(self) -> str | None:
        """Read the inputs; returns what is wrong with them."""
        raise NotImplementedError

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def action_go(self) -> None:
        """Correct the subject."""
        wrong = self.read()
        if wrong is not None:
            self.say(wrong)
        else:
            self._correct(self.correct)

    @work(thread=True, exclusive=True)
    def _correct(self, correct: Callable[[Engine], str]) -> None:
        try:
            done = correct(self.program.engine())
        except MlsurveyError as error:
            self.app.call_from_thread(self.say, str(error))
        else:
            self.app.call_from_thread(self.dismiss, done)

    @on(Button.Pressed, "#close")
    def _leave(self) -> None:
        self.dismiss(None)

    def say(self, text: str) -> None:
        """Show what is wrong."""
        self.query_one("#said", Static).update(one_line(text))


class RenameScreen(NamingScreen):
    """Asks for another name of a subject."""

    AUTO_FOCUS = "#name"
    HEADING = "Rename the subject"
    YES = "Rename"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="rename.close"),
        Binding("ctrl+s", "go", "Rename", id="rename.go"),
    ]
    HELP = """
    ## Rename

    Type another name. The old one stays an alias, so questions may use both.
    """

    def __init__(self, slug: str, name: str) -> None:
        super().__init__()
        self.slug, self.before, self.now = slug, name, name

    def inputs(self) -> ComposeResult:
        """Yield the name."""
        yield Input(one_line(self.before), placeholder="name", id="name")

    def read(self) -> str | None:
        """Read the name."""
        self.now = self.query_one("#name", Input).value.strip()
        if not self.now:
            return "type a name"
        return "that is its name already" if self.now == self.before else None

    def correct(self, engine: Engine) -> str:
        """Rename the subject."""
        engine.rename_subject(self.slug, self.now)
        return f"renamed {self.before} to {self.now}"


class DeclareScreen(NamingScreen):
    """Asks for the names and the classes of a subject that was not found."""

    AUTO_FOCUS = "#name"
    HEADING = "Add a subject"
    YES = "Add"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="declare.close"),
        Binding("ctrl+s", "go", "Add", id="declare.go"),
    ]
    HELP = """
    ## Add a subject

    Type the name of something that was not found, other names of it, and what it is, such as *message queue*.
    Several are separated by commas.
    """

    def __init__(self, name: str = "") -> None:
        """``name`` is proposed."""
        super().__init__()
        self.proposed = name
        self.names: tuple[str, tuple[str, ...], tuple[str, ...]] = ("", (), ())

    def inputs(self) -> ComposeResult:
        """Yield the name, the aliases and the classes."""
        yield Input(one_line(self.proposed), placeholder="name", id="name")
        yield Input(placeholder="other names, separated by commas (may be empty)", id="aliases")
        yield Input(placeholder="what it is, such as message queue (may be empty)", id="classes")

    def read(self) -> str | None:
        """Read the names."""
        name, aliases, classes = (self.query_one(f"#{key}", Input).value for key in ("name", "aliases", "classes"))
        self.names = name.strip(), listed(aliases), listed(classes)
        return None if self.names[0] else "type a name"

    def correct(self, engine: Engine) -> str:
        """Declare the subject."""
        slug = engine.add_subject(*self.names)
        return f"added {self.names[0]} as {slug}"


def listed(typed: str) -> tuple[str, ...]:
    """Split names at commas."""
    return tuple(name for part in typed.split(",") if (name := part.strip()))
