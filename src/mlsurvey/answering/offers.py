"""What may be chosen for a cell by somebody else than the program. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlsurvey.answering.plan import PlannedCell
from mlsurvey.answering.score import Scored
from mlsurvey.answering.select import choose

MOST = 8
"""Maximum number of candidates offered for a cell."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The candidates of a cell that are likely enough to be shown, best first and without near-duplicates."""

    premise: str
    """What the candidates were judged against: the library, the matter, and the question."""
    candidates: tuple[Scored, ...]
    limit: int
    """Number of statements that the cell shows at most."""

    @property
    def is_open(self) -> bool:
        """Whether there is a choice."""
        return len(self.candidates) > self.limit


Choose = Callable[[Sequence[Offer]], Sequence[Sequence[Scored] | None]]
"""Returns for each offer the chosen candidates, best first, or None to leave the choice to the program."""


def offer(cell: PlannedCell, scored: Sequence[Scored], least: float, limit: int) -> Offer:
    """The offer for a cell; ``least`` is the probability of what is shown."""
    likely = choose((s for s in scored if s.score >= least), MOST)
    return Offer(cell.premise, tuple(likely), limit)
