"""What changed between a saved run and this one, question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mlsurvey.evaluation.figures import ANSWER_FIGURES, Figure, deltas, is_better
from mlsurvey.evaluation.run import Run, Scored

CELLS = "cell_recall"
"""The figure whose changes are reported cell by cell."""
NOTICEABLE = 1e-9
"""Smaller differences are treated as rounding errors."""


@dataclass(frozen=True, slots=True)
class Change:
    """A changed figure of one question; for ``cell_recall``, one cell that is satisfied (1) or missed (0)."""

    question: str
    figure: str
    before: float
    after: float
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """This run compared with an older one, over the questions they share."""

    deltas: tuple[Figure, ...]
    """This run minus the older one, with paired confidence intervals."""
    won: tuple[Change, ...]
    lost: tuple[Change, ...]
    only_before: tuple[str, ...]
    """Ids of questions that only the older run has."""
    only_after: tuple[str, ...]


def compare(before: Run, after: Run) -> Comparison:
    """The differences; questions are matched by id."""
    old = {question.id: question for question in before.questions}
    new = {question.id: question for question in after.questions}
    shared = [identity for identity in new if identity in old]
    changes = [change for identity in shared for change in _changes(old[identity], new[identity])]
    return Comparison(
        deltas=deltas([old[i].tallies for i in shared], [new[i].tallies for i in shared]),
        won=tuple(c for c in changes if is_better(c.figure, c.before, c.after)),
        lost=tuple(c for c in changes if not is_better(c.figure, c.before, c.after)),
        only_before=tuple(identity for identity in old if identity not in new),
        only_after=tuple(identity for identity in new if identity not in old),
    )


def _changes(old: Scored, new: Scored) -> Iterator[Change]:
    yield from _cell_changes(old, new)
    for figure in ANSWER_FIGURES:
        before, after = old.tallies[figure].mean, new.tallies[figure].mean
        if figure == CELLS or before is None or after is None or abs(after - before) < NOTICEABLE:
            continue
        yield Change(new.id, figure, before, after)


def _cell_changes(old: Scored, new: Scored) -> Iterator[Change]:
    """Cells are counted, because both sides of a conflict share a name."""
    missed, misses = Counter(old.missed), Counter(new.missed)
    yield from (Change(new.id, CELLS, 0.0, 1.0, cell) for cell in (missed - misses).elements())
    yield from (Change(new.id, CELLS, 1.0, 0.0, cell) for cell in (misses - missed).elements())
