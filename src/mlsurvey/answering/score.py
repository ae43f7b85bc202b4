"""Score candidates: the sieve selects the best of each cell, and the judge assigns them calibrated probabilities.

Sieve and judge are protocols, so that other models can replace the network. The judge is optional.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mlsurvey.answering.candidates import Candidate, Naming
from mlsurvey.answering.features import features, in_order
from mlsurvey.answering.plan import PlannedCell
from mlsurvey.answering.polarity import denies
from mlsurvey.learned.artefact import Artefact
from mlsurvey.learned.pieces import Pair

JUDGED = (4, 16)
"""Minimum and maximum number of candidates of a cell that are judged."""
BUDGET = 32
"""Total number of candidates judged per answer, subject to :data:`JUDGED`."""
HEADED = 1.5
"""Logits, of sieve and of probability: a stretch under the heading asked for need not repeat its words."""
ABOVE = 2
"""Number of headings above a stretch that are judged with it."""

Named = tuple[Candidate, Naming]
"""A candidate with the entities that it names."""


class Sieve(Protocol):
    """Estimates cheaply how likely stretches answer what is asked, so that few have to be judged."""

    def sift(self, asked: str, stretches: Sequence[str], features: Sequence[Sequence[float]]) -> NDArray[np.float32]:
        """Logits, shape (stretches,); ``features`` in the order of their names."""


class Judge(Protocol):
    """Estimates how likely a stretch answers, and denies, what is asked."""

    def judge(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Logits of *answers* and *denies*, shape (pairs, 2)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its score for a cell and what it is based on."""

    candidate: Candidate
    score: float
    """Probability that it answers the cell."""
    denies: float
    """Probability that the answer is no."""
    features: Mapping[str, float]
    named: Naming
    logit: float | None = None
    """The judge's logit; None if not judged."""

    @property
    def is_fact(self) -> bool:
        """Whether it is a line of front matter, which was not judged."""
        return self.candidate.passage_id < 0

    @property
    def is_denial(self) -> bool:
        """Whether no is more likely than yes."""
        return self.denies > 0.5


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores with the weights of an artefact; without a judge, by the sieve alone."""

    artefact: Artefact
    sieve: Sieve
    judge: Judge | None = None

    def __call__(self, jobs: Sequence[tuple[PlannedCell, Sequence[Named]]]) -> list[list[Scored]]:
        """The candidates of each cell, best first; with a judge, only those that were judged."""
        looked = [self._looked_at(cell, named) for cell, named in jobs]
        if self.judge is None:
            return [[self._unjudged(s) for s in scored] for scored in looked]
        most = judged_each(len(jobs))
        kept = [scored[:most] for scored in looked]
        pairs = [pair(cell, s) for (cell, _), scored in zip(jobs, kept, strict=True) for s in scored]
        logits = iter(self.judge.judge(pairs).tolist() if pairs else ())
        return [
            sorted((self._judged(cell, s, *next(logits)) for s in scored), key=lambda s: -s.score)
            for (cell, _), scored in zip(jobs, kept, strict=True)
        ]

    def _looked_at(self, cell: PlannedCell, named: Sequence[Named]) -> list[Scored]:
        values = [features(candidate, cell, names) for candidate, names in named]
        texts = [stretch(candidate) for candidate, _ in named]
        logits = self.sieve.sift(cell.premise, texts, [in_order(of) for of in values]).tolist()
        scored = [
            Scored(candidate, logit + headed(cell, of), 0.0, of, names)
            for (candidate, names), logit, of in zip(named, logits, values, strict=True)
        ]
        return sorted(scored, key=lambda s: -s.score)

    def _unjudged(self, looked: Scored) -> Scored:
        by = self.artefact.unjudged
        return _replaced(looked, sigmoid(by["bias"] + by["sieve"] * looked.score), 0.0, None)

    def _judged(self, cell: PlannedCell, looked: Scored, answers: float, says_no: float) -> Scored:
        by = self.artefact.judged
        logit = by["bias"] + by["judge"] * answers + by["sieve"] * looked.score
        logit += headed(cell, looked.features)
        return _replaced(looked, sigmoid(logit), self._denial(looked.candidate, says_no), answers)

    def _denial(self, candidate: Candidate, says_no: float) -> float:
        """Probability that it says no, from the judge and from negation words."""
        by = self.artefact.denies
        return sigmoid(by["bias"] + by["judge"] * says_no + by["negation"] * denies(candidate.text))


def headed(cell: PlannedCell, values: Mapping[str, float]) -> float:
    """What a logit gains under the very heading of the documents that the question asks for."""
    return HEADED if cell.asked and cell.asked.aspect.found and values["label"] else 0.0


def pair(cell: PlannedCell, looked: Scored) -> Pair:
    """The input of the judge for a candidate in a cell."""
    return Pair(cell.premise, stretch(looked.candidate), in_order(looked.features))


def judged_each(cells: int) -> int:
    """Number of candidates judged per cell."""
    fewest, most = JUDGED
    return max(fewest, min(most, BUDGET // max(1, cells)))


def stretch(candidate: Candidate) -> str:
    """The text of a candidate that is judged: the last headings above it, its label, and its readable text."""
    above = " > ".join(candidate.passage.trail[-ABOVE:])
    label = f"{candidate.label}: " if candidate.label and not candidate.text.startswith(candidate.label) else ""
    return f"{above}: {label}{candidate.readable}" if above else f"{label}{candidate.readable}"


def sigmoid(logit: float) -> float:
    """Logit to probability."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def _replaced(looked: Scored, score: float, denies: float, logit: float | None) -> Scored:
    return Scored(looked.candidate, score, denies, looked.features, looked.named, logit)
