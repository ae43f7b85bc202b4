"""Figures over many questions with confidence intervals, and differences between two runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlsurvey.evaluation.measures import Tally

ANSWER_FIGURES = (
    "verbatim",
    "cell_recall",
    "hit_at_1",
    "misattributed",
    "list_f1",
    "abstain_right",
    "abstain_wrong",
)
RETRIEVAL_FIGURES = ("recall@5", "recall@10", "recall@20", "ndcg@10", "both_sides@10")
FIGURES = (*ANSWER_FIGURES, *RETRIEVAL_FIGURES)
SUMMARY_FIGURES = ("summary_kept", "summary_precision", "summary_recall", "summary_seconds")
"""Only of a run with a language model; see :mod:`mlsurvey.evaluation.summaries`."""
LOWER_IS_BETTER = frozenset({"misattributed", "abstain_wrong", "summary_seconds"})
NOTHING = Tally(0.0, 0)

RESAMPLES = 2_000
"""Enough for the ends of a 95 % interval to be stable to two decimals."""
SEED = 20_250
"""Arbitrary; fixed so that equal runs give equal intervals."""
INTERVAL = (2.5, 97.5)
"""Percentiles of a 95 % interval."""

Tallies = Mapping[str, Tally]
"""Contribution of one question to each figure, by name of the figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over all values of all questions, with a 95 % bootstrap interval over the questions."""

    name: str
    value: float | None
    """None if no question contributes, such as when there are no lists or no regions."""
    low: float | None
    high: float | None
    count: int
    """Number of values: cells, citations, statements or questions, depending on the figure."""


def figures(questions: Sequence[Tallies]) -> tuple[Figure, ...]:
    """Every figure of :data:`FIGURES`, in that order, then those of summaries if there are any."""
    return tuple(_figure(name, [q.get(name, NOTHING) for q in questions]) for name in _names(questions))


def deltas(before: Sequence[Tallies], after: Sequence[Tallies]) -> tuple[Figure, ...]:
    """After minus before for each figure; both runs must have the same questions, in the same order.

    The interval is paired: each resample draws the same questions from both runs.
    """
    names = [name for name in _names(after) if name in _names(before)]
    pairs = [([b.get(name, NOTHING) for b in before], [a.get(name, NOTHING) for a in after]) for name in names]
    return tuple(_delta(name, old, new) for name, (old, new) in zip(names, pairs, strict=True))


def _names(questions: Sequence[Tallies]) -> tuple[str, ...]:
    return (*FIGURES, *(name for name in SUMMARY_FIGURES if any(name in tallies for tallies in questions)))


def is_better(name: str, before: float, after: float) -> bool:
    """Whether a figure improved."""
    return after < before if name in LOWER_IS_BETTER else after > before


def _figure(name: str, tallies: Sequence[Tally]) -> Figure:
    count = sum(t.count for t in tallies)
    if not count:
        return Figure(name, None, None, None, 0)
    return Figure(name, _mean(tallies), *_interval(_resampled(tallies)), count)


def _delta(name: str, before: Sequence[Tally], after: Sequence[Tally]) -> Figure:
    count = sum(t.count for t in after)
    if not (count and sum(t.count for t in before)):
        return Figure(name, None, None, None, 0)
    return Figure(name, _mean(after) - _mean(before), *_interval(_resampled(after) - _resampled(before)), count)


def _mean(tallies: Sequence[Tally]) -> float:
    return math.fsum(t.total for t in tallies) / sum(t.count for t in tallies)


def _resampled(tallies: Sequence[Tally]) -> NDArray[np.float64]:
    """Means of :data:`RESAMPLES` draws of the questions with replacement; NaN if a draw has no value."""
    drawn = np.random.default_rng(SEED).integers(len(tallies), size=(RESAMPLES, len(tallies)))
    totals = np.array([t.total for t in tallies])[drawn].sum(axis=1)
    counts = np.array([t.count for t in tallies])[drawn].sum(axis=1)
    means = np.full(RESAMPLES, np.nan)
    np.divide(totals, counts, out=means, where=counts > 0)
    return means


def _interval(means: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.nanpercentile(means, INTERVAL)
    return float(low), float(high)
