"""A document at a quote: rendered or as stored, with its table of contents and the other quotes."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from mlsurvey.errors import MlsurveyError
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Document, Span
from mlsurvey_tui.places import Place, Places
from mlsurvey_tui.source.find import found_in
from mlsurvey_tui.source.outline import Heading, outline
from mlsurvey_tui.source.raw import RawText
from mlsurvey_tui.source.rendered import RenderedText

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program

RENDERED_AT_MOST = 60_000
"""Maximum characters rendered as Markdown; longer text is shown raw, since each block is a widget."""
_MARKDOWN = (".md", ".markdown", ".mdx")


class SourceScreen(Screen[None]):
    """Shows documents along a list of places."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Back", id="source.close"),
        Binding("n,right_square_bracket", "step(1)", "Next", id="source.next", key_display="n/p"),
        Binding("p,left_square_bracket", "step(-1)", "Previous quote", id="source.previous", show=False),
        Binding("s", "toggle_raw", "Raw", id="source.raw", tooltip="as stored, or rendered"),
        Binding("t", "contents", "Contents", id="source.contents"),
        Binding("slash,ctrl+f", "find", "Find", id="source.find"),
        Binding("e", "edit", "Edit", id="source.edit"),
        Binding("y", "copy(False)", "Copy", id="source.copy"),
        Binding("Y", "copy(True)", "Copy quote and source", id="source.copy_cited", show=False),
        Binding("alt+left", "travel(-1)", "Back", show=False, id="source.back"),
        Binding("alt+right", "travel(1)", "Forward", show=False, id="source.forward"),
    ]
    HELP = """
    ## Source

    The document as it was indexed, at the quote.

    - `n` and `p` go to the next and the previous quote of the answer
    - `s` shows the text as stored, with line numbers, or rendered
    - `t` lists the headings, `/` searches within
    - `e` opens the file in `$EDITOR` at the line
    - `y` copies the quote, `Y` the quote with its source
    - `alt+left` and `alt+right` go back and forward
    """

    def __init__(self, places: Places) -> None:
        super().__init__()
        self.places = places
        self.document: Document | None = None
        self.raw = False
        self._past: list[Places] = [places]
        self._at = 0
        self._headings: tuple[Heading, ...] = ()
        self._found: tuple[Span, ...] = ()

    @property
    def program(self) -> Program:
        """The application, with its own type."""
        return cast("Program", self.app)

    def compose(self) -> ComposeResult:
        """Yield the place, the table of contents, and the text in both forms."""
        yield Static("", id="place", markup=False)
        with Horizontal():
            contents = OptionList(id="contents", markup=False)
            contents.display = False
            yield contents
            with ContentSwitcher(initial="raw", id="text"):
                yield RawText()
                yield RenderedText()
        find = Input(placeholder="find in this document", id="find")
        find.display = False
        yield find
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Open the first place."""
        self._load()

    @work(thread=True, exclusive=True, group="source")
    def _load(self) -> None:
        place = self.places.place
        try:
            engine = self.program.engine()
            document = engine.document(place.document)
            stale = engine.is_stale(document)
            headings = outline(document.text)
        except MlsurveyError as error:
            self.app.call_from_thread(self._fail, str(error))
            return
        self.app.call_from_thread(self._begin, place.within(document.text), document, stale, headings)

    def _begin(self, place: Place, document: Document, stale: bool, headings: tuple[Heading, ...]) -> None:
        self.run_worker(self._show(place, document, stale, headings), group="show", exclusive=True)

    async def _show(self, place: Place, document: Document, stale: bool, headings: tuple[Heading, ...]) -> None:
        is_new = self.document is None or document.path != self.document.path
        self.document = document
        self._tell(place, document, stale)
        if is_new:
            self._headings, self._found = headings, ()
            self._list_contents()
        if self.is_raw:
            self.query_one(RawText).show_text(document, place.span)
            self._front("raw", is_new)
        else:
            first, last = lines_of_span(document.text, place.span)
            rendered = self.query_one(RenderedText)
            self._front("rendered", is_new)
            if rendered.source != document.text or is_new:
                await rendered.show_text(document.text, first, last, place.span.of(document.text))
            else:
                rendered.mark(first, last, place.span.of(document.text))

    @property
    def is_raw(self) -> bool:
        """Whether the text is shown as stored: by choice, or because it is not Markdown or is too long."""
        assert self.document is not None
        is_markdown = self.document.path.lower().endswith(_MARKDOWN)
        return self.raw or not is_markdown or len(self.document.text) > RENDERED_AT_MOST

    def _front(self, name: str, focus: bool) -> None:
        self.query_one("#text", ContentSwitcher).current = name
        if focus or self.focused is None:
            self.query_one(f"#{name}").focus()

    def _tell(self, place: Place, document: Document, stale: bool) -> None:
        remarks = []
        if place.sha256 is not None and place.sha256 != document.sha256:
            remarks.append("the index now has another version")
        if stale:
            remarks.append("STALE: the file has changed since it was indexed")
        if not self.raw and len(document.text) > RENDERED_AT_MOST:
            remarks.append("too long to render, shown as stored")
        several = len(self.places.listed) > 1
        number = f"{place.label} {self.places.current + 1}/{len(self.places.listed)}" if several else place.label
        line = f"{number}  {document.path}:{place.line}  {document.title}"
        self.query_one("#place", Static).update(one_line("  ·  ".join([line, *remarks])))
        self.query_one("#place").set_class(bool(remarks), "-stale")

    def _fail(self, message: str) -> None:
        self.notify(one_line(message), title="Not opened", severity="error", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enable stepping with several places, and the editor with a local corpus."""
        if action == "step":
            return len(self.places.listed) > 1
        return action != "edit" or self.program.corpus is not None

    # Moving

    def action_close(self) -> None:
        """Close the search or the contents if they are open, else the screen."""
        if self.query_one("#find").display:
            self.query_one("#find").display = False
            self.query_one(RawText).show_found(())
            self._front(str(self.query_one("#text", ContentSwitcher).current), True)
        elif self.query_one("#contents").display:
            self.action_contents()
        else:
            self.dismiss()

    def action_step(self, by: int) -> None:
        """Step through the quotes."""
        self.go(self.places.step(by))

    def go(self, places: Places) -> None:
        """Show another place, and add it to the navigation history."""
        if places != self.places:
            self._past = [*self._past[: self._at + 1], places]
            self._at += 1
            self.places = places
            self._load()

    def action_travel(self, by: int) -> None:
        """Go back or forward in the navigation history."""
        if 0 <= self._at + by < len(self._past):
            self._at += by
            self.places = self._past[self._at]
            self._load()

    def action_toggle_raw(self) -> None:
        """Switch between stored and rendered text."""
        self.raw = not self.raw
        self.document_shown_again()

    def document_shown_again(self) -> None:
        """Reload the current place."""
        self._load()

    # Contents

    def action_contents(self) -> None:
        """Show or hide the headings."""
        contents = self.query_one("#contents", OptionList)
        contents.display = not contents.display
        (contents if contents.display else self.query_one("#text")).focus()

    def _list_contents(self) -> None:
        contents = self.query_one("#contents", OptionList)
        contents.clear_options()
        contents.add_options([Option("  " * (h.level - 1) + one_line(h.text)) for h in self._headings])

    @on(OptionList.OptionSelected, "#contents")
    def _to_heading(self, event: OptionList.OptionSelected) -> None:
        heading = self._headings[event.option_index]
        self._reveal(heading.span)

    def _reveal(self, span: Span) -> None:
        assert self.document is not None
        if self.is_raw:
            self.query_one(RawText).go_to(span.start)
        else:
            line = line_of(self.document.text, span.start)
            self.query_one(RenderedText).reveal(line)

    # Finding

    def action_find(self) -> None:
        """Open the search input."""
        find = self.query_one("#find", Input)
        find.display = True
        find.focus()

    @on(Input.Changed, "#find")
    def _find(self, event: Input.Changed) -> None:
        assert self.document is not None
        self._found = found_in(self.document.text, event.value)
        self.query_one(RawText).show_found(self._found)
        if self._found:
            self._reveal(self._found[0])
        find = self.query_one("#find", Input)
        find.border_subtitle = f"{len(self._found)} found" if event.value else ""

    @on(Input.Submitted, "#find")
    def _find_next(self) -> None:
        if self._found:
            self._found = (*self._found[1:], self._found[0])
            self._reveal(self._found[0])

    # Copying and editing

    def action_copy(self, cited: bool) -> None:
        """Copy the quote, with its place if ``cited``."""
        if self.document is not None:
            place = self.places.place
            quote = place.within(self.document.text).span.of(self.document.text)
            self.program.copy(f"{quote}\n— {place.document}:{place.line}" if cited else quote)

    def action_edit(self) -> None:
        """Open the file at the line in the user's editor."""
        file = self.program.file_of(self.places.place.document)
        if file is None:
            self.notify("the documents are on the server", severity="warning")
            return
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        try:
            with self.app.suspend():
                subprocess.run([*shlex.split(editor), f"+{self.places.place.line}", str(file)], check=False)
        except OSError as error:
            self._fail(f"cannot start the editor {editor!r}: {error.strerror}; set $EDITOR")
        except ValueError as error:
            self._fail(f"$EDITOR is not a valid command: {editor!r} ({error})")
        except SuspendNotSupported:
            self._fail("no terminal available for an editor")
        self.app.refresh()
        self._load()


def lines_of_span(text: str, span: Span) -> tuple[int, int]:
    """Return the first and last line of a span; ``(1, 0)`` if it is empty."""
    if not span:
        return 1, 0
    return line_of(text, span.start), line_of(text, span.end - 1)


def line_of(text: str, offset: int) -> int:
    """Return the line of a character offset, from 1."""
    return text.count("\n", 0, offset) + 1
