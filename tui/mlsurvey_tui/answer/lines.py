"""Lines that can be focused and lead to a source."""

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
    """Text with the numbers of its sources; Enter opens the first, a click on a number that one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Open", id="answer.open")]

    class Opened(Message):
        """Somebody wants to see a source."""

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
        """A line.

        Args:
            text: of a document; shown without its control characters.
            numbers: of the citations that it rests on.
            lead: words of ours before it ("against: ").
            remarks: words of ours behind it ("disputed, see below").
            first: the numbers stand before the text, as in a list of sources.
            nearest: the numbers count the nearest passages of an abstention.
            classes: of the style sheet.
        """
        self.text, self.numbers, self.is_nearest = text, tuple(numbers), nearest
        links = _links(self.numbers)
        body = [*links, "  ", visible(text)] if first else [visible(text), " ", *links]
        super().__init__(_content(body, lead, remarks), classes=classes)

    def action_open(self, number: int | None = None) -> None:
        """Ask for a source to be shown."""
        if number is not None or self.numbers:
            self.post_message(self.Opened(number or self.numbers[0], nearest=self.is_nearest))

    def on_click(self) -> None:
        """Focus comes with the click; the numbers open by themselves."""
        self.focus()


Part = Content | str | tuple[str, str | Style]


def _links(numbers: Sequence[int]) -> list[Part]:
    parts: list[Part] = []
    for number in numbers:
        link = Style.from_meta({"@click": f"open({number})"}) + Style(bold=True)
        parts += [*([" "] if parts else []), (f"[{number}]", link)]
    return parts


def _content(body: Sequence[Part], lead: str, remarks: Sequence[str]) -> Content:
    before: list[Part] = [(lead, "italic $text-warning")] if lead else []
    return Content.assemble(*before, *body, *((f" ({remark})", "italic $text-warning") for remark in remarks))
