"""The progress of a refresh or an upstream sync, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

PHASES = {
    "start": "starting",
    "fetch": "fetching from upstream",
    "model": "preparing the question model",
    "read": "reading",
    "chunk": "splitting",
    "embed": "embedding",
    "publish": "publishing",
}
LEAST_SECONDS = 1.0
"""Seconds of a phase before its rate is meaningful."""


@dataclass(frozen=True, slots=True)
class Work:
    """The state of a refresh, a preview or an upstream sync."""

    dry_run: bool
    phase: str = "start"
    done: int = 0
    total: int = 1
    seconds: float = 0.0
    """Time since the phase began."""
    cancelled: bool = False

    @property
    def rate(self) -> float | None:
        """Steps per second in this phase; None if unknown."""
        known = self.total > 1 and self.done and self.seconds >= LEAST_SECONDS
        return self.done / self.seconds if known else None

    @property
    def left(self) -> float | None:
        """Seconds left in this phase; None if unknown."""
        return (self.total - self.done) / self.rate if self.rate else None

    def __str__(self) -> str:
        """Return the progress as text, such as ``embedding 120 of 400, 35/s, 8 s left``."""
        if self.cancelled:
            return "stopping …"
        parts = [PHASES.get(self.phase, self.phase)]
        if self.total > 1:
            parts[0] += f" {self.done:,} of {self.total:,}"
        if self.rate is not None and self.left is not None:
            parts += [f"{self.rate:.0f}/s", f"{duration(self.left)} left"]
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """Return a duration as text, such as ``8 s``, ``3 min 20 s`` or ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
