"""One immutable segment of the dense side: unit rows in a FAISS flat file, their vector ids, perhaps codes."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np
from numpy.typing import NDArray

from mlsurvey.errors import DamagedIndexError
from mlsurvey.index import compressed
from mlsurvey.index.layout import Layout
from mlsurvey.index.storage import REBUILD, StoredFile, stored, sync_folder, write_durably, writing_durably

if TYPE_CHECKING:
    from mlsurvey.index.gpu import Card

GATHERED = 16_384
"""Rows of a selection that are copied and multiplied; more are looked at where they lie."""
RESIDENT = 4096
"""Rows read by number before the kernel is told that they are done with: each may map 64 KiB around it."""

_COUNT = slice(8, 16)  # where a flat file's header tells its rows; its last eight bytes tell its numbers

faiss.omp_set_num_threads(1)  # a second thread makes a single small query three to six times slower

Found = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Scores and vector ids, best first."""


def write_segment(
    layout: Layout, name: str, ids: NDArray[np.int64], rows: Iterable[NDArray[np.float32]], dimension: int
) -> list[StoredFile]:
    """Write a segment under a new name and flush it to the disk.

    Args:
        layout: the index.
        name: of the segment.
        ids: vector ids, ascending, shape (n,).
        rows: unit vectors in pieces of shape (any, dimension), n in all; never all in memory.
        dimension: length of a vector.
    """
    layout.vectors.mkdir(parents=True, exist_ok=True)
    with writing_durably(layout.segment(name)) as file:
        file.write(_header(len(ids), dimension))
        for piece in rows:
            file.write(np.ascontiguousarray(piece, dtype="<f4").data)
    write_durably(layout.segment_ids(name), np.ascontiguousarray(ids, dtype="<i8").tobytes())
    sync_folder(layout.vectors)
    return [stored(layout.root, path) for path in (layout.segment(name), layout.segment_ids(name))]


def write_codes(layout: Layout, name: str) -> tuple[StoredFile, float]:
    """Compress a segment that is there; returns the file of its codes, and the recall@10 measured with them."""
    segment = Segment(layout, name, exact=True)
    codes = compressed.compress(segment.rows)
    measured = compressed.recall(codes, segment.rows)
    write_durably(layout.segment_codes(name), faiss.serialize_index(codes).data)
    sync_folder(layout.vectors)
    return stored(layout.root, layout.segment_codes(name)), measured


def _header(rows: int, dimension: int) -> bytes:
    """What FAISS writes before the rows of a flat index, so that they can follow without being held in an index."""
    header = bytearray(faiss.serialize_index(faiss.IndexFlatIP(dimension)).tobytes())
    header[_COUNT] = rows.to_bytes(8, "little")
    header[-8:] = (rows * dimension).to_bytes(8, "little")
    return bytes(header)


class Segment:
    """An opened segment. Rows and codes stay on the disk, mapped into memory. Safe to share between threads."""

    def __init__(self, layout: Layout, name: str, *, exact: bool = False, card: Card | None = None) -> None:
        """Open it.

        Args:
            layout: the index.
            name: of the segment.
            exact: leave codes aside, where there are any.
            card: a GPU that a large segment is copied to, if there is room.

        Raises:
            DamagedIndexError: a file is missing or broken.
        """
        self._path, codes = layout.segment(name), layout.segment_codes(name)
        try:
            self._flat = faiss.read_index(str(self._path), faiss.IO_FLAG_MMAP_IFC)
            self._codes = None if exact or not codes.is_file() else faiss.read_index(str(codes), faiss.IO_FLAG_MMAP_IFC)
            self.ids: NDArray[np.int64] = np.fromfile(layout.segment_ids(name), dtype="<i8").astype(
                np.int64, copy=False
            )
        except (RuntimeError, OSError) as error:
            raise DamagedIndexError(f"vector segment {self._path} cannot be opened ({error}); {REBUILD}") from error
        for part in (self._flat, self._codes):
            if part is not None and part.ntotal != len(self.ids):
                raise DamagedIndexError(
                    f"vector segment {self._path} has {part.ntotal} rows, its ids {len(self.ids)}; {REBUILD}"
                )
        self._card = card
        self._copy = card.copy(self._flat) if card is not None and len(self.ids) >= card.min_rows else None
        self._read = 0

    @cached_property
    def rows(self) -> NDArray[np.float32]:
        """All rows, shape (n, d), mapped from the file."""
        shape = len(self.ids), self._flat.d
        offset = self._path.stat().st_size - 4 * shape[0] * shape[1]
        return np.frombuffer(self._map, dtype="<f4", offset=offset).reshape(shape)

    @cached_property
    def _map(self) -> mmap.mmap:
        with self._path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def search(self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None) -> Found:
        """The ``k`` best rows for a query of shape (1, d); ``among`` (ascending vector ids) limits which."""
        k = min(k, len(self.ids))
        if among is not None:
            return self._search_among(query, k, self._located(among)[1])
        if self._card is not None and self._copy is not None and k <= self._card.max_k:
            return self._refined(query, k, self._card.candidates(self._copy, query, k))
        if self._codes is not None:
            return self._refined(query, k, compressed.scan(self._codes, query, _depth(k)))
        return self._told(*self._flat.search(query, k))

    def _search_among(self, query: NDArray[np.float32], k: int, places: NDArray[np.int64]) -> Found:
        """Like :meth:`search`, within row numbers; the GPU's flat index and codes take no selector."""
        if len(places) <= GATHERED:
            return self._refined(query, k, places)
        if self._codes is None:
            return self._told(*self._flat.search(query, k, params=_selection(places, len(self.ids))))
        return self._refined(query, k, self._scan_among(query, _depth(k), places))

    def _scan_among(self, query: NDArray[np.float32], wanted: int, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The best rows of a large selection by their codes: more are scanned for until enough are selected."""
        selected = np.zeros(len(self.ids), dtype=bool)
        selected[places] = True
        depth = 2 * wanted * len(self.ids) // len(places)
        while True:
            found = compressed.scan(self._codes, query, depth)
            kept = found[selected[found]]
            if len(kept) >= wanted or depth >= len(self.ids):
                return kept[:wanted]
            depth *= 2

    def _refined(self, query: NDArray[np.float32], k: int, places: NDArray[np.int64]) -> Found:
        """The best of some rows by their exact scores."""
        places = np.sort(places)
        scores = self._take(places) @ query[0]
        chosen = compressed.best(scores, k)
        return scores[chosen], self.ids[places[chosen]]

    def _told(self, scores: NDArray[np.float32], places: NDArray[np.int64]) -> Found:
        found = places[0] >= 0
        return scores[0][found], self.ids[places[0][found]]

    def take(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which of the vector ids are here, and their rows in the same order."""
        here, places = self._located(ids)
        return here, self._take(places)

    def _take(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """A copy of some rows. What was mapped for it is given back now and then: it would add up to the whole file."""
        taken = self.rows[places]
        self._read += len(places)
        if self._codes is not None and self._read > RESIDENT and hasattr(mmap, "MADV_DONTNEED"):
            self._read = 0
            self._map.madvise(mmap.MADV_DONTNEED)
        return taken

    def _located(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which of the vector ids are here, and the row numbers of those."""
        places = np.searchsorted(self.ids, ids)
        here = places < len(self.ids)
        here[here] = self.ids[places[here]] == ids[here]
        return here, places[here]


def _depth(k: int) -> int:
    return max(compressed.MIN_REFINED, compressed.REFINED * k)


def _selection(places: NDArray[np.int64], count: int) -> Any:
    bits = np.zeros(count, dtype=bool)
    bits[places] = True
    selector = faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg, arg-type]  # the stubs know C++'s arguments only
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
