"""Copies of vector segments on a GPU, for as long as a searcher lives; the segments themselves stay where they are.

FAISS's GPU indexes know no selector (builds without cuVS ignore one without a word) and may be used by one thread at
a time (FAISS wiki, "Threads and asynchronous calls"), so a restricted search never comes here, and a lock guards the
rest. Candidates are scored anew from the segment's own rows, so that a GPU changes no score beyond rounding.
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
"""FAISS's limit on the GPU."""
MIN_ROWS: Final = 20_000
"""Fewer rows are searched on the processor in the time that a GPU needs to be asked."""
SPARE: Final = 64
"""Candidates beyond k: what rounding to 16 bits may have pushed behind the k-th."""

_SCRATCH: Final = 256 << 20  # bytes that FAISS keeps for its intermediate results; its own default is up to 1.5 GiB
_RESERVE: Final = 512 << 20  # bytes left to others: the CUDA context, and what a query's scores take
_LOGGER = logging.getLogger(__name__)


class Card:
    """The first GPU that CUDA shows, shared by all segments of a process: one set of resources, one lock."""

    min_rows = MIN_ROWS
    max_k = MAX_K

    def __init__(self) -> None:
        self.lock = Lock()
        self.resources = faiss.StandardGpuResources()
        self.resources.setTempMemory(_SCRATCH)

    def copy(self, index: Any) -> Any:
        """A copy of a flat index, or None where it does not fit. Rows are kept in 16 bits: they are scored anew."""
        need, free = 2 * int(index.ntotal) * index.d + _SCRATCH + _RESERVE, free_memory()
        if free is not None and need > free:
            _LOGGER.warning(
                "a segment of %d vectors stays on the processor: it needs %d MB, the GPU has %d MB",
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
        except RuntimeError as error:  # no memory after all, or no kernel for this card
            reason = str(error).strip().split("\n", 1)[0]
            _LOGGER.warning("a segment of %d vectors stays on the processor: %s", index.ntotal, reason)
            return None

    def candidates(self, copy: Any, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        """Rows worth scoring, best first, shape ``(at most k + SPARE,)``; one thread at a time.

        Args:
            copy: what :meth:`copy` gave.
            query: shape (1, d).
            k: results that are wanted, at most ``max_k``.
        """
        with self.lock:
            _, rows = copy.search(query, min(k + SPARE, MAX_K))
        found: NDArray[np.int64] = rows[0][rows[0] >= 0]
        return found


def find_card() -> Card | None:
    """The GPU, or None where this build of FAISS has none or sees none."""
    if not hasattr(faiss, "StandardGpuResources") or not faiss.get_num_gpus():
        return None
    return Card()


def free_memory() -> int | None:
    """Bytes that are free on the GPU that CUDA calls the first, as the driver's own tool tells; None if it does not."""
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip() or "0"
    command = ("nvidia-smi", f"--id={first}", "--query-gpu=memory.free", "--format=csv,noheader,nounits")
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
        return int(said.split("\n", 1)[0]) << 20
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
