"""Focusable lines that link to their sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from mlsurvey.rendering.plain import visible


class Cited(Static, can_focus=True):
    """Text with the numbers of its sources; Enter opens the first source, a click on a number opens that one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Open", id="answer.open")]

    class Opened(Message):
        """Request to open a source."""

        def __init__(self, number: int, *, nearest: bool) -> None:
            self.number, self.nearest = number, nearest
            super().__init__()

    def __init__(
        self,
        text: str,
        numbers: Sequence[int],
        *,
        lead: str = "",
        remarks: Sequence[str] = (),
        nearest: bool = False,
        first: bool = False,
        classes: str = "",
    ) -> None:
        """Create a line.

        Args:
            text: text from a document; shown without control characters.
            numbers: numbers of the citations that support it.
            lead: our own words before the text ("against: ").
            remarks: our own words after the text ("disputed, see below").
            first: whether the numbers come before the text, as in a list of sources.
            nearest: whether the numbers refer to the nearest passages of an abstention.
            classes: CSS classes.
        """
        self.text, self.numbers, self.is_nearest = text, tuple(numbers), nearest
        links = _links(self.numbers, "bold" if first else "dim")
        body = [*links, "  ", visible(text)] if first else [visible(text), " ", *links]
        super().__init__(_content(body, lead, remarks), classes=classes)

    def action_open(self, number: int | None = None) -> None:
        """Request to open a source, by default the first."""
        if number is not None or self.numbers:
            self.post_message(self.Opened(number or self.numbers[0], nearest=self.is_nearest))

    def on_click(self) -> None:
        """Focus the line; the numbers handle their own clicks."""
        self.focus()


Part = Content | str | tuple[str, str | Style]


def _links(numbers: Sequence[int], look: str) -> list[Part]:
    parts: list[Part] = []
    for number in numbers:
        link = Style.from_meta({"@click": f"open({number})"}) + Style.parse(look)
        parts += [*([" "] if parts else []), (f"[{number}]", link)]
    return parts


def _content(body: Sequence[Part], lead: str, remarks: Sequence[str]) -> Content:
    before: list[Part] = [(lead, "italic $text-warning")] if lead else []
    return Content.assemble(*before, *body, *((f" ({remark})", "italic $text-warning") for remark in remarks))
