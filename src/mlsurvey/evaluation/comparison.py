"""What changed between a saved run and this one, question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mlsurvey.evaluation.figures import ANSWER_FIGURES, Figure, deltas, is_better
from mlsurvey.evaluation.run import Run, Scored

NOTICEABLE = 1e-9
"""Smaller differences are rounding."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of one question that moved."""

    question: str
    figure: str
    before: float
    after: float
    cells: tuple[str, ...] = ()
    """For ``cell_recall``: cells that are newly satisfied with a ``+``, newly missed with a ``-``."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """This run against an older one, over the questions that both have."""

    deltas: tuple[Figure, ...]
    """This run minus the older one, with paired intervals."""
    won: tuple[Change, ...]
    lost: tuple[Change, ...]
    only_before: tuple[str, ...]
    """Ids of questions that the older run has alone."""
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
    for figure in ANSWER_FIGURES:
        before, after = old.tallies[figure].mean, new.tallies[figure].mean
        if before is not None and after is not None and abs(after - before) > NOTICEABLE:
            yield Change(new.id, figure, before, after, _moved(old, new) if figure == "cell_recall" else ())


def _moved(old: Scored, new: Scored) -> tuple[str, ...]:
    """Cells that changed sides, counted: the two sides of a conflict have one name."""
    missed, misses = Counter(old.missed), Counter(new.missed)
    found, lost = (missed - misses).elements(), (misses - missed).elements()
    return (*(f"+{cell}" for cell in found), *(f"-{cell}" for cell in lost))
