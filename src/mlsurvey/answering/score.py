"""Score candidates: the sieve chooses the best of each cell, the judge weighs these, as calibrated probabilities.

Behind two protocols: whatever sifts and judges pairs of texts can take the network's place; a judge may be wanting.
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
from mlsurvey.answering.plan import Cell
from mlsurvey.answering.polarity import denies
from mlsurvey.learned.artefact import Artefact
from mlsurvey.learned.pieces import Pair

JUDGED = (4, 16)
"""Fewest and most candidates of a cell that are judged."""
BUDGET = 32
"""Candidates of an answer that are judged, where its cells are few."""
ABOVE = 2
"""Headings over a stretch that are judged with it."""

Named = tuple[Candidate, Naming]
"""A candidate with the entities that it names."""


class Sieve(Protocol):
    """What says cheaply how likely stretches answer what is asked, so that few have to be judged."""

    def sift(self, asked: str, stretches: Sequence[str], features: Sequence[Sequence[float]]) -> NDArray[np.float32]:
        """Logits, shape (stretches,); ``features`` in the order of their names."""


class Judge(Protocol):
    """What says how likely a stretch answers, and denies, what is asked."""

    def judge(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Logits of *answers* and *denies*, shape (pairs, 2)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its score for a cell and what made it up."""

    candidate: Candidate
    score: float
    """Probability that it answers the cell."""
    denies: float
    """Probability that it does so by saying no."""
    features: Mapping[str, float]
    named: Naming
    logit: float | None = None
    """The judge's; None where it was not judged."""

    @property
    def is_denial(self) -> bool:
        """Whether no is likelier than yes."""
        return self.denies > 0.5


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores by the numbers of an artefact; without a judge by the sieve alone."""

    artefact: Artefact
    sieve: Sieve
    judge: Judge | None = None

    def __call__(self, jobs: Sequence[tuple[Cell, Sequence[Named]]]) -> list[list[Scored]]:
        """The candidates of each cell, best first; with a judge only those that were judged."""
        looked = [self._looked_at(cell, named) for cell, named in jobs]
        if self.judge is None:
            return [[self._unjudged(s) for s in scored] for scored in looked]
        most = judged_each(len(jobs))
        kept = [scored[:most] for scored in looked]
        pairs = [pair(cell, s) for (cell, _), scored in zip(jobs, kept, strict=True) for s in scored]
        logits = iter(self.judge.judge(pairs).tolist() if pairs else ())
        return [sorted((self._judged(s, *next(logits)) for s in scored), key=lambda s: -s.score) for scored in kept]

    def _looked_at(self, cell: Cell, named: Sequence[Named]) -> list[Scored]:
        values = [features(candidate, cell, names) for candidate, names in named]
        texts = [stretch(candidate) for candidate, _ in named]
        logits = self.sieve.sift(cell.premise, texts, [in_order(of) for of in values]).tolist()
        scored = [
            Scored(candidate, logit, 0.0, of, names)
            for (candidate, names), logit, of in zip(named, logits, values, strict=True)
        ]
        return sorted(scored, key=lambda s: -s.score)

    def _unjudged(self, looked: Scored) -> Scored:
        by = self.artefact.unjudged
        return _replaced(looked, sigmoid(by["bias"] + by["sieve"] * looked.score), 0.0, None)

    def _judged(self, looked: Scored, answers: float, says_no: float) -> Scored:
        by = self.artefact.judged
        logit = by["bias"] + by["judge"] * answers + by["sieve"] * looked.score
        return _replaced(looked, sigmoid(logit), self._denial(looked.candidate, says_no), answers)

    def _denial(self, candidate: Candidate, says_no: float) -> float:
        """How likely it says no: by the judge, and by whether any of its words does."""
        by = self.artefact.denies
        return sigmoid(by["bias"] + by["judge"] * says_no + by["negation"] * denies(candidate.text))


def pair(cell: Cell, looked: Scored) -> Pair:
    """What is judged of a candidate in a cell."""
    return Pair(cell.premise, stretch(looked.candidate), in_order(looked.features))


def judged_each(cells: int) -> int:
    """How many candidates of each cell are judged."""
    fewest, most = JUDGED
    return max(fewest, min(most, BUDGET // max(1, cells)))


def stretch(candidate: Candidate) -> str:
    """What is judged of a candidate: the last headings above it, its label, and what a reader is shown."""
    above = " > ".join(candidate.passage.trail[-ABOVE:])
    label = f"{candidate.label}: " if candidate.label and not candidate.text.startswith(candidate.label) else ""
    return f"{above}: {label}{candidate.readable}" if above else f"{label}{candidate.readable}"


def sigmoid(logit: float) -> float:
    """Logit to probability."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def _replaced(looked: Scored, score: float, denies: float, logit: float | None) -> Scored:
    return Scored(looked.candidate, score, denies, looked.features, looked.named, logit)
