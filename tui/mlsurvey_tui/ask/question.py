"""The question input, with previous questions and name completion."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.suggester import Suggester
from textual.widgets import Input

from mlsurvey.rendering.plain import joined_lines

_LAST_WORD = re.compile(r"(?<![\w.@/#+-])[\w.@/#+-]+$")
"""Only from the first character of a word, since a search from each of them takes quadratic time on a long one."""
LEAST = 2
"""Minimum number of letters before a name is suggested."""


class Names(Suggester):
    """Completes the word being typed to a known name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = sorted(names, key=lambda name: (len(name), name.casefold()))
        super().__init__(use_cache=True, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the value with its last word completed; None if no name matches."""
        return completed(value, self.names)


def completed(value: str, names: Sequence[str]) -> str | None:
    """Complete the last word of ``value`` to the first of ``names`` that starts with it, ignoring case; else None."""
    match = _LAST_WORD.search(value)
    if match is None or len(match.group()) < LEAST:
        return None
    typed = match.group()
    found = next((n for n in names if n.casefold().startswith(typed.casefold()) and len(n) > len(typed)), None)
    return value + found[len(typed) :] if found else None


def searched(value: str, names: Sequence[str]) -> str:
    """Return the search text for a question being typed: its words, plus the completion of the last one."""
    match, full = _LAST_WORD.search(value), completed(value, names)
    return f"{value} {full[match.start() :]}" if match and full else value


class QuestionInput(Input):
    """The question input; up and down step through previous questions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "recall(1)", "Earlier question", id="ask.earlier", show=False),
        Binding("down", "recall(-1)", "Later question", id="ask.later", show=False),
        Binding("tab", "complete", "Complete", id="ask.complete", show=False),
        Binding("enter", "submit", "Ask", id="ask.submit"),
    ]
    HELP = """
    ## Question

    Type a question in your own words, and press `enter`.

    - matching passages appear as you type; `tab` or `down` goes to them
    - `up` and `down` bring back earlier questions, `ctrl+r` searches them
    - `right` or `tab` accepts the suggested name; `tab` again leaves the line
    - `escape` goes back to the answer
    """

    def __init__(self) -> None:
        super().__init__(placeholder="Ask in your own words …", id="question", select_on_focus=False)
        self.past: Sequence[str] = ()
        self._place = 0
        self._draft = ""
        self._taken = ""

    @property
    def searched(self) -> str:
        """The search text while the question is typed."""
        return searched(self.value, self.suggester.names) if isinstance(self.suggester, Names) else self.value

    def know(self, names: Sequence[str]) -> None:
        """Set the names to complete."""
        self.suggester = Names(names)

    def remember(self, questions: Sequence[str]) -> None:
        """Set the previous questions, the most recent first."""
        self.past, self._place = questions, 0

    def settle(self, question: str) -> None:
        """Show the question that was asked, without a suggestion."""
        with self.prevent(Input.Changed):
            self.value = self._taken = question
        self._suggestion = ""

    def _on_paste(self, event: Paste) -> None:
        """Insert all lines as one, as far as a question may be long."""
        from mlsurvey.wire.fields import LONGEST_QUERY  # imported lazily: it loads pydantic

        event.stop()
        event.prevent_default()  # the base class would take the first line only
        text = joined_lines(event.text)
        start, end = sorted(self.selection)
        room = max(0, LONGEST_QUERY - len(self.value) + end - start)
        self.replace(text[:room], start, end)
        if (left := len(text) - room) > 0:
            told = f"a question has at most {LONGEST_QUERY:,} characters; the last {left:,} were not pasted"
            self.notify(told, severity="warning")

    def action_recall(self, step: int) -> None:
        """Step through previous questions; the draft is kept, and down from the draft moves to the passages."""
        place = self._place + step
        if place < 0:
            self.screen.focus_next()
        if not 0 <= place <= len(self.past):
            return
        if self._place == 0:
            self._draft = self.value
        self._place = place
        self.value = self._taken = self._draft if place == 0 else self.past[place - 1]
        self.cursor_position = len(self.value)

    def action_complete(self) -> None:
        """Accept the suggested name once; without a suggestion, focus the next widget, as tab does elsewhere."""
        is_new = self.value != self._taken
        if is_new and self._suggestion and self._suggestion != self.value and self.cursor_at_end:
            self.action_cursor_right()
            self._taken = self.value
        else:
            self.screen.focus_next()
