"""Finds the phrases of an aspect in text.

A phrase is words separated by spaces; ``*`` matches any word ending and ``?``
one letter. Case is ignored, and a space also matches a hyphen. What goes on
after a dot is another word: "GPU" does not occur in "GPU.js".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from mlsurvey.types import Span

_WILDCARDS = {"*": r"\w*", "?": r"\w", " ": r"[\s\-]+", "'": "['’]"}
_LITERAL = re.compile(r"[!-&()+->@-~]+")
"""ASCII characters of a phrase that stand for themselves, ignoring case."""
_LIKE_ASCII = {0x130: "i", 0x131: "i", 0x17F: "s"}
"""Characters that :mod:`re` matches as ASCII letters when ignoring case, besides those ``str.lower`` converts."""


class Phrases:
    """A set of phrases, compiled on the first text that may contain one. Empty sets match nothing."""

    def __init__(self, wordings: tuple[str, ...]) -> None:
        self._ordered = sorted({p.strip() for p in wordings if p.strip()}, key=lambda p: (-len(p), p))
        self._literals = _literals(self._ordered)

    def found(self, text: str) -> tuple[Span, ...]:
        """Spans of all matches in ``text``; the longest phrase wins where they overlap."""
        return tuple(Span(*m.span()) for m in self.matches(text))

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """The matches behind :meth:`found`."""
        return self._pattern.finditer(text) if self._may_match(text) else iter(())

    def distinct(self, text: str) -> frozenset[str]:
        """The distinct wordings found in ``text``, lower case."""
        return _distinct(self, text)

    def match(self, text: str) -> bool:
        """Whether any phrase occurs in ``text``."""
        return self._may_match(text) and self._pattern.search(text) is not None

    def _may_match(self, text: str) -> bool:
        """Whether the literal part of any phrase occurs: rules out most texts, twenty times as fast as matching."""
        folded = text.lower() if text.isascii() else text.translate(_LIKE_ASCII).lower()
        return any([literal in folded for literal in self._literals])

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        alternatives = "|".join("".join(_WILDCARDS.get(c, re.escape(c)) for c in phrase) for phrase in self._ordered)
        return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w|\.\w)", re.IGNORECASE)


def _literals(wordings: list[str]) -> tuple[str, ...]:
    """The longest literal run of each wording, in lower case; "" if it has none.

    A run that contains another run is omitted, since the other one occurs wherever it does.
    """
    found = {max(_LITERAL.findall(wording), key=len, default="").lower() for wording in wordings}
    return tuple(sorted(run for run in found if not any(other != run and other in run for other in found)))


@lru_cache(maxsize=32768)
def _distinct(wordings: Phrases, text: str) -> frozenset[str]:
    """Cached: the same sentences are checked for the same few aspects again and again."""
    return frozenset(m.group().casefold() for m in wordings.matches(text))


@lru_cache(maxsize=4096)
def phrases(wordings: tuple[str, ...]) -> Phrases:
    """Return one cached matcher for all ``wordings``: a question needs few of the lexicon's sets."""
    return Phrases(wordings)
