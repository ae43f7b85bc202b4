"""Find gold quotes in texts, ignoring differences in white space."""

from __future__ import annotations

import re

from mlsurvey.types import Span


def locate(quote: str, text: str) -> Span | None:
    """First occurrence of the quote in the text; None if absent."""
    found = _pattern(quote).search(text)
    return Span(*found.span()) if found else None


def occurrences(quote: str, text: str) -> int:
    """Number of occurrences of the quote in the text, including overlapping ones."""
    return len(re.findall(f"(?={_pattern(quote).pattern})", text))


def _pattern(quote: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in quote.split()))
