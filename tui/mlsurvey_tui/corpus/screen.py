"""The documents of the index, and changes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import DataTable, Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from mlsurvey.errors import MlsurveyError, NoIndexError
from mlsurvey.rendering.plain import one_line
from mlsurvey_tui.banner import Banner
from mlsurvey_tui.confirm import Confirm
from mlsurvey_tui.corpus.adding import AddScreen
from mlsurvey_tui.corpus.progress import WorkBar
from mlsurvey_tui.corpus.rows import (
    COLUMNS,
    FACETS,
    NUMBERS,
    Column,
    Row,
    column_widths,
    counts,
    facet,
    matching,
    ordered,
    rows_of,
    shortened,
)
from mlsurvey_tui.corpus.syncing import SyncScreen
from mlsurvey_tui.filtered import FilteredScreen
from mlsurvey_tui.places import document_place

if TYPE_CHECKING:
    from mlsurvey.survey.overview import Overview

ROOMY = 110
"""Minimum terminal width in columns at which the counts are shown beside the documents."""
NAMED = 12
"""Maximum number of documents named when confirming a removal."""


class CorpusScreen(FilteredScreen):
    """A table of documents, filtered while typing."""

    AUTO_FOCUS = "#documents"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Back", id="corpus.close"),
        Binding("slash", "filter", "Filter", id="corpus.filter"),
        Binding("s", "subjects", "Subjects", id="corpus.subjects"),
        Binding("a", "add", "Add", id="corpus.add"),
        Binding("x,delete", "remove", "Remove", id="corpus.remove"),
        Binding("u", "sync", "Sync upstream", id="corpus.sync", show=False),
        Binding("space", "mark", "Mark", id="corpus.mark", show=False),
        Binding("o", "order", "Order", id="corpus.order", show=False),
        Binding("t", "counts", "Counts", id="corpus.counts", show=False),
        Binding("c", "app.stop_refresh", "Stop", id="corpus.stop"),
        Binding("j", "move('down')", "Down", show=False, id="corpus.down"),
        Binding("k", "move('up')", "Up", show=False, id="corpus.up"),
    ]
    HELP = """
    ## Documents

    What the index holds.

    - `/` shows only documents with all the words typed; `language:rust` and `library:Burn` search one column
    - `t` shows counts by language and library, `enter` on one filters by it
    - `enter` opens a document, `o` or a click on a heading sorts
    - `s` lists what the documents are about, and corrects it
    - `a` adds files or a folder, `x` removes the document, or those marked with `space`
    - `u` fetches newer documents from upstream
    - `f6` shows what a refresh would do, and does it; questions are answered meanwhile
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.shown: list[Row] = []
        self.marked: set[str] = set()
        self.order: Column = "path"
        self.reverse = False
        self._facets: list[tuple[Column, str] | None] = []

    def compose(self) -> ComposeResult:
        """Yield the filter input, the state line and the table."""
        yield Banner()
        yield Input(placeholder="filter: words, language:rust, library:Burn", id="filter")
        yield WorkBar()
        yield Static("", id="state", markup=False)
        with Horizontal():
            yield OptionList(id="facets", markup=False)
            with Vertical():
                yield DataTable(id="documents", cursor_type="row", zebra_stripes=True)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Read the documents now and whenever the index changes."""
        self.query_one("#facets").display = self.size.width >= ROOMY
        self.watch(self.program, "generation", self._index_changed)

    def on_screen_resume(self) -> None:
        """Read again, since another screen may have changed something."""
        self.read()

    # Reading

    @work(thread=True, exclusive=True, group="read")
    def read(self) -> None:
        """List the documents, then show how corpus and index differ."""
        try:
            engine = self.program.engine()
            rows = rows_of(engine.documents().documents, self.program.names.entities)
        except NoIndexError:
            rows = []
        except MlsurveyError as error:
            self.app.call_from_thread(self._say, str(error))
            return
        self.app.call_from_thread(self._list, rows)
        try:
            state = engine.status()
        except MlsurveyError as error:
            self.app.call_from_thread(self._say, str(error))
            return
        self.app.call_from_thread(self._say, state_line(state))

    def _list(self, rows: list[Row]) -> None:
        self.rows = rows
        self.marked &= {row.path for row in rows}
        self._list_facets()
        self.narrow()

    def narrow(self) -> None:
        """Show the matching rows; the cursor stays in place if possible."""
        table, typed = self.query_one(DataTable), self.query_one("#filter", Input).value
        self.shown = ordered(matching(self.rows, typed), self.order, reverse=self.reverse)
        drawn = (tuple(self.shown), frozenset(self.marked), self.order, self.reverse, table.size.width)
        if drawn != self._drawn:  # laying out the table costs far more than the comparison
            self._drawn = drawn
            self._fill(table)
        marks = f", {len(self.marked)} marked" if self.marked else ""
        found = f"{len(self.shown):,} of {len(self.rows):,}" if self.shown else "no document matches"
        self.query_one("#filter", Input).border_subtitle = f"{found}{marks}"

    def _fill(self, table: DataTable[Text]) -> None:
        place, widths = table.cursor_row, column_widths(table.size.width or self.size.width)
        table.clear(columns=True)
        for column, title in COLUMNS.items():
            sign = ("▼" if self.reverse else "▲") if column == self.order else ""
            table.add_column(f"{title}{sign}", key=column, width=widths[column])
        for row in self.shown:
            table.add_row(*self._cells(row, widths), key=row.path)
        table.move_cursor(row=min(place, max(0, len(self.shown) - 1)))

    def _cells(self, row: Row, widths: Mapping[Column, int]) -> list[Text]:
        mark = "● " if row.path in self.marked else ""
        cells = [Text(f"{mark}{shortened(row.path, widths['path'] - len(mark))}", no_wrap=True)]
        for column in list(COLUMNS)[1:]:
            side: Literal["left", "right"] = "right" if column in NUMBERS else "left"
            cells.append(Text(row.cell(column), justify=side, no_wrap=True, overflow="ellipsis"))
        return cells

    def _list_facets(self) -> None:
        facets = self.query_one("#facets", OptionList)
        self._facets = []
        options: list[Option] = []
        for column in FACETS:
            counted = counts(self.rows, column)
            options.append(Option(Content.assemble((f"{COLUMNS[column]} ({len(counted)})", "bold")), disabled=True))
            options += [Option(Content(f" {count:>5}  {one_line(value)}")) for value, count in counted]
            self._facets += [None, *((column, value) for value, _ in counted)]
        facets.clear_options()
        facets.add_options(options)

    # Looking

    @on(OptionList.OptionSelected, "#facets")
    def _narrow_to(self, event: OptionList.OptionSelected) -> None:
        chosen = self._facets[event.option_index]
        if chosen is not None:
            self.query_one("#filter", Input).value = facet(*chosen)

    @on(DataTable.HeaderSelected)
    def _order_by(self, event: DataTable.HeaderSelected) -> None:
        column = cast("Column", event.column_key.value)
        self.reverse = column == self.order and not self.reverse
        self.order = column
        self.narrow()

    def action_order(self) -> None:
        """Sort by the next column."""
        names = list(COLUMNS)
        self.order, self.reverse = names[(names.index(self.order) + 1) % len(names)], False
        self.narrow()
        self.notify(f"sorted by {COLUMNS[self.order].lower()}", timeout=2)

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        self.program.open_source(document_place(str(event.row_key.value)))

    def action_subjects(self) -> None:
        """List what the documents are about."""
        self.program.show_subjects()

    def action_counts(self) -> None:
        """Show or hide the counts."""
        facets = self.query_one("#facets")
        facets.display = not facets.display
        (facets if facets.display else self.query_one(DataTable)).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the paths to the new width."""
        if self.rows:
            self.narrow()

    def action_move(self, way: str) -> None:
        """Move in the focused list, else in the table."""
        target = self.focused if isinstance(self.focused, OptionList) else self.query_one(DataTable)
        target.action_cursor_down() if way == "down" else target.action_cursor_up()

    # Changing

    def action_mark(self) -> None:
        """Mark or unmark the document."""
        row = self._current()
        if row is not None:
            self.marked ^= {row.path}
            self.narrow()
            self.query_one(DataTable).action_cursor_down()

    def action_add(self) -> None:
        """Add files or a folder."""
        self.app.push_screen(AddScreen(), self._changed)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow the sync only with a local corpus, not over a server."""
        return action != "sync" or self.program.corpus is not None

    def action_sync(self) -> None:
        """Fetch documents of libraries from upstream."""

        def chosen(names: tuple[str, ...] | None) -> None:
            if names is not None:
                self.program.sync_upstream(names)

        self.app.push_screen(SyncScreen(), chosen)

    def action_remove(self) -> None:
        """Delete the marked documents, else the one under the cursor, after confirmation."""
        row = self._current()
        paths = sorted(self.marked) or ([row.path] if row is not None else [])
        if not paths:
            return
        named = [one_line(path) for path in paths[:NAMED]]
        more = [f"and {len(paths) - NAMED:,} more"] if len(paths) > NAMED else []
        text = "\n".join([*named, *more, "", "The files are deleted from the corpus folder."])
        title = "Remove this document?" if len(paths) == 1 else f"Remove {len(paths):,} documents?"

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._remove(paths)

        self.app.push_screen(Confirm(title, text, "Remove"), confirmed)

    @work(thread=True, group="remove")
    def _remove(self, paths: Sequence[str]) -> None:
        try:
            removed = self.program.engine().remove(paths)
        except MlsurveyError as error:
            self.app.call_from_thread(self.program.fail, str(error), "Not removed")
        else:
            self.app.call_from_thread(self.notify, f"{len(removed):,} removed")
        self.app.call_from_thread(self._changed, True)

    def _changed(self, changed: bool | None) -> None:
        if changed:
            self.marked.clear()
            self.read()

    def _current(self) -> Row | None:
        place = self.query_one(DataTable).cursor_row
        return self.shown[place] if 0 <= place < len(self.shown) else None


def state_line(state: Overview) -> str:
    """Return where the documents are and what a refresh would do."""
    corpus, pending = state.corpus, state.pending
    if state.corpus_documents is None:
        return f"{corpus} does not exist yet; a adds documents, F6 copies the starter corpus"
    if pending is None:
        return f"{corpus}: {state.corpus_documents:,} documents and no index yet; F6 builds it"
    skipped = _skipped(state.corpus_unreadable)
    if not pending.total:
        return f"{corpus}: the index is up to date{skipped}"
    counted = {"new": pending.added, "changed": pending.changed, "removed": pending.removed}
    told = ", ".join(f"{count:,} {name}" for name, count in counted.items() if count)
    return f"{corpus}: {told} since the index was made{skipped}; F6 refreshes it"


def _skipped(count: int) -> str:
    """Return the number of unreadable files, which a refresh only reports."""
    return f", {count:,} not readable" if count else ""
