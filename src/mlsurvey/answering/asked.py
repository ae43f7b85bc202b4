"""Recognise what is asked: an aspect of the lexicon, by wording or meaning, else an aspect in the question's own words.

A recognised aspect provides the name for the column of the answer, and lexicon words for ranking candidates. It never
decides whether evidence can be found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import DamerauLevenshtein

from mlsurvey.answering.names import Frequency, without_languages
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.answering.words import content_words
from mlsurvey.types import Aspect
from mlsurvey.vocabulary.phrases import phrases

NEAR = 0.5
"""Minimum cosine between the words and an aspect's description; below it, the question's own words are used."""

LEAST = 6
"""Letters of a word that may be a typo: shorter ones are a letter away from too many others."""
_WORD = re.compile(r"[^\W\d_]+")
_SINGLE = re.compile(r"[a-z]{5,}\*?")

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Returns one unit vector per text, as rows."""


class Recogniser:
    """Maps words to aspects of a vocabulary; descriptions are embedded when first needed.

    Args:
        aspects: the vocabulary.
        embed: the encoder.
        frequency: number of passages that hold a word; one that none holds may be a typo. Without it, no word is.
    """

    def __init__(self, aspects: Sequence[Aspect], embed: Embed, frequency: Frequency = lambda word: 1) -> None:
        self._aspects = aspects
        self._embed = embed
        self._frequency = frequency

    def __call__(self, words: str, nameless: str = "") -> AskedAspect:
        """The aspect that the words ask about.

        Args:
            words: of the question.
            nameless: the same without names, if there are any: "wrap TensorFlow" does not ask about tensors.
        """
        typed = dict.fromkeys((nameless, words))
        aspect = next(filter(None, map(self._by_words, typed)), None)
        if aspect is None and (respelt := self._respelt(nameless or words)) not in typed:
            aspect = self._by_words(respelt)
        aspect = aspect or self._by_meaning(words)
        return AskedAspect(aspect, (words,)) if aspect else in_own_words(words)

    def _by_words(self, words: str) -> Aspect | None:
        """The aspect with the longest matching phrase; a general aspect only if no other matches.

        A longer match hides shorter matches that overlap it.
        """
        found = [(span, a) for a in self._aspects for span in phrases((*a.question, *a.narrow)).found(words)]
        whole = [(s, a) for s, a in found if not any(len(o) > len(s) and o.overlap(s) for o, _ in found)]
        return max(whole, key=lambda pair: (not pair[1].general, len(pair[0])), default=(None, None))[1]

    def _respelt(self, words: str) -> str:
        """The words, with those that no document holds as the wording of one word that is a typo away."""
        return _WORD.sub(lambda m: self._wording_near(m.group().casefold()) or m.group(), words)

    def _wording_near(self, word: str) -> str | None:
        if len(word) < LEAST or self._frequency(word):
            return None
        near = (w for w in self._single if any(_is_typo(start, w.rstrip("*")) for start in _starts(word, w)))
        return max(near, key=len, default="").rstrip("*") or None

    @cached_property
    def _single(self) -> tuple[str, ...]:
        """The wordings of one word that are long enough for a typo."""
        wordings = (w for a in self._aspects for w in (*a.question, *a.narrow))
        return tuple(sorted({w for w in wordings if _SINGLE.fullmatch(w)}))

    def _by_meaning(self, words: str) -> Aspect | None:
        described = [a for a in self._aspects if a.description]
        if not described or not content_words(words):
            return None
        cosines = self._described @ self._embed([words])[0]
        best = int(cosines.argmax())
        return described[best] if cosines[best] >= NEAR else None

    @cached_property
    def _described(self) -> NDArray[np.float32]:
        """Embeddings of the aspects that have a description, shape (aspects, dimension)."""
        return self._embed([f"{a.name}. {a.description}" for a in self._aspects if a.description])


def _starts(word: str, wording: str) -> Iterator[str]:
    """What of a word has to be like a wording: all of it, or for "maintain*" its beginning."""
    size = len(wording) - 1
    yield from (word[:end] for end in range(size - 1, size + 2)) if wording.endswith("*") else (word,)


def _is_typo(word: str, wording: str) -> bool:
    """Whether one letter is missing, added, wrong or at the place of its neighbour."""
    return DamerauLevenshtein.distance(word, wording, score_cutoff=1) <= 1


def is_detail(asked: AskedAspect) -> bool:
    """Whether the phrase that gave the aspect is at most half of the words: "active" in "support active learning"."""
    wordings = phrases((*asked.aspect.question, *asked.aspect.narrow))
    found = [word for span in wordings.found(asked.words) for word in content_words(span.of(asked.words))]
    return bool(found) and 2 * len(found) <= len(content_words(without_languages(asked.words)))


def in_own_words(words: str) -> AskedAspect:
    """An aspect made of words that match no known aspect."""
    terms = content_words(words) or words.split()
    name = " ".join(terms[:4])
    return AskedAspect(Aspect(slug="-".join(terms[:4]), name=name, description=words), (words,), known=False)
