"""Previous questions: search them, open a stored answer, ask again, star, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from mlsurvey.errors import MlsurveyError
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Answer
from mlsurvey_tui.archive import Entry

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program


class HistoryScreen(Screen[tuple[Answer, bool] | None]):
    """A list filtered while typing. Returns an answer and whether to ask its question again."""

    AUTO_FOCUS = "#entries"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Back", id="history.close"),
        Binding("r", "again", "Again", id="history.again"),
        Binding("s,asterisk", "star", "Star", id="history.star"),
        Binding("x,delete", "delete", "Delete", id="history.delete"),
        Binding("u", "undelete", "Undo", id="history.undo"),
        Binding("f", "only_starred", "Stars", id="history.starred"),
        Binding("slash", "search", "Search", id="history.search"),
        Binding("j", "move('down')", "Down", show=False, id="history.down"),
        Binding("k", "move('up')", "Up", show=False, id="history.up"),
    ]
    HELP = """
    ## History

    Every question and its answer is kept on this machine.

    - `enter` opens the saved answer, `r` asks again with the current index
    - `s` stars, `f` shows only starred ones, `x` deletes, `u` restores the last one deleted
    - `/` searches questions and answers
    """

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.starred = False
        self._deleted: list[Answer] = []
        self._generation: str | None = None

    @property
    def program(self) -> Program:
        """The application, with its own type."""
        return cast("Program", self.app)

    def compose(self) -> ComposeResult:
        """Yield the search input and the list."""
        yield Static("History", id="place", markup=False)
        yield Input(placeholder="search questions and answers", id="search")
        yield OptionList(id="entries", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """List the entries."""
        self._generation = self.program.generation
        self.list_entries()

    @on(Input.Changed, "#search")
    def list_entries(self) -> None:
        """Reload the list; the cursor stays in place."""
        options = self.query_one("#entries", OptionList)
        place = options.highlighted or 0
        self.entries = self.program.history.entries(self.query_one(Input).value, starred=self.starred)
        options.clear_options()
        options.add_options([Option(_line(entry, self._generation)) for entry in self.entries])
        if self.entries:
            options.highlighted = min(place, len(self.entries) - 1)
        title = "History, starred" if self.starred else "History"
        self.query_one("#place", Static).update(f"{title} · {len(self.entries)} questions")

    @property
    def current(self) -> Entry | None:
        """The highlighted entry."""
        place = self.query_one("#entries", OptionList).highlighted
        return self.entries[place] if place is not None and place < len(self.entries) else None

    @on(OptionList.OptionSelected, "#entries")
    def _open(self) -> None:
        self._give(again=False)

    @on(Input.Submitted, "#search")
    def _searched(self) -> None:
        self.query_one("#entries").focus()

    def action_again(self) -> None:
        """Ask the highlighted question again."""
        self._give(again=True)

    def action_star(self) -> None:
        """Star or unstar the entry."""
        if self.current is not None:
            self.program.history.star(self.current.id, not self.current.starred)
            self.list_entries()

    def action_only_starred(self) -> None:
        """Switch between starred entries and all entries."""
        self.starred = not self.starred
        self.list_entries()

    def action_delete(self) -> None:
        """Delete the entry; it can be restored until the screen is closed."""
        if self.current is not None:
            self._deleted.append(self.program.history.answer(self.current.id))
            self.program.history.delete(self.current.id)
            self.list_entries()
            self.notify("deleted; u restores it", timeout=4)

    def action_undelete(self) -> None:
        """Restore the last deleted entry as the newest."""
        if self._deleted:
            self.program.history.add(self._deleted.pop())
            self.list_entries()

    def action_search(self) -> None:
        """Focus the search input."""
        self.query_one("#search").focus()

    def action_move(self, way: str) -> None:
        """Move in the list."""
        options = self.query_one("#entries", OptionList)
        options.action_cursor_down() if way == "down" else options.action_cursor_up()

    def _give(self, *, again: bool) -> None:
        if self.current is None:
            return
        try:
            self.dismiss((self.program.history.answer(self.current.id), again))
        except MlsurveyError as error:
            self.notify(one_line(str(error)), severity="error", markup=False)


def _line(entry: Entry, generation: str | None) -> Text:
    star = "★ " if entry.starred else "  "
    when = entry.asked.replace("T", " ").removesuffix("+00:00")
    older = " · index has changed since" if generation and entry.generation != generation else ""
    return Text.assemble(star, one_line(entry.question), (f"\n    {when} UTC · {entry.status}{older}", "dim"))
