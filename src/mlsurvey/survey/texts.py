"""Texts that people type, checked before anything is done with them."""

from __future__ import annotations

from mlsurvey.errors import UsageError

MAX_QUESTION = 20_000
"""Characters: far above any question, and low enough that pasting a book by accident is told, not computed."""


def check_text(what: str, text: str) -> None:
    """Raises UsageError where a text is empty or beyond all measure; ``what`` names it."""
    if not text.strip():
        raise UsageError(f"the {what} is empty")
    if len(text) > MAX_QUESTION:
        raise UsageError(f"the {what} has {len(text):,} characters, more than {MAX_QUESTION:,}; shorten it")
