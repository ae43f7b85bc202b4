"""Shows the parts of one answer as they come. Runs in a worker thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from mlsurvey.calling import Cancelled
from mlsurvey.errors import Interrupted
from mlsurvey.parsed import Condition
from mlsurvey.rendering import wording
from mlsurvey.types import Answer, Citation, Waiting
from mlsurvey.written import SummarySentence
from mlsurvey_tui.ask.chips import Chip, understood_chips
from mlsurvey_tui.ask.conversation import Turn
from mlsurvey_tui.ask.request import Request

if TYPE_CHECKING:
    from textual.app import App

    from mlsurvey.answering.parts import Part
    from mlsurvey_tui.program import Program


class AnswerScreen(Protocol):
    """What shows an answer as it comes."""

    @property
    def program(self) -> Program:
        """The application."""

    @property
    def app(self) -> App[Any]:
        """The application, as the type of Textual."""

    def tell(self, text: str) -> None:
        """Show a row below the question."""

    def show_chips(self, chips: Sequence[Chip]) -> None:
        """Show how the question was understood."""

    def show_turn(self, turn: Turn, row: str | None = None) -> None:
        """Show a new answer."""

    def improve(self, turn: Turn, row: str) -> None:
        """Show more of the summary of the current answer."""

    def finish(self, turn: Turn, *, has_begun: bool = False) -> None:
        """Save an answer and show it; called by a worker."""

    def save(self, answer: Answer) -> None:
        """Save an answer in the history; called by a worker."""


class Receiving:
    """One answer on its way to the screen.

    An answer that only lacks its summary is shown at once, and the summary grows sentence by sentence.
    """

    def __init__(self, screen: AnswerScreen, request: Request, cancelled: Cancelled) -> None:
        self._screen, self._request, self._cancelled = screen, request, cancelled
        self._conditions: Sequence[Condition] = ()
        self._draft: Turn | None = None
        """The answer on the screen, without the end of its summary."""
        self._row = ""

    def run(self) -> None:
        """Ask, and show what comes.

        Raises:
            Interrupted: the answer is no longer wanted; if it lacked only its summary, it is in the history.
        """
        request = self._request
        parts = self._screen.program.engine().parts(
            request.question, filters=request.effective_filters, cancelled=self._cancelled, after=request.after
        )
        try:
            for part in parts:
                self._take(part)
        except Interrupted:
            if self._draft is not None:
                self._screen.save(self._draft.shown.answer)
            raise

    def _take(self, part: Part) -> None:
        from mlsurvey.answering.parts import Passages
        from mlsurvey.answering.understood import Understood

        screen, on_screen = self._screen, self._screen.app.call_from_thread
        if isinstance(part, Understood):
            self._conditions = part.conditions
            on_screen(screen.show_chips, understood_chips(part, screen.program.names))
        elif isinstance(part, Passages):
            on_screen(screen.tell, f"{part.read} passages read …")
        elif isinstance(part, Citation):
            on_screen(screen.tell, f"quotes found: {part.number} …")
        elif isinstance(part, Waiting):
            self._row = f"{wording.waiting(part)} …"
            self._wait(part.answer)
        elif isinstance(part, SummarySentence) and self._draft is not None:
            self._draft = self._draft.with_sentence(part)
            on_screen(screen.improve, self._draft, self._row)
        elif isinstance(part, Answer):
            screen.finish(self._turn(part), has_begun=self._draft is not None)

    def _wait(self, answer: Answer | None) -> None:
        on_screen = self._screen.app.call_from_thread
        if answer is None:
            on_screen(self._screen.tell, self._row)
        elif not self._cancelled():
            self._draft = self._turn(answer)
            on_screen(self._screen.show_turn, self._draft, self._row)

    def _turn(self, answer: Answer) -> Turn:
        return Turn(self._request, self._screen.program.shown(answer), self._conditions)
