"""Choose among scored candidates. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlsurvey.answering.plan import PlannedCell
from mlsurvey.answering.score import Scored

SAME_DOCUMENT = 0.9
"""What a second statement of one document is worth beside one of another document."""
REDUNDANT = 0.6
"""Share of common content words (Jaccard) from which two statements say the same."""


def choose(scored: Iterable[Scored], limit: int, *, taken: Sequence[Scored] = ()) -> list[Scored]:
    """The best ``limit`` without near-duplicates, of each other or of ``taken``.

    A greedy form of maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998) in which a
    near-duplicate is worth nothing, and a document that was quoted already a little less.
    """
    left = sorted(scored, key=lambda s: (-s.score, s.candidate.passage.path, s.candidate.span))
    chosen: list[Scored] = []
    while left and len(chosen) < limit:
        quoted = {s.candidate.passage.path for s in chosen}
        best = max(left, key=lambda s: s.score * (SAME_DOCUMENT if s.candidate.passage.path in quoted else 1.0))
        left.remove(best)
        if not any(_says_the_same(best, other) for other in (*taken, *chosen)):
            chosen.append(best)
    return chosen


def good(
    scored: Sequence[Scored], least: float, limit: int, told: Sequence[Scored] = (), again: float = 0.0
) -> list[Scored]:
    """The best that is likely enough; what other matters of the entity have told already, only if nothing else is.

    Args:
        scored: candidates.
        least: probability of what is shown.
        limit: statements at most.
        told: what was shown on other matters.
        again: least probability of what is shown once more.
    """
    likely = [s for s in scored if s.score >= least]
    return choose(likely, limit, taken=told) or choose((s for s in likely if s.score >= again), 1)


def of_expected_type(scored: Sequence[Scored], cell: PlannedCell) -> Sequence[Scored]:
    """What can answer by its form: a question for a number wants one.

    The coarsest of answer types (Li and Roth, "Learning Question Classifiers", COLING 2002).
    """
    return [s for s in scored if s.features["figure"] > 0] if cell.wants_figure else scored


def _says_the_same(one: Scored, other: Scored) -> bool:
    """Whether they overlap, or share most words and neither says no where the other says yes."""
    a, b = one.candidate, other.candidate
    if a.passage.path == b.passage.path and a.span.overlap(b.span):
        return True
    union = len(a.stems | b.stems)
    alike = union > 0 and len(a.stems & b.stems) / union >= REDUNDANT
    return alike and one.is_denial is other.is_denial
