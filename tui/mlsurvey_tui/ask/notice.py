"""Shown in place of an answer: a welcome, a missing index, or why there is no answer."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from mlsurvey.rendering.plain import one_line

EXAMPLES = (
    "How do Burn and Candle differ in GPU support?",
    "Which Rust libraries run in the browser?",
    "Is Brain.js still maintained?",
)
_LEAD = "Ask which library fits: every line of the answer is a quote that you can open.\n\n"
_KEYS = "\nEnter asks · F1 helps · F4 shows the documents · Ctrl+P has every action"


class Notice(Static):
    """Text with clickable links."""

    def __init__(self) -> None:
        super().__init__(id="notice")

    def welcome(self) -> None:
        """Show an introduction; a click on an example asks it."""
        links = (_link(f"    {text}\n", f"screen.example({number})") for number, text in enumerate(EXAMPLES))
        self.update(Content.assemble(_LEAD, *links, _KEYS))

    def empty(self, corpus: str, documents: int | None) -> None:
        """Show that there is no index and how to build one."""
        there = (
            f"{corpus} does not exist yet" if documents is None else f"documents to index in {corpus}: {documents:,}"
        )
        self.update(
            Content.assemble(
                ("There is no index yet\n\n", "bold"),
                f"{one_line(there)}.\n\n",
                _link("F6 builds the index", "app.refresh_index"),
                "; this line shows the progress.\n",
                _link("F4 shows the documents", "app.show_corpus"),
                ", and adds files or folders of your own.",
            )
        )

    def problem(self, title: str, message: str) -> None:
        """Show why there is no answer."""
        self.update(Content.assemble((f"{title}\n\n", "bold $text-error"), one_line(message)))


def _link(text: str, action: str) -> tuple[str, Style]:
    return text, Style.from_meta({"@click": action}) + Style(underline=False, bold=True)
