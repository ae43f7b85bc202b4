"""Dense side of the index: immutable segments, searched together.

A segment is a flat inner-product index (exact; unit rows, so the score is the cosine) with the vector id of each
row beside it, and codes to scan where it is large. Segments are only added, and merged now and then as in a
log-structured store, so that the cost of a refresh follows what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mlsurvey.errors import DamagedIndexError
from mlsurvey.index.layout import Layout
from mlsurvey.index.segment import Segment
from mlsurvey.index.storage import REBUILD

if TYPE_CHECKING:
    from mlsurvey.index.gpu import Card

_PIECE = 16_384  # rows in memory while segments are merged


class Vectors:
    """The dense side of one generation.

    Args:
        layout: the index.
        names: of the generation's segments.
        dimension: length of a vector.
        exact: scan every row of every segment, also of large ones.
        card: a GPU for large segments; for processes that stay, since a question is answered sooner than it is reached.
    """

    def __init__(
        self, layout: Layout, names: Iterable[str], dimension: int, *, exact: bool = False, card: Card | None = None
    ) -> None:
        self._segments = [Segment(layout, name, exact=exact, card=card) for name in names]
        self.dimension = dimension

    def __len__(self) -> int:
        return sum(len(segment.ids) for segment in self._segments)

    def search(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Vector ids with their cosine, best first, then by id.

        Args:
            query: unit vector, shape (d,).
            k: how many at most.
            among: vector ids to stay within, ascending and without repeats; None for all.

        Raises:
            ValueError: the query has another dimension.
        """
        if query.shape != (self.dimension,):
            raise ValueError(f"a query of shape {query.shape}, but the index has {self.dimension} dimensions")
        row = np.ascontiguousarray(query[np.newaxis], dtype=np.float32)
        found = [segment.search(row, k, among) for segment in self._segments if len(segment.ids)]
        if not found or k < 1:
            return []
        scores, ids = (np.concatenate(parts) for parts in zip(*found, strict=True))
        best = np.lexsort((ids, -scores))[:k]
        return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))

    def take(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Rows of vector ids, shape (n, d), in their order.

        Raises:
            DamagedIndexError: one of them is in no segment.
        """
        rows = np.empty((len(ids), self.dimension), dtype=np.float32)
        missing = np.ones(len(ids), dtype=bool)
        for segment in self._segments:
            here, found = segment.take(ids)
            rows[here] = found
            missing &= ~here
        if missing.any():
            raise DamagedIndexError(f"vector {int(ids[missing][0])} is in no segment; {REBUILD}")
        return rows

    def pieces(self, ids: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
        """The same rows in pieces, so that they are never all in memory. Raises like :meth:`take`."""
        for start in range(0, len(ids), _PIECE):
            yield self.take(ids[start : start + _PIECE])
