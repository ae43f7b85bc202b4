"""Look for the phrases of an aspect in text.

A phrase is words separated by spaces; ``*`` ends a word with anything and ``?``
stands for one letter. Case is ignored, and a space also matches a hyphen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mlsurvey.types import Span

_WILDCARDS = {"*": r"\w*", "?": r"\w", " ": r"[\s\-]+", "'": "['’]"}


@dataclass(frozen=True, slots=True)
class Phrases:
    """A set of phrases, compiled. Empty sets match nothing."""

    pattern: re.Pattern[str] | None

    def found(self, text: str) -> tuple[Span, ...]:
        """Spans of all matches in ``text``, longest first where phrases overlap."""
        return tuple(Span(*m.span()) for m in self.pattern.finditer(text)) if self.pattern else ()

    def distinct(self, text: str) -> frozenset[str]:
        """The different wordings found in ``text``, lower case."""
        return _distinct(self.pattern, text) if self.pattern else frozenset()

    def match(self, text: str) -> bool:
        """Whether any phrase occurs in ``text``."""
        return self.pattern is not None and self.pattern.search(text) is not None


@lru_cache(maxsize=32768)
def _distinct(pattern: re.Pattern[str], text: str) -> frozenset[str]:
    """Remembered: the same sentences are looked at for the same few aspects again and again."""
    return frozenset(m.group().casefold() for m in pattern.finditer(text))


@lru_cache(maxsize=4096)
def phrases(wordings: tuple[str, ...]) -> Phrases:
    """One matcher for all ``wordings``, compiled at first use: a question needs few of the lexicon's sets."""
    ordered = sorted({p.strip() for p in wordings if p.strip()}, key=lambda p: (-len(p), p))
    if not ordered:
        return Phrases(None)
    alternatives = "|".join("".join(_WILDCARDS.get(c, re.escape(c)) for c in phrase) for phrase in ordered)
    return Phrases(re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE))
