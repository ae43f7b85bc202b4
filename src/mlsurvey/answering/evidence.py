"""Score candidates for one cell of an answer (one entity, one aspect) and choose among them. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlsurvey.answering.candidates import Candidate, Naming
from mlsurvey.answering.question import AskedAspect
from mlsurvey.answering.words import content_words, stem
from mlsurvey.types import SentenceKind
from mlsurvey.vocabulary.phrases import Phrases, phrases

_VERSION_HEADING = re.compile(r"\b(?:v(?:ersion)?\s*)?\d+\.\d+(?:\.\d+)?\b|change\s*log|release notes|unreleased|\b20\d\d-\d\d-\d\d\b", re.I)
_CONTEXT_TERM = 0.5  # a question word in the heading above counts half of one in the sentence
REDUNDANT = 0.6
"""Share of common content words (Jaccard) from which two statements say the same."""


@dataclass(frozen=True)
class Cell:
    """What is looked for: evidence on ``asked`` for ``entity``."""

    entity: str | None
    asked: AskedAspect | None
    query: str
    """The text that is searched for."""
    importance: Mapping[str, float]
    """Inverse document frequency of each stem of the question that matters here."""
    objects: tuple[str, ...] = ()
    """Entities that the statement should name beside: what the entity wraps, loads or resembles."""

    @property
    def aspect(self) -> str | None:
        return self.asked.aspect.slug if self.asked else None

    @cached_property
    def strong(self) -> Phrases:
        return phrases(self.asked.aspect.strong if self.asked else ())

    @cached_property
    def weak(self) -> Phrases:
        return phrases(self.asked.aspect.weak if self.asked else ())

    @cached_property
    def labels(self) -> Phrases:
        return phrases(self.asked.aspect.labels if self.asked else ())

    @cached_property
    def wording(self) -> frozenset[str]:
        """Stems of the words by which the question asked for the aspect."""
        return frozenset(stem(w) for phrase in (self.asked.wording if self.asked else ()) for w in content_words(phrase))


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its score for a cell and what made it up."""

    candidate: Candidate
    score: float
    """Estimated probability that the candidate answers the cell."""
    features: Mapping[str, float]


WEIGHTS: Mapping[str, float] = {
    "bias": -4.0,
    "strong": 1.6,
    "weak": 0.6,
    "label": 1.0,
    "wording": 1.0,
    "terms": 1.6,
    "context": 0.5,
    "relevance": 1.2,
    "cosine": 2.0,
    "names": 0.8,
    "opens": 0.4,
    "object": 1.5,
    "code": -0.8,
    "bullet": -0.1,
    "row": -0.2,
    "short": -0.9,
    "long": -0.4,
    "release_notes": -0.7,
    "question": -0.8,
}
"""Logistic weights of the features."""


def features(candidate: Candidate, cell: Cell, named: Naming) -> dict[str, float]:
    """What speaks for and against quoting ``candidate`` in ``cell``; each value in 0..1."""
    text, passage = candidate.text, candidate.passage
    heading = passage.trail[-1] if passage.trail else ""
    matched = sum(weight for s, weight in cell.importance.items() if s in candidate.stems)
    above = sum(weight for s, weight in cell.importance.items() if s in candidate.context_stems and s not in candidate.stems)
    whole = sum(cell.importance.values()) or 1.0
    return {
        "bias": 1.0,
        "strong": _saturated(len(cell.strong.distinct(text))),
        "weak": _saturated(len(cell.weak.distinct(text))),
        "label": float(cell.labels.match(candidate.label or "") or cell.labels.match(heading)),
        "wording": _share(cell.wording, candidate.stems),
        "terms": matched / whole,
        "context": above / whole,
        "relevance": candidate.relevance,
        "cosine": max(0.0, candidate.cosine),
        "names": float(cell.entity in named.slugs),
        "opens": float(cell.entity is not None and named.opening == cell.entity),
        "object": _share(frozenset(cell.objects), named.slugs),
        "code": float(candidate.kind is SentenceKind.CODE),
        "bullet": float(candidate.kind is SentenceKind.BULLET),
        "row": float(candidate.kind is SentenceKind.ROW),
        "short": float(len(text) < 40),
        "long": float(len(text) > 450),
        "release_notes": float(any(_VERSION_HEADING.search(h) for h in passage.trail)),
        "question": float(text.rstrip().endswith("?")),
    }


def score(candidate: Candidate, cell: Cell, named: Naming, weights: Mapping[str, float] = WEIGHTS) -> Scored:
    """The candidate with its estimated probability of answering the cell."""
    values = features(candidate, cell, named)
    logit = sum(weights.get(name, 0.0) * value for name, value in values.items())
    return Scored(candidate, 1.0 / (1.0 + math.exp(-logit)), values)


def choose(scored: Iterable[Scored], limit: int, *, taken: Sequence[Scored] = ()) -> list[Scored]:
    """The best ``limit`` without near-duplicates, of each other or of ``taken``; other documents first among equals.

    A greedy form of maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998) in which a
    near-duplicate is worth nothing.
    """
    chosen: list[Scored] = []
    for item in sorted(scored, key=lambda s: (-s.score, s.candidate.passage.path, s.candidate.span)):
        if len(chosen) == limit:
            break
        if not any(_says_the_same(item.candidate, other.candidate) for other in (*taken, *chosen)):
            chosen.append(item)
    return chosen


def _says_the_same(a: Candidate, b: Candidate) -> bool:
    if a.passage.path == b.passage.path and a.span.overlap(b.span):
        return True
    union = len(a.stems | b.stems)
    return union > 0 and len(a.stems & b.stems) / union >= REDUNDANT


def _saturated(count: int) -> float:
    """0, 0.7, 1: a second wording adds little, a third nothing."""
    return (0.0, 0.7, 1.0)[min(count, 2)]


def _share(wanted: frozenset[str], present: frozenset[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0
