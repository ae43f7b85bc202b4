"""The questions of a session with their answers: one is current, the others can be gone back to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlsurvey.answering.follow import REMEMBERED
from mlsurvey.parsed import Condition
from mlsurvey.rendering.layout import Names
from mlsurvey.written import Summary, SummarySentence
from mlsurvey_tui.ask.request import Request, stated
from mlsurvey_tui.shown import Shown

KEPT = 30
"""Maximum number of earlier answers; those before them are in the history only."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer."""

    request: Request
    shown: Shown
    conditions: Sequence[Condition] = ()
    """What the members of a set must be, if the question was parsed for this answer."""

    def with_sentence(self, sentence: SummarySentence) -> Turn:
        """Return the turn with one more sentence in the summary of its answer, which is still being written."""
        answer = self.shown.answer
        so_far = (*(answer.summary.sentences if answer.summary else ()), sentence)
        summary = Summary(so_far, written=len(so_far), dropped=0, note=None, seconds=0.0)
        return replace(self, shown=replace(self.shown, answer=replace(answer, summary=summary)))


@dataclass(frozen=True, slots=True)
class Conversation:
    """The earlier turns, the oldest first, and the current one."""

    earlier: tuple[Turn, ...] = ()
    current: Turn | None = None

    def with_turn(self, turn: Turn) -> Conversation:
        """Return the conversation with a new answer; one to the same question as the current one replaces it."""
        if self.current is None or self.current.request.question == turn.request.question:
            return replace(self, current=turn)
        return Conversation((*self.earlier, self.current)[-KEPT:], turn)

    def place(self, shown: Shown | None) -> int | None:
        """Return the place of an earlier answer; None if it is none."""
        return next((place for place, turn in enumerate(self.earlier) if turn.shown is shown), None)

    def back(self, place: int) -> Conversation:
        """Return the conversation gone back to an earlier turn, which moves to the end, so that nothing is lost.

        Raises:
            IndexError: there is no earlier turn at that place.
        """
        turn = self.earlier[place]
        others = (*self.earlier[:place], *self.earlier[place + 1 :])
        return Conversation((*others, self.current) if self.current else others, turn)

    def marked(self, shown: Shown) -> Conversation:
        """Return the conversation with the current answer marked anew, or with more of its summary."""
        return replace(self, current=replace(self.current, shown=shown)) if self.current else self


def followed(request: Request, names: Names) -> tuple[str, ...]:
    """Return the questions that one typed after this may follow up on, the oldest first.

    This one counts as the user changed it, so that a follow-up is about the sides in sight.
    """
    return (*request.after, stated(request, names))[-REMEMBERED:]
