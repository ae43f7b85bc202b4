"""Nouns of a parsed question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the members of a set that is checked against facts, not the text of their documents."""

    field: str
    """``language``, ``kind``, ``licence``, ``state`` or ``class``: a known fact about a library."""
    words: str
    """The question's words for it."""
    values: tuple[str, ...]
    """The values that these words stand for: slugs, ``native``, an SPDX identifier, ``archived``."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """A misspelt name and the library it was taken for."""

    typed: str
    slug: str
