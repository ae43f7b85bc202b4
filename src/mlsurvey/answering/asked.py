"""Recognise what is asked: a matter of the lexicon by its words or its meaning, else one in the question's own words.

A matter that is recognised gets its name, for the column of the answer, and the lexicon's words for the ranking of
candidates. It never decides whether evidence may be found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mlsurvey.answering.understood import AskedAspect
from mlsurvey.answering.words import content_words
from mlsurvey.types import Aspect
from mlsurvey.vocabulary.phrases import phrases

NEAR = 0.5
"""Least cosine between the words and an aspect's description; below it they stand for themselves."""

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Unit rows."""


class Recogniser:
    """The aspects of a vocabulary, each with a description that is embedded when it is first needed."""

    def __init__(self, aspects: Sequence[Aspect], embed: Embed) -> None:
        self._aspects = aspects
        self._embed = embed

    def __call__(self, words: str) -> AskedAspect:
        """The matter that the words ask about."""
        aspect = self._by_words(words) or self._by_meaning(words)
        return AskedAspect(aspect, (words,)) if aspect else in_own_words(words)

    def _by_words(self, words: str) -> Aspect | None:
        """The aspect with the longest wording in the words; a general one only where no other is there.

        A longer wording hides the shorter ones inside it.
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
        """Of the aspects that have a description, shape (aspects, dimension)."""
        return self._embed([f"{a.name}. {a.description}" for a in self._aspects if a.description])


def in_own_words(words: str) -> AskedAspect:
    """A matter that no aspect names."""
    terms = content_words(words) or words.split()
    name = " ".join(terms[:4])
    return AskedAspect(Aspect(slug="-".join(terms[:4]), name=name, description=words), (words,), known=False)
