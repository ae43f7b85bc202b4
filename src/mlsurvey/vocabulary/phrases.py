"""Look for the phrases of an aspect in text.

A phrase is words separated by spaces; ``*`` ends a word with anything and ``?``
stands for one letter. Case is ignored, and a space also matches a hyphen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from mlsurvey.types import Span

_WILDCARDS = {"*": r"\w*", "?": r"\w", " ": r"[\s\-]+", "'": "['’]"}
_LITERAL = re.compile(r"[!-&()+->@-~]+")
"""What a phrase has of ASCII that stands for nothing but itself, case aside."""
_LIKE_ASCII = {0x130: "i", 0x131: "i", 0x17F: "s"}
"""What :mod:`re` takes for an ASCII letter where case is ignored, beside what ``str.lower`` turns into one."""


class Phrases:
    """A set of phrases, compiled when a text is met that may hold one. Empty sets match nothing."""

    def __init__(self, wordings: tuple[str, ...]) -> None:
        self._ordered = sorted({p.strip() for p in wordings if p.strip()}, key=lambda p: (-len(p), p))
        self._literals = _literals(self._ordered)

    def found(self, text: str) -> tuple[Span, ...]:
        """Spans of all matches in ``text``, longest first where phrases overlap."""
        return tuple(Span(*m.span()) for m in self.matches(text))

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """The matches behind :meth:`found`."""
        return self._pattern.finditer(text) if self._may_match(text) else iter(())

    def distinct(self, text: str) -> frozenset[str]:
        """The different wordings found in ``text``, lower case."""
        return _distinct(self, text)

    def match(self, text: str) -> bool:
        """Whether any phrase occurs in ``text``."""
        return self._may_match(text) and self._pattern.search(text) is not None

    def _may_match(self, text: str) -> bool:
        """Whether the letters of any phrase are there: most texts hold none, and this is told twenty times sooner."""
        folded = text.lower() if text.isascii() else text.translate(_LIKE_ASCII).lower()
        return any([literal in folded for literal in self._literals])

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        alternatives = "|".join("".join(_WILDCARDS.get(c, re.escape(c)) for c in phrase) for phrase in self._ordered)
        return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)


def _literals(wordings: list[str]) -> tuple[str, ...]:
    """The longest run of each wording that stands in a text as it is, in lower case; "" for one that has none.

    A run that holds another one is left out: where it is, the other is.
    """
    found = {max(_LITERAL.findall(wording), key=len, default="").lower() for wording in wordings}
    return tuple(sorted(run for run in found if not any(other != run and other in run for other in found)))


@lru_cache(maxsize=32768)
def _distinct(wordings: Phrases, text: str) -> frozenset[str]:
    """Remembered: the same sentences are looked at for the same few aspects again and again."""
    return frozenset(m.group().casefold() for m in wordings.matches(text))


@lru_cache(maxsize=4096)
def phrases(wordings: tuple[str, ...]) -> Phrases:
    """One matcher for all ``wordings``, remembered: a question needs few of the lexicon's sets."""
    return Phrases(wordings)
