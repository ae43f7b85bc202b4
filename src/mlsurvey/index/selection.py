"""Passages selected by filters, with the vectors they share. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Selection:
    """Passages and their vectors as arrays. Built by :meth:`of`."""

    passages: NDArray[np.int64]
    """Passage ids, ascending, shape (n,)."""
    vectors: NDArray[np.int64]
    """Their vector ids, ascending and unique: passages with equal text share one."""
    _owned: NDArray[np.int64]
    """Vector id of each passage, ascending, shape (n,)."""
    _owners: NDArray[np.int64]
    """Passage ids in the order of :attr:`_owned`."""

    @classmethod
    def of(cls, passages: NDArray[np.int64], vectors: NDArray[np.int64]) -> Selection:
        """Build a selection from ascending passage ids and the vector id of each."""
        order = np.argsort(vectors, kind="stable")
        return cls(passages, np.unique(vectors), vectors[order], passages[order])

    def __len__(self) -> int:
        return len(self.passages)

    def spread(self, found: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """Map vector scores to passages, best first, then by id.

        Args:
            found: pairs (vector id, score).
        """
        ids = np.array([vector for vector, _ in found], dtype=np.int64)
        first, last = (np.searchsorted(self._owned, ids, side=side) for side in ("left", "right"))
        counts = last - first
        scores = np.repeat(np.array([score for _, score in found], dtype=np.float64), counts)
        starts = np.repeat(first - np.cumsum(counts) + counts, counts)  # start of each vector's own passages
        passages = self._owners[starts + np.arange(len(starts))]
        order = np.lexsort((passages, -scores))
        return list(zip(passages[order].tolist(), scores[order].tolist(), strict=True))
