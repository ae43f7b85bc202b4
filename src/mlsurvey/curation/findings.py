"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A place that breaks a rule, and what to do about it."""

    path: str
    """POSIX path relative to the corpus folder."""
    line: int
    """From 1."""
    rule: str
    problem: str
    advice: str
