"""The line in which a question is typed: with the questions of before, and names completed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input

_LAST_WORD = re.compile(r"[\w.@/#+-]+$")
LEAST = 2
"""Letters after which a name is offered."""


class Names(Suggester):
    """Completes the word being typed to a known name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = sorted(names, key=lambda name: (len(name), name.casefold()))
        super().__init__(use_cache=True, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The value with its last word completed; None where no name begins so."""
        return completed(value, self.names)


def completed(value: str, names: Sequence[str]) -> str | None:
    """``value`` with its last word made the first of ``names`` that begins with it, ignoring case."""
    match = _LAST_WORD.search(value)
    if match is None or len(match.group()) < LEAST:
        return None
    typed = match.group()
    found = next((n for n in names if n.casefold().startswith(typed.casefold()) and len(n) > len(typed)), None)
    return value + found[len(typed) :] if found else None


class QuestionInput(Input):
    """A question; up and down go through those asked before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "recall(1)", "Earlier question", id="ask.earlier", show=False),
        Binding("down", "recall(-1)", "Later question", id="ask.later", show=False),
        Binding("tab", "complete", "Complete", id="ask.complete", show=False),
    ]
    HELP = """
    ## Question

    Type a question in your own words, and press `enter`.

    - passages that match appear while you type; `down` goes to them when the line is that of today
    - `up` and `down` bring back earlier questions, `ctrl+r` searches them
    - `tab` or `right` takes the name that is offered
    - `escape` goes back to the answer
    """

    def __init__(self) -> None:
        super().__init__(placeholder="Burn, Candle or tch-rs for GPU inference?", id="question", select_on_focus=False)
        self.past: Sequence[str] = ()
        self._place = 0
        self._draft = ""

    def know(self, names: Sequence[str]) -> None:
        """Names to complete."""
        self.suggester = Names(names)

    def remember(self, questions: Sequence[str]) -> None:
        """Questions of before, the last one first."""
        self.past, self._place = questions, 0

    def action_recall(self, step: int) -> None:
        """Go back or forth among the questions of before; the line begun is kept."""
        place = self._place + step
        if not 0 <= place <= len(self.past):
            return
        if self._place == 0:
            self._draft = self.value
        self._place = place
        self.value = self._draft if place == 0 else self.past[place - 1]
        self.cursor_position = len(self.value)

    def action_complete(self) -> None:
        """Take the offered name; without one, the next widget has the focus, as tab does everywhere."""
        if self._suggestion and self._suggestion != self.value:
            self.action_cursor_right()
        else:
            self.screen.focus_next()
