"""The subjects of the documents, and corrections to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Footer, Input, Static

from mlsurvey.errors import MlsurveyError, NoIndexError
from mlsurvey.rendering.plain import one_line
from mlsurvey_tui.ask.picker import Picker
from mlsurvey_tui.banner import Banner
from mlsurvey_tui.corpus.progress import WorkBar
from mlsurvey_tui.filtered import FilteredScreen
from mlsurvey_tui.places import line_places
from mlsurvey_tui.subjects.naming import DeclareScreen, RenameScreen
from mlsurvey_tui.subjects.rows import COLUMNS, Row, column_widths, described, matching, rows_of, totals

if TYPE_CHECKING:
    from mlsurvey_tui.engine import Engine

APPLIES = "F6 applies it"
NO_INDEX = "no index yet; F6 builds it"
NONE_FOUND = "no subject was found; a adds one"


class SubjectsScreen(FilteredScreen):
    """A table of subjects, filtered while typing, with all about the current one below it."""

    AUTO_FOCUS = "#subjects"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Back", id="subjects.close"),
        Binding("slash", "filter", "Filter", id="subjects.filter"),
        Binding("r", "rename", "Rename", id="subjects.rename"),
        Binding("m", "merge", "Merge", id="subjects.merge"),
        Binding("x,delete", "hide", "Hide", id="subjects.hide"),
        Binding("a", "add", "Add", id="subjects.add"),
        Binding("u", "restore", "Restore", id="subjects.restore"),
        Binding("e", "everything", "All", id="subjects.everything", tooltip="also those only mentioned or hidden"),
        Binding("c", "app.stop_refresh", "Stop", id="subjects.stop"),
        Binding("j", "move('down')", "Down", show=False, id="subjects.down"),
        Binding("k", "move('up')", "Up", show=False, id="subjects.up"),
    ]
    HELP = """
    ## Subjects

    What the documents are about, and how sure that is: 1.00 at most, or *declared*. `*` marks what was corrected.

    - `enter` opens the place where it was found, `n` and `p` there go to the others
    - `/` shows only subjects with all the words typed; `about:section`, `state:hidden` (or *found*, *declared*,
      *mentioned*, *corrected*) and `class:queue` search one field
    - `e` also lists what is only mentioned, and what is hidden
    - `r` renames; the old name stays an alias
    - `m` merges the subject into another
    - `x` hides what is no subject
    - `a` adds one that was not found
    - `u` forgets all corrections of the subject
    - `f6` applies the corrections
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.shown: list[Row] = []
        self.everything = False

    def compose(self) -> ComposeResult:
        """Yield the filter input, the totals, the table and what is known about one subject."""
        yield Banner()
        yield Input(placeholder="filter: words, state:declared, about:section, class:queue", id="filter")
        yield WorkBar()
        yield Static("", id="state", markup=False)
        yield DataTable(id="subjects", cursor_type="row", zebra_stripes=True)
        yield Static("", id="subject", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Read the subjects now and whenever the index changes."""
        self.watch(self.program, "generation", self._index_changed)

    # Reading

    @work(thread=True, exclusive=True, group="read")
    def read(self) -> None:
        """List the subjects with their corrections; if they cannot be read, those listed stay."""
        try:
            engine = self.program.engine()
            rows = rows_of(engine.subjects()[1].subjects, engine.corrections())
        except NoIndexError:
            self.app.call_from_thread(self._list, [], NO_INDEX)
        except MlsurveyError as error:
            self.app.call_from_thread(self._say, str(error))
        else:
            self.app.call_from_thread(self._list, rows, totals(rows) if rows else NONE_FOUND)

    def _list(self, rows: list[Row], state: str) -> None:
        self.rows = rows
        self._say(state)
        self.narrow()

    def narrow(self) -> None:
        """Show the matching rows; the cursor stays on its subject if that is still there."""
        table, typed = self.query_one(DataTable), self.query_one("#filter", Input)
        before = self.current
        self.shown = matching(self.rows, typed.value, everything=self.everything)
        drawn = (tuple(self.shown), table.size.width)
        if drawn != self._drawn:  # laying out the table costs far more than the comparison
            self._drawn = drawn
            self._fill(table, before)
        listed = sum(self.everything or row.is_listed for row in self.rows)
        typed.border_subtitle = f"{len(self.shown):,} of {listed:,}" if self.shown else "no subject matches"
        self._tell()

    def _fill(self, table: DataTable[Text], before: Row | None) -> None:
        widths = column_widths(table.size.width or self.size.width)
        table.clear(columns=True)
        for column, width in widths.items():
            table.add_column(COLUMNS[column], key=column, width=width)
        for row in self.shown:
            cells = ((row.cell(column, width), column == "documents") for column, width in widths.items())
            table.add_row(
                *(
                    Text(text, justify="right" if is_count else "left", no_wrap=True, overflow="ellipsis")
                    for text, is_count in cells
                )
            )
        slugs = [row.subject.slug for row in self.shown]
        if before is not None and before.subject.slug in slugs:
            table.move_cursor(row=slugs.index(before.subject.slug))

    def _tell(self) -> None:
        about = self.query_one("#subject", Static)
        if (row := self.current) is not None:
            about.update(described(row))
        elif not self.rows:
            about.update("")
        else:
            more = "" if self.everything else "; e also looks at what is only mentioned or hidden"
            about.update(f"no subject matches{more}")

    @property
    def current(self) -> Row | None:
        """The subject under the cursor."""
        place = self.query_one(DataTable).cursor_row
        return self.shown[place] if 0 <= place < len(self.shown) else None

    # Looking

    @on(DataTable.RowHighlighted)
    def _moved(self) -> None:
        self._tell()

    @on(DataTable.RowSelected)
    def _open(self) -> None:
        row = self.current
        if row is None:
            return
        if row.places:
            self.program.open_source(line_places(row.places))
        else:
            self.notify(f"no document is about {one_line(row.subject.name)}", severity="warning", markup=False)

    def action_everything(self) -> None:
        """List what is only mentioned or hidden too, or no more."""
        self.everything = not self.everything
        self.narrow()
        what = "also those only mentioned or hidden" if self.everything else "without those only mentioned or hidden"
        self.notify(what, timeout=2)

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the new width."""
        if self.rows:
            self.call_after_refresh(self.narrow)

    def action_move(self, way: str) -> None:
        """Move in the table."""
        table = self.query_one(DataTable)
        table.action_cursor_down() if way == "down" else table.action_cursor_up()

    # Correcting

    def action_rename(self) -> None:
        """Give the subject another name."""
        if (row := self._correctable()) is not None:
            self.app.push_screen(RenameScreen(row.subject.slug, row.subject.name), self._corrected)

    def action_add(self) -> None:
        """Declare a subject that was not found; the one under the cursor is proposed if it is only mentioned."""
        row = self.current
        proposed = row.subject.name if row is not None and row.is_mention else ""
        self.app.push_screen(DeclareScreen(proposed), self._corrected)

    def action_merge(self) -> None:
        """Merge the subject into another one."""
        row = self._correctable()
        if row is None:
            return
        slug, name = row.subject.slug, row.subject.name
        others = choices(self.rows, slug)
        if not others:
            self.notify("there is no other subject to merge it into", severity="warning")
            return

        def picked(into: str | None) -> None:
            if into is not None:
                self._correct(lambda engine: engine.merge_subjects([slug], into), f"merged {name} into {into}")

        self.app.push_screen(Picker(f"Merge {one_line(name)} into", others), picked)

    def action_hide(self) -> None:
        """Hide something that is not a subject."""
        if (row := self._correctable()) is not None:
            slug, name = row.subject.slug, row.subject.name
            self._correct(lambda engine: engine.hide_subject(slug), f"hid {name}; u restores it")

    def action_restore(self) -> None:
        """Forget all corrections of the subject."""
        row = self._correctable()
        if row is None:
            return
        if row.edit is None:
            whose = f": it is merged into {row.into}, which has" if row.into else ""
            self.notify(f"{one_line(row.subject.name)} has no corrections{whose}", severity="warning", markup=False)
            return
        slug, name = row.subject.slug, row.subject.name
        self._correct(lambda engine: engine.restore_subject(slug), f"restored {name}")

    def _correctable(self) -> Row | None:
        """The subject under the cursor; says so if it is none."""
        row = self.current
        if row is not None and row.is_mention:
            self.notify("it is only mentioned, so it is not a subject yet; a adds it", severity="warning")
            return None
        return row

    @work(thread=True, group="correct")
    def _correct(self, correct: Callable[[Engine], object], done: str) -> None:
        try:
            correct(self.program.engine())
        except MlsurveyError as error:
            self.app.call_from_thread(self.program.fail, str(error), "Not corrected")
        else:
            self.app.call_from_thread(self._corrected, done)

    def _corrected(self, done: str | None) -> None:
        if done is not None:
            self.notify(one_line(done), title=f"Corrected; {APPLIES}", markup=False, timeout=6)
            self.read()


def choices(rows: Sequence[Row], but: str) -> list[tuple[str, str]]:
    """Return the subjects that another one can be merged into, as pairs (slug, text)."""
    fit = (row for row in rows if row.is_listed and row.into is None and row.subject.slug != but)
    return [(row.subject.slug, f"{row.subject.name}  [{row.subject.slug}]") for row in fit]
