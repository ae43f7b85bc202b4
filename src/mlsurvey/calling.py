"""What long work calls back."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with the phase (``read``, ``embed``), the number of units done, and the total."""
Cancelled = Callable[[], bool]
"""Returns True if nobody waits for the result any more."""
