"""Dense side of the index: immutable segments, searched together.

A segment is a flat inner-product index (exact; unit rows, so the score is the cosine) with the vector id of each
row beside it, and codes to scan where it is large. Segments are only added, and merged now and then as in a
log-structured store, so that the cost of a refresh follows what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from mlsurvey.errors import DamagedIndexError
from mlsurvey.index.compressed import depth
from mlsurvey.index.layout import Layout
from mlsurvey.index.segment import Candidates, Segment
from mlsurvey.index.storage import REBUILD

if TYPE_CHECKING:
    from mlsurvey.index.gpu import Card

Mode = Literal["auto", "exact", "compressed"]
Found = tuple[NDArray[np.float32], NDArray[np.int64]]

_PIECE = 16_384  # rows in memory while segments are merged


class Vectors:
    """The dense side of one generation.

    Args:
        layout: the index.
        names: of the generation's segments.
        dimension: length of a vector.
        mode: ``exact`` scans every row; ``auto`` scans codes of large segments and refines the best; ``compressed``
            does the same and maps no rows into memory, which takes a little longer.
        card: a GPU for large segments; for processes that stay, since a question is answered sooner than it is reached.
    """

    def __init__(
        self, layout: Layout, names: Iterable[str], dimension: int, mode: Mode = "auto", card: Card | None = None
    ) -> None:
        exact, lean = mode == "exact", mode == "compressed"
        self._segments = [Segment(layout, name, exact=exact, lean=lean, card=card) for name in names]
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
        found = [segment.candidates(row, k, among) for segment in self._segments if len(segment.ids)]
        if not found or k < 1:
            return []
        parts = self._refined(row, k, found)
        scores, ids = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        best = np.lexsort((ids, -scores))[:k]
        return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))

    def _refined(self, query: NDArray[np.float32], k: int, found: Sequence[Candidates]) -> list[Found]:
        """True scores, and vector ids, of what may be among the best; codes of all segments are compared first."""
        told = [c.scores for c in found if not c.is_exact]
        guessed = np.concatenate(told) if told else np.empty(0, dtype=np.float32)
        spare = len(guessed) - depth(k)
        least = float(np.partition(guessed, spare)[spare]) if spare > 0 else -np.inf
        parts: list[Found] = []
        for segment, candidates in zip((s for s in self._segments if len(s.ids)), found, strict=True):
            true = candidates if candidates.is_exact else segment.refined(query, k, candidates.kept(least))
            parts.append((true.scores, segment.ids[true.places]))
        return parts

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
