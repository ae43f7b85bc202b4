"""Dense side of the index: immutable FAISS segments, searched together.

A segment is a flat inner-product index (exact; unit rows, so the score is the
cosine) with the vector id of each row beside it. Segments are only added, and
merged now and then as in a log-structured store, so that the cost of a refresh
follows what is new.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from mlsurvey.errors import DamagedIndexError
from mlsurvey.index.layout import Layout
from mlsurvey.index.storage import REBUILD, StoredFile, stored, sync_folder, write_durably

_GPU_MAX_K = 2048  # FAISS's limit on the GPU

faiss.omp_set_num_threads(1)  # a second thread makes a single small query three to six times slower


def write_segment(layout: Layout, name: str, ids: NDArray[np.int64], rows: NDArray[np.float32]) -> list[StoredFile]:
    """Write a segment under a new name and flush it to the disk.

    Args:
        layout: the index.
        name: of the segment.
        ids: vector ids, ascending, shape (n,).
        rows: unit vectors, shape (n, d).
    """
    layout.vectors.mkdir(parents=True, exist_ok=True)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(np.ascontiguousarray(rows, dtype=np.float32))
    write_durably(layout.segment(name), faiss.serialize_index(index).tobytes())
    write_durably(layout.segment_ids(name), np.ascontiguousarray(ids, dtype="<i8").tobytes())
    sync_folder(layout.vectors)
    return [stored(layout.root, path) for path in (layout.segment(name), layout.segment_ids(name))]


class Segment:
    """An opened segment; the rows stay on the disk, mapped into memory."""

    def __init__(self, layout: Layout, name: str) -> None:
        """Open it.

        Raises:
            DamagedIndexError: a file is missing or broken.
        """
        path = layout.segment(name)
        try:
            self._flat = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            self.ids: NDArray[np.int64] = np.fromfile(layout.segment_ids(name), dtype="<i8").astype(
                np.int64, copy=False
            )
        except (RuntimeError, OSError) as error:
            raise DamagedIndexError(f"vector segment {path} cannot be opened ({error}); {REBUILD}") from error
        if self._flat.ntotal != len(self.ids):
            raise DamagedIndexError(
                f"vector segment {path} has {self._flat.ntotal} rows, its ids {len(self.ids)}; {REBUILD}"
            )

    @cached_property
    def _gpu(self) -> Any:
        """A copy on the first GPU, or None where FAISS sees none."""
        if not hasattr(faiss, "StandardGpuResources") or not faiss.get_num_gpus():
            return None
        self._resources = faiss.StandardGpuResources()  # must live as long as the copy
        return faiss.index_cpu_to_gpu(self._resources, 0, self._flat)

    def search(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Scores and vector ids of the k best rows; ``among`` (ascending vector ids) limits which."""
        k = min(k, len(self.ids))
        if among is None and self._gpu is not None and k <= _GPU_MAX_K:
            scores, rows = self._gpu.search(query, k)
        else:  # the GPU's flat index takes no selector
            scores, rows = self._flat.search(query, k, params=_selection(self.ids, among))
        found = rows[0] >= 0
        return scores[0][found], self.ids[rows[0][found]]

    def take(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which of the vector ids are here, and their rows in the same order."""
        positions = np.searchsorted(self.ids, ids)
        here = positions < len(self.ids)
        here[here] = self.ids[positions[here]] == ids[here]
        return here, self._flat.reconstruct_batch(positions[here].astype(np.int64))


def _selection(ids: NDArray[np.int64], among: NDArray[np.int64] | None) -> Any:
    if among is None:
        return None
    bits = np.packbits(np.isin(ids, among, assume_unique=True), bitorder="little")
    selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]  # the stubs know C++'s arguments only
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]


class Vectors:
    """The dense side of one generation."""

    def __init__(self, layout: Layout, names: Iterable[str], dimension: int) -> None:
        self._segments = [Segment(layout, name) for name in names]
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
        return [(int(i), float(s)) for i, s in zip(ids[best], scores[best], strict=True)]

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
