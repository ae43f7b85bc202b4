"""Number of CPU cores embedding may use."""

from __future__ import annotations

import os
from typing import Final

LIMIT: Final = "OMP_NUM_THREADS"
"""Environment variable that limits the threads of PyTorch, and of all engines here."""


def cores() -> int:
    """CPU cores available to this process, capped by :data:`LIMIT`."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get(LIMIT, "")
    return min(allowed, int(wanted)) if wanted.isdecimal() and int(wanted) else allowed
