"""Validation of user input texts."""

from __future__ import annotations

from mlsurvey.errors import UsageError
from mlsurvey.folding import valid

MAX_QUESTION = 20_000
"""Characters: far above any question, but low enough to reject a book pasted by accident."""


def checked(what: str, text: str) -> str:
    """Return a text that every part can encode; see :func:`mlsurvey.folding.valid`.

    Raises:
        UsageError: it is empty or too long; ``what`` names it.
    """
    if not text.strip():
        raise UsageError(f"the {what} is empty")
    if len(text) > MAX_QUESTION:
        raise UsageError(f"the {what} is too long: {len(text):,} characters, at most {MAX_QUESTION:,}; shorten it")
    return valid(text)
