"""Search within a document. Pure."""

from __future__ import annotations

import re

from mlsurvey.types import Span

MOST = 2000
"""Maximum number of matches returned; a single letter in a book has more than anyone steps through."""


def found_in(text: str, words: str) -> tuple[Span, ...]:
    """Return the spans that match ``words``, ignoring case; whitespace matches any whitespace."""
    if not words.strip():
        return ()
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()), re.IGNORECASE)
    return tuple(Span(*match.span()) for match, _ in zip(pattern.finditer(text), range(MOST), strict=False))
