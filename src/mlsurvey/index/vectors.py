"""Dense side of the index: immutable segments, searched together.

A segment is a flat inner-product index (exact; rows are unit vectors, so the score is the cosine), the vector id of
each row, and codes to scan if it is large. Segments are only added, and merged from time to time as in a
log-structured store, so that the cost of a refresh is proportional to the changes.
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

_PIECE = 16_384  # rows held in memory while merging segments


class Vectors:
    """The dense side of one generation.

    Args:
        layout: the index.
        names: the generation's segments.
        dimension: vector length.
        mode: ``exact`` scans every row; ``auto`` scans codes of large segments and refines the best; ``compressed``
            does the same without mapping rows into memory, which is slightly slower.
        card: a GPU for large segments; only for long-running processes, since setting it up takes longer than a query.
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
        """Return vector ids with their cosine, best first, then by id.

        Args:
            query: unit vector, shape (d,).
            k: maximum number of hits.
            among: vector ids to search, ascending and unique; None for all.

        Raises:
            ValueError: the query has the wrong dimension.
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
        """Return true scores and vector ids of the best candidates, preselected by code scores across segments."""
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
        """Return the rows of vector ids, shape (n, d), in their order.

        Raises:
            DamagedIndexError: an id is in no segment.
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
        """Yield the same rows in pieces, so that they are never all in memory. Raises like :meth:`take`."""
        for start in range(0, len(ids), _PIECE):
            yield self.take(ids[start : start + _PIECE])
