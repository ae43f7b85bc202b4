"""Find gold quotes, whose white space is folded, in texts whose white space is not."""

from __future__ import annotations

import re

from mlsurvey.types import Span


def locate(quote: str, text: str) -> Span | None:
    """Where the quote first stands in the text; None where it does not."""
    found = _pattern(quote).search(text)
    return Span(*found.span()) if found else None


def occurrences(quote: str, text: str) -> int:
    """How often the quote stands in the text, overlaps included."""
    return len(re.findall(f"(?={_pattern(quote).pattern})", text))


def _pattern(quote: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in quote.split()))
