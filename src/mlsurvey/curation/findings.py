"""The result type of a corpus check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A rule violation, with its location and advice."""

    path: str
    """POSIX path relative to the corpus folder."""
    line: int
    """From 1."""
    rule: str
    problem: str
    advice: str
