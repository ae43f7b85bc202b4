"""Hand-made libraries, statements, cells, readings and numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mlsurvey.answering.candidates import Candidate, Naming, candidates, naming
from mlsurvey.answering.features import NAMES
from mlsurvey.answering.plan import PlannedCell
from mlsurvey.answering.score import Scored
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.learned.artefact import Artefact
from mlsurvey.learned.reading import PLAIN, Mark, Reading, Word
from mlsurvey.types import Aspect, Entity, Hit, Passage, Sentence, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer

GAZETTEER = Gazetteer([Entity("wax", "Waxworks"), Entity("ember", "Emberlite"), Entity("wick", "Wickframe")])
GPU = Aspect("gpu", "GPU", strong=("gpu*", "cuda"), weak=("device*",), labels=("hardware",))
NOBODY = Naming(frozenset(), frozenset())
LABELS = (
    "O", "S", "R+", "R-", "R~", "K", "W", "asked", "language", "kind", "licence", "state", "format", "version",
    "platform", "class", "date", "other",
)  # fmt: skip
ARTEFACT = Artefact(
    id="made by hand",
    labels=LABELS,
    kinds=("lookup", "compare", "list", "recommend"),
    flags=("yesno",),
    question_pieces=48,
    stretch_pieces=80,
    voices={"matcher": (1.0, 1.0), "joint": (1.0, 1.0)},
    judged={"bias": 0.0, "judge": 1.0, "sieve": 0.5},
    unjudged={"bias": 0.0, "sieve": 1.0},
    denies={"bias": -1.0, "judge": 2.0, "negation": 0.0},
    thresholds={"shown": 0.3, "unnamed": 0.4, "member": 0.3, "disputed": 0.4, "denies": 0.9},
    data={},
)
_MARK = re.compile(r"\[(?P<no>!?)(?P<labels>\S+) (?P<words>[^\]]+)\]")
_WORD = re.compile(r"\w+|[^\w\s]")


class ByWords:
    """A sieve that counts wordings of the aspect and words of the question."""

    def sift(self, asked: str, stretches: Sequence[str], features: Sequence[Sequence[float]]) -> NDArray[np.float32]:
        weights = [{"strong": 2.0, "terms": 1.0}.get(name, 0.0) for name in NAMES]
        return np.array([np.dot(of, weights) - 2.0 for of in features], dtype=np.float32)


SIEVE = ByWords()


def passage(*texts: str, path: str = "a.md", subjects: tuple[str, ...] = ("wax",), **more: object) -> Passage:
    """A passage with one sentence per text, each on its own line."""
    sentences, place = [], 0
    for text in texts:
        sentences.append(Sentence(Span(place, place + len(text)), text, **more))  # type: ignore[arg-type]
        place += len(text) + 1
    return Passage(path, 0, Span(0, place), 1, len(texts), ("Waxworks",), subjects, tuple(sentences))


def found(*passages: Passage) -> list[Candidate]:
    """The quotable candidates of the passages."""
    return list(candidates(Hit(i, p, 1.0, {"keyword": 1}, {"keyword": 1.0}) for i, p in enumerate(passages)))


def scored(
    text: str, path: str = "a.md", score: float = 0.6, denies: float = 0.0, subjects: tuple[str, ...] = ("wax",)
) -> Scored:
    """One sentence of a document, with the given probabilities."""
    one = passage(text, path=path, subjects=subjects)
    return Scored(Candidate(0, one, one.sentences, 1.0), score, denies, {}, naming(text, GAZETTEER))


def cell(entity: str | None = "wax", *wording: str, aspect: Aspect = GPU, **more: object) -> PlannedCell:
    """A cell on one aspect, with ``importance`` and other fields optional."""
    given: dict[str, object] = {"query": "", "premise": "", "importance": {}, "rest": {}, **more}
    return PlannedCell(entity, AskedAspect(aspect, wording), **given)  # type: ignore[arg-type]


def marked(text: str) -> tuple[str, list[tuple[Mark, tuple[str, ...]]]]:
    """Parse a question written with its labels: ``[S Burn] on [asked the GPU], [!licence not MIT]``.

    ``!`` marks a negation; of two labels (``[K|S Burn]``) the first is slightly more likely.
    """
    question, marks, place = "", [], 0
    for match in _MARK.finditer(text):
        question += text[place : match.start()]
        span = Span(len(question), len(question) + len(match["words"]))
        labels = tuple(match["labels"].split("|"))
        marks.append((Mark(span, labels[0], 1.0, bool(match["no"])), labels))
        question += match["words"]
        place = match.end()
    return question + text[place:], marks


def reading(text: str, kinds: Mapping[str, float] | None = None, flags: Mapping[str, float] | None = None) -> Reading:
    """The output of a network that reads the question as marked."""
    question, marks = marked(text)
    words = []
    for match in _WORD.finditer(question):
        span = Span(*match.span())
        mark, labels = next(((m, its) for m, its in marks if m.span.overlap(span)), (None, (PLAIN,)))
        words.append(Word(span, _scores(labels), negated=0.9 if mark and mark.negated else 0.1))
    return Reading(tuple(words), LABELS, kinds or {"lookup": 1.0}, flags or {})


def _scores(labels: Sequence[str]) -> tuple[float, ...]:
    shares = dict(zip(labels, (0.6, 0.4), strict=True)) if len(labels) > 1 else {labels[0]: 1.0}
    return tuple(shares.get(label, 0.0) for label in LABELS)
