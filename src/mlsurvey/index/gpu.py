"""GPU copies of vector segments, held for the lifetime of a searcher; the segments themselves stay in place.

FAISS's GPU indexes do not support selectors (builds without cuVS silently ignore them) and are not thread-safe
(FAISS wiki, "Threads and asynchronous calls"), so filtered searches never run here, and a lock guards the rest.
Candidates are rescored from the segment's own rows, so a GPU changes scores only by rounding.
"""

from __future__ import annotations

import logging
import os
import subprocess
from threading import Lock
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

MAX_K: Final = 2048
"""FAISS's limit on GPUs."""
MIN_ROWS: Final = 20_000
"""Below this many rows, a CPU search is faster than a call to the GPU."""
SPARE: Final = 64
"""Extra candidates beyond k, since 16-bit rounding may push a true hit behind the k-th."""

_SCRATCH: Final = 256 << 20  # bytes of FAISS scratch memory; FAISS's default is up to 1.5 GiB
_RESERVE: Final = 512 << 20  # bytes left free: for the CUDA context and the scores of a query
_LOGGER = logging.getLogger(__name__)


class Card:
    """The first CUDA GPU, shared by all segments of a process: one set of resources, one lock."""

    min_rows = MIN_ROWS
    max_k = MAX_K

    def __init__(self) -> None:
        self.lock = Lock()
        self.resources = faiss.StandardGpuResources()
        self.resources.setTempMemory(_SCRATCH)

    def copy(self, index: Any) -> Any:
        """Copy a flat index to the GPU; None if it does not fit. Rows are stored in 16 bits and rescored later."""
        need, free = 2 * int(index.ntotal) * index.d + _SCRATCH + _RESERVE, free_memory()
        if free is not None and need > free:
            _LOGGER.warning(
                "a segment of %d vectors stays on the CPU: it needs %d MB, the GPU has %d MB",
                index.ntotal,
                need >> 20,
                free >> 20,
            )
            return None
        options = faiss.GpuClonerOptions()
        options.useFloat16 = True
        try:
            with self.lock:
                return faiss.index_cpu_to_gpu(self.resources, 0, index, options)
        except RuntimeError as error:  # out of memory after all, or no kernel for this GPU
            reason = str(error).strip().split("\n", 1)[0]
            _LOGGER.warning("a segment of %d vectors stays on the CPU: %s", index.ntotal, reason)
            return None

    def candidates(self, copy: Any, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        """Return candidate rows, best first, shape ``(at most k + SPARE,)``; serialized by a lock.

        Args:
            copy: from :meth:`copy`.
            query: shape (1, d).
            k: number of results wanted, at most ``max_k``.
        """
        with self.lock:
            _, rows = copy.search(query, min(k + SPARE, MAX_K))
        found: NDArray[np.int64] = rows[0][rows[0] >= 0]
        return found


def find_card() -> Card | None:
    """Return the GPU, or None if this FAISS build has no GPU support or finds no GPU."""
    if not hasattr(faiss, "StandardGpuResources") or not faiss.get_num_gpus():
        return None
    return Card()


def free_memory() -> int | None:
    """Free bytes on the first CUDA GPU, as reported by ``nvidia-smi``; None if unavailable."""
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip() or "0"
    command = ("nvidia-smi", f"--id={first}", "--query-gpu=memory.free", "--format=csv,noheader,nounits")
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
        return int(said.split("\n", 1)[0]) << 20
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
