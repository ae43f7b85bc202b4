"""Search within a document. Pure."""

from __future__ import annotations

import re

from mlsurvey.types import Span

MOST = 2000
"""Places that are told; a single letter in a book has more than anybody walks through."""


def found_in(text: str, words: str) -> tuple[Span, ...]:
    """Where ``words`` stand, ignoring case; white space in them matches any."""
    if not words.strip():
        return ()
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()), re.IGNORECASE)
    return tuple(Span(*match.span()) for match, _ in zip(pattern.finditer(text), range(MOST), strict=False))
