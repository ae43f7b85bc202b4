"""What long work calls back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[str, int, int], None]
"""Called with the phase (``read``, ``embed``), the number of units done, and the total."""
Cancelled = Callable[[], bool]
"""Returns True if nobody waits for the result any more."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where passages are embedded, if not by this process."""

    on: str
    """``ray`` for workers of this machine, or the address of a cluster."""
    workers: int | None = None
    """One for each core by default."""
