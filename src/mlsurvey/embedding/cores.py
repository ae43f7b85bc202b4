"""How many processors embedding may take."""

from __future__ import annotations

import os
from typing import Final

LIMIT: Final = "OMP_NUM_THREADS"
"""Environment variable by which PyTorch, and with it every engine here, is told to leave processors to others."""


def cores() -> int:
    """Processors that this process may use, or fewer where :data:`LIMIT` says so."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get(LIMIT, "")
    return min(allowed, int(wanted)) if wanted.isdecimal() and int(wanted) else allowed
