"""Score candidates for one cell of an answer (one entity, one aspect) and choose among them. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from mlsurvey.answering.candidates import Candidate, Naming
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.types import SentenceKind
from mlsurvey.vocabulary.phrases import Phrases, phrases

_VERSION = re.compile(
    r"\[?(?:version|release|v)?\s*v?\d+\.\d+[\w.\-+]*\]?(?:\s*[-–—(/:].*)?|.*\b(?:change\s*log|release\s+notes|unreleased)\b.*|\W*20\d\d-\d\d-\d\d\W*",
    re.IGNORECASE,
)
"""A heading that is a version, not one that is numbered ("2.4.1 tch-rs")."""
_DEFINES = re.compile(r"\b(?:is|are)\s+(?:an?|the)\b", re.IGNORECASE)
_HISTORY = re.compile(r"(?:^|[/\-_])(?:changelog|changes|history|releases?|release-?notes|news)\b", re.IGNORECASE)
"""Names of files that tell what changed when."""
_COMPARES = re.compile(
    r"\b(?:than|while|whereas|unlike|compared|in contrast|as opposed to|both|neither|rather|instead|versus|vs"
    r"|more|less|better|worse|faster|slower|easier|harder|smaller|larger|simpler|newer|older)\b",
    re.IGNORECASE,
)
"""Markers of a comparison between two things named, after Schildwächter et al., "Answering Comparative Questions:
Better than Ten-Blue-Links?", CHIIR 2019 (CAM)."""
_COMMAND = re.compile(r"(?:^|\s)--[a-z][\w-]+(?=[\s=.,]|$)")
"""An option of a command: what to type, seldom what is so."""
_QUANTITY = re.compile(r"\bhow\s+(?:many|much)\b", re.IGNORECASE)
_FIGURE = re.compile(r"\d|\b(?:dozens?|hundreds?|thousands?|millions?|billions?)\b", re.IGNORECASE)
_ONLY_REACH = 45  # characters: "only works with the IDE on Windows"
_ONLY = re.compile(r"\b(?:only|solely|exclusively)\b", re.IGNORECASE)
SAME_DOCUMENT = 0.85
"""What a second statement of one document is worth beside one of another document."""
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
    sides: tuple[str, ...] = ()
    """All sides of the comparison that the cell belongs to."""

    @property
    def aspect(self) -> str | None:
        """Slug of the aspect."""
        return self.asked.aspect.slug if self.asked else None

    @cached_property
    def strong(self) -> Phrases:
        """Wordings that all but always speak of the aspect."""
        return phrases(self.asked.aspect.strong if self.asked else ())

    @cached_property
    def weak(self) -> Phrases:
        """Wordings that often do."""
        return phrases(self.asked.aspect.weak if self.asked else ())

    @cached_property
    def labels(self) -> Phrases:
        """Headings and labels under which the aspect stands."""
        return phrases(self.asked.aspect.labels if self.asked else ())

    @property
    def is_own(self) -> bool:
        """Whether the aspect is made of the question's words alone, so that no lexicon helps."""
        return self.asked is not None and not self.asked.known

    @property
    def narrow(self) -> tuple[str, ...]:
        """The question's words for a part of the aspect ("AMD"), which evidence has to name."""
        return self.asked.part if self.asked else ()


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its score for a cell and what made it up."""

    candidate: Candidate
    score: float
    """Estimated probability that the candidate answers the cell."""
    features: Mapping[str, float]

    @property
    def is_on_topic(self) -> bool:
        """Whether anything of the aspect or of the question's words is in it: a good definition alone is not."""
        return any(self.features.get(name, 0.0) > 0 for name in ON_TOPIC)


ON_TOPIC = ("strong", "weak", "label", "terms", "context")


WEIGHTS: Mapping[str, float] = {
    "bias": -6.35,
    "strong": 2.2,
    "weak": 1.1,
    "label": 0.8,
    "terms": 2.05,
    "context": 0.7,
    "relevance": 1.4,
    "opens": 0.6,
    "defines": 0.65,
    "definition": 2.0,
    "object": 0.5,
    "compares": 0.5,
    "elsewhere": -1.2,
    "code": -1.6,
    "command": -1.2,
    "bullet": 0.3,
    "row": -0.5,
    "short": -1.1,
    "release_notes": -1.3,
    "lead_in": -0.35,
    "own": 0.4,
    "own_terms": 1.8,
}
"""Logistic weights of the features, fitted by ``bench/fit_weights.py``; ``bench/ANSWERS.md`` tells on what.

``definition``, ``elsewhere`` and ``command`` were set by hand, since the questions fitted on have few cases of
them, and changed no figure of these questions for the worse. That "X is a ..." answers "what is X" is the oldest
pattern of definition questions (Hildebrandt, Katz and Lin, HLT-NAACL 2004).
"""
PURPOSE = "purpose"
"""The aspect of what a thing is and what it is for."""


def features(candidate: Candidate, cell: Cell, named: Naming) -> dict[str, float]:
    """What speaks for and against quoting ``candidate`` in ``cell``; each value in 0..1, ``relevance`` in 0..2."""
    text, passage, stems, above_stems = candidate.text, candidate.passage, candidate.stems, candidate.context_stems
    heading = passage.trail[-1] if passage.trail else ""
    matched = sum([weight for s, weight in cell.importance.items() if s in stems])
    above = sum([weight for s, weight in cell.importance.items() if s in above_stems and s not in stems])
    whole = sum(cell.importance.values()) or 1.0
    foreign = cell.entity is not None and bool(named.opening) and cell.entity not in named.opening
    defines = cell.entity in named.opening and _DEFINES.search(text[:120]) is not None
    return {
        "bias": 1.0,
        "strong": _saturated(len(cell.strong.distinct(text))),
        "weak": _saturated(len(cell.weak.distinct(text))),
        "label": float(cell.labels.match(candidate.label or "") or cell.labels.match(heading)),
        "terms": matched / whole,
        "context": above / whole,
        "relevance": candidate.relevance,
        "opens": float(cell.entity in named.opening),
        "defines": float(defines),
        "definition": float(defines and cell.aspect == PURPOSE),
        "compares": float(bool(named.slugs & (set(cell.sides) - {cell.entity})) and _COMPARES.search(text) is not None),
        "foreign": float(foreign),
        "elsewhere": float(
            foreign and cell.entity not in passage.subjects and bool(named.opening & set(passage.subjects))
        ),
        "others": float(bool(named.slugs - {cell.entity, *cell.objects})),
        "object": _share(frozenset(cell.objects), named.slugs | frozenset(passage.subjects)),
        "code": float(candidate.kind is SentenceKind.CODE and not cell.strong.match(text)),
        "command": float("--" in text and _COMMAND.search(text) is not None),
        "bullet": float(candidate.kind is SentenceKind.BULLET),
        "row": float(candidate.kind is SentenceKind.ROW),
        "short": float(len(text) < 40),
        "release_notes": float(_is_release_notes(passage.path, passage.trail)),
        "lead_in": float(text.rstrip().endswith(":")),
        "own": float(cell.is_own),
        "own_terms": cell.is_own * matched / whole,
    }


def score(candidate: Candidate, cell: Cell, named: Naming, weights: Mapping[str, float] = WEIGHTS) -> Scored:
    """The candidate with its estimated probability of answering the cell."""
    values = features(candidate, cell, named)
    logit = sum([weights.get(name, 0.0) * value for name, value in values.items() if value])
    return Scored(candidate, 1.0 / (1.0 + math.exp(-logit)), values)


def speaks_of_part(scored: Sequence[Scored], cell: Cell) -> bool:
    """Whether anything about the entity names the part of the aspect that is asked for, or rules out all but another.

    "Only works on Windows" answers a question about the Mac; "uses CUDA" does not answer one about AMD.
    """
    return not cell.narrow or bool(naming_part(scored, cell)) or bool(excluding_part(scored, cell))


def of_expected_type(scored: Sequence[Scored], question: str) -> list[Scored]:
    """What can answer by its form: a question for a number wants one.

    The coarsest of answer types (Li and Roth, "Learning Question Classifiers", COLING 2002).
    """
    if not _QUANTITY.search(question):
        return list(scored)
    return [s for s in scored if _FIGURE.search(s.candidate.text)]


def naming_part(scored: Sequence[Scored], cell: Cell) -> list[Scored]:
    """What names the part of the aspect that is asked for; everything where no part is.

    A sentence that opens with another entity says the part of that one: "Burn reaches AMD cards, while Candle …".
    """
    if not cell.narrow:
        return list(scored)
    named = phrases(tuple(f"{w}*" for w in cell.narrow))
    return [s for s in scored if not s.features["foreign"] and named.match(s.candidate.text)]


def excluding_part(scored: Sequence[Scored], cell: Cell) -> list[Scored]:
    """What says that there is only another part than the one that is asked for."""
    if not cell.narrow or cell.asked is None:
        return []
    parts = phrases(cell.asked.aspect.narrow)
    return [s for s in scored if _only(s.candidate.text, parts)]


def _only(text: str, parts: Phrases) -> bool:
    """Whether the text says "only" shortly before one of the parts."""
    return any(parts.match(text[m.end() : m.end() + _ONLY_REACH]) for m in _ONLY.finditer(text))


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
        if not any(_says_the_same(best.candidate, other.candidate) for other in (*taken, *chosen)):
            chosen.append(best)
    return chosen


def _says_the_same(a: Candidate, b: Candidate) -> bool:
    if a.passage.path == b.passage.path and a.span.overlap(b.span):
        return True
    union = len(a.stems | b.stems)
    return union > 0 and len(a.stems & b.stems) / union >= REDUNDANT


@lru_cache(maxsize=8192)
def _is_release_notes(path: str, trail: tuple[str, ...]) -> bool:
    return _HISTORY.search(path) is not None or any(_VERSION.fullmatch(heading) for heading in trail)


def _saturated(count: int) -> float:
    """0, 0.7, 1: a second wording adds little, a third nothing."""
    return (0.0, 0.7, 1.0)[min(count, 2)]


def _share(wanted: frozenset[str], present: frozenset[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0
