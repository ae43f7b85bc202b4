"""Recognise what is asked: an aspect of the lexicon, by wording or meaning, else an aspect in the question's own words.

A recognised aspect provides the name for the column of the answer, and lexicon words for ranking candidates. It never
decides whether evidence can be found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mlsurvey.answering.names import without_languages
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.answering.words import content_words
from mlsurvey.types import Aspect
from mlsurvey.vocabulary.phrases import phrases

NEAR = 0.5
"""Minimum cosine between the words and an aspect's description; below it, the question's own words are used."""

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Returns one unit vector per text, as rows."""


class Recogniser:
    """Maps words to aspects of a vocabulary; descriptions are embedded when first needed."""

    def __init__(self, aspects: Sequence[Aspect], embed: Embed) -> None:
        self._aspects = aspects
        self._embed = embed

    def __call__(self, words: str, nameless: str = "") -> AskedAspect:
        """The aspect that the words ask about.

        Args:
            words: of the question.
            nameless: the same without names, if there are any: "wrap TensorFlow" does not ask about tensors.
        """
        aspect = self._by_words(nameless) or self._by_words(words) or self._by_meaning(words)
        return AskedAspect(aspect, (words,)) if aspect else in_own_words(words)

    def _by_words(self, words: str) -> Aspect | None:
        """The aspect with the longest matching phrase; a general aspect only if no other matches.

        A longer match hides shorter matches that overlap it.
        """
        found = [(span, a) for a in self._aspects for span in phrases((*a.question, *a.narrow)).found(words)]
        whole = [(s, a) for s, a in found if not any(len(o) > len(s) and o.overlap(s) for o, _ in found)]
        return max(whole, key=lambda pair: (not pair[1].general, len(pair[0])), default=(None, None))[1]

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
