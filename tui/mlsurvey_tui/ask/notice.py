"""Shown in place of an answer: a welcome, a missing index, or why there is no answer."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mlsurvey.rendering.examples import Example
from mlsurvey.rendering.plain import one_line

_LEAD = "Ask in your own words. Each line of the answer is a quote from your documents; enter opens its place."
_TRY = "\nTry one of these: down goes to them, enter asks."
_KEYS = "F1 helps · F4 shows the documents · Ctrl+P lists every action"


class Examples(OptionList):
    """Questions to begin with; Enter or a click asks one."""

    def __init__(self) -> None:
        super().__init__(id="examples", markup=False)

    def on_focus(self) -> None:
        """Highlight the first question if none is, so that Enter asks one."""
        if self.highlighted is None and self.option_count:
            self.highlighted = 0

    def list(self, examples: Sequence[Example]) -> None:
        """Show these questions, each after the kind of answer that it gets."""
        self.clear_options()
        self.add_options([Option(_row(example)) for example in examples])
        self.display = bool(examples)


class Notice(VerticalScroll, can_focus=False):
    """Text with clickable links, and questions to begin with."""

    def __init__(self) -> None:
        super().__init__(id="notice")
        self._title = Static("", classes="title", markup=False)
        self._words, self._keys = Static(""), Static(_KEYS, markup=False)
        self._examples = Examples()

    def compose(self) -> ComposeResult:
        """Yield the title, the text, the questions and the keys."""
        yield from (self._title, self._words, self._examples, self._keys)

    def welcome(self, examples: Sequence[Example]) -> None:
        """Show an introduction, with questions if the index is known."""
        self._title.update("Which library fits?")
        self._words.update(Content("".join((_LEAD, f"\n{_TRY}" if examples else ""))))
        self._list(examples)

    def empty(self, corpus: str, documents: int | None) -> None:
        """Show that there is no index and how to build one."""
        there = (
            f"{corpus} does not exist yet" if documents is None else f"documents to index in {corpus}: {documents:,}"
        )
        self._title.update("There is no index yet")
        self._words.update(
            Content.assemble(
                f"{one_line(there)}.\n\n",
                _link("F6 builds the index", "app.refresh_index"),
                "; the top line shows the progress.\n",
                _link("F4 shows the documents", "app.show_corpus"),
                ", and adds files or folders of your own.",
            )
        )
        self._list(())

    def problem(self, title: str, message: str) -> None:
        """Show why there is no answer."""
        self._title.update(Content.styled(title, "$text-error"))
        self._words.update(Content(one_line(message)))
        self._list(())

    def _list(self, examples: Sequence[Example]) -> None:
        self._examples.list(examples)
        self._keys.display = bool(examples)


def _row(example: Example) -> Content:
    return Content.assemble((f"{example.kind:<9}", "bold $text-primary"), example.question)


def _link(text: str, action: str) -> tuple[str, Style]:
    return text, Style.from_meta({"@click": action}) + Style(underline=False, bold=True)
