"""The network's output for a question, word by word. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from mlsurvey.types import Span

PLAIN: Final = "O"
SIDE: Final = "S"
USES, USED_BY, LIKE = "R+", "R-", "R~"
KNOWN: Final = "K"
WORD: Final = "W"
ASKED: Final = "asked"
RELATIONS: Final = (USES, USED_BY, LIKE)
NAMES: Final = (SIDE, *RELATIONS, KNOWN)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question, with the probability of each label."""

    span: Span
    scores: tuple[float, ...]
    negated: float
    """Probability that the word is part of a negated condition ("not under MIT")."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Adjacent words with the same label."""

    span: Span
    label: str
    score: float
    """Mean probability of the label."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The network's output for a question."""

    words: tuple[Word, ...]
    labels: tuple[str, ...]
    """Labels, in the order of the scores of a word."""
    kinds: Mapping[str, float]
    flags: Mapping[str, float]

    def of(self, span: Span, labels: Sequence[str]) -> dict[str, float]:
        """Mean probability of each label over the words that overlap the span; 0 if there are none."""
        touched = [word for word in self.words if word.span.overlap(span)]
        places = {label: self.labels.index(label) for label in labels}
        return {
            label: sum(word.scores[place] for word in touched) / len(touched) if touched else 0.0
            for label, place in places.items()
        }

    def marks(self) -> tuple[Mark, ...]:
        """Runs of words with the same most probable label, in order, without plain words."""
        return tuple(self._run(run) for run in self._runs() if self.label(run[0]) != PLAIN)

    def label(self, word: Word) -> str:
        """The most probable label of a word."""
        return self.labels[max(range(len(self.labels)), key=word.scores.__getitem__)]

    def _runs(self) -> Iterator[list[Word]]:
        run: list[Word] = []
        for word in self.words:
            if run and self.label(word) != self.label(run[0]):
                yield run
                run = []
            run.append(word)
        if run:
            yield run

    def _run(self, run: Sequence[Word]) -> Mark:
        label = self.label(run[0])
        place = self.labels.index(label)
        return Mark(
            span=Span(run[0].span.start, run[-1].span.end),
            label=label,
            score=sum(word.scores[place] for word in run) / len(run),
            negated=sum(word.negated for word in run) / len(run) > 0.5,
        )


class Reader(Protocol):
    """Labels the words of questions."""

    def read(self, question: str) -> Reading:
        """The label of each word, the kind and the flags."""
