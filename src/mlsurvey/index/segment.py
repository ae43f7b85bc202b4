"""One immutable segment of the dense side: unit rows in a FAISS flat file, their vector ids, optional codes."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from dataclasses import dataclass
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
"""Up to this many selected rows are copied and multiplied; larger selections are searched in place."""

_COUNT = slice(8, 16)  # row count in a flat file's header; its last eight bytes hold the count of values

faiss.omp_set_num_threads(1)  # a second thread makes a single small query three to six times slower


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate rows of a segment for a query."""

    scores: NDArray[np.float32]
    places: NDArray[np.int64]
    """Row numbers."""
    is_exact: bool
    """Whether the scores are exact; otherwise they are approximated from the codes."""

    def kept(self, least: float) -> NDArray[np.int64]:
        """Row numbers of candidates that score at least ``least``."""
        return self.places[self.scores >= least]


def write_segment(
    layout: Layout, name: str, ids: NDArray[np.int64], rows: Iterable[NDArray[np.float32]], dimension: int
) -> list[StoredFile]:
    """Write a segment under a new name and flush it to disk.

    Args:
        layout: the index.
        name: of the segment.
        ids: vector ids, ascending, shape (n,).
        rows: unit vectors in pieces of shape (any, dimension), n in total; never all in memory.
        dimension: vector length.
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
    """Compress an existing segment; returns the code file and its measured recall@10."""
    segment = Segment(layout, name, exact=True)
    codes = compressed.compress(segment.rows)
    measured = compressed.recall(codes, segment.rows)
    write_durably(layout.segment_codes(name), faiss.serialize_index(codes).data)
    sync_folder(layout.vectors)
    return stored(layout.root, layout.segment_codes(name)), measured


def _header(rows: int, dimension: int) -> bytes:
    """FAISS header of a flat index, so that its rows can be streamed after it without building the index in memory."""
    header = bytearray(faiss.serialize_index(faiss.IndexFlatIP(dimension)).tobytes())
    header[_COUNT] = rows.to_bytes(8, "little")
    header[-8:] = (rows * dimension).to_bytes(8, "little")
    return bytes(header)


class Segment:
    """An opened segment. Rows and codes are memory-mapped. Thread-safe."""

    def __init__(
        self, layout: Layout, name: str, *, exact: bool = False, lean: bool = False, card: Card | None = None
    ) -> None:
        """Open the segment.

        Args:
            layout: the index.
            name: of the segment.
            exact: ignore codes.
            lean: read single rows from the file instead of mapping them, which would end up with all of it in memory.
            card: a GPU to copy a large segment to, if it fits.

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
        self._offset = self._path.stat().st_size - 4 * self._flat.d * len(self.ids)  # start of the rows
        self._card = card
        self._copy = card.copy(self._flat) if card is not None and len(self.ids) >= card.min_rows else None
        self._lean = lean

    @cached_property
    def rows(self) -> NDArray[np.float32]:
        """All rows, shape (n, d), memory-mapped."""
        with self._path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(mapped, dtype="<f4", offset=self._offset).reshape(len(self.ids), self._flat.d)

    def candidates(self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None) -> Candidates:
        """Return rows that may be among the ``k`` best for a query of shape (1, d).

        Args:
            query: unit vector.
            k: number of hits wanted.
            among: vector ids to search, ascending; None for all.
        """
        k = min(k, len(self.ids))
        if among is not None:
            return self._among(query, k, self._located(among)[1])
        if self._card is not None and self._copy is not None and k <= self._card.max_k:
            return self.refined(query, k, self._card.candidates(self._copy, query, k))
        if self._codes is not None:
            return Candidates(*compressed.scan(self._codes, query, compressed.depth(k)), is_exact=False)
        return _true(*self._flat.search(query, k))

    def _among(self, query: NDArray[np.float32], k: int, places: NDArray[np.int64]) -> Candidates:
        """Like :meth:`candidates`, restricted to row numbers; neither codes nor GPU indexes support selectors."""
        if len(places) <= GATHERED:
            return self.refined(query, k, places)
        if self._codes is None:
            return _true(*self._flat.search(query, k, params=_selection(places, len(self.ids))))
        return self._scan_among(query, compressed.depth(k), places)

    def _scan_among(self, query: NDArray[np.float32], wanted: int, places: NDArray[np.int64]) -> Candidates:
        """Best rows of a large selection by their codes; the scan deepens until enough of them are selected."""
        selected = np.zeros(len(self.ids), dtype=bool)
        selected[places] = True
        depth = 2 * wanted * len(self.ids) // len(places)
        while True:
            scores, found = compressed.scan(self._codes, query, depth)
            kept = selected[found]
            if kept.sum() >= wanted or depth >= len(self.ids):
                return Candidates(scores[kept], found[kept], is_exact=False)
            depth *= 2

    def refined(self, query: NDArray[np.float32], k: int, places: NDArray[np.int64]) -> Candidates:
        """The best ``k`` of the given rows by their true scores."""
        places = np.sort(places)
        scores = self._take(places) @ query[0]
        chosen = compressed.best(scores, k)
        return Candidates(scores[chosen], places[chosen], is_exact=True)

    def take(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Return which of the vector ids are in this segment, and their rows in the same order."""
        here, places = self._located(ids)
        return here, self._take(places)

    def _take(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Copy the given rows, in their order."""
        if not self._lean:
            return self.rows[places]
        size, taken = 4 * self._flat.d, np.empty((len(places), self._flat.d), dtype=np.float32)
        order = np.argsort(places, kind="stable")
        with self._path.open("rb", buffering=0) as file:
            for run in np.split(order, np.flatnonzero(np.diff(places[order]) > 1) + 1) if len(order) else ():
                first, last = places[run[0]], places[run[-1]]
                file.seek(self._offset + size * int(first))
                block = np.frombuffer(file.read(size * int(last - first + 1)), dtype="<f4").reshape(-1, self._flat.d)
                taken[run] = block[places[run] - first]
        return taken

    def _located(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Return which of the vector ids are in this segment, and their row numbers."""
        places = np.searchsorted(self.ids, ids)
        here = places < len(self.ids)
        here[here] = self.ids[places[here]] == ids[here]
        return here, places[here]


def _true(scores: NDArray[np.float32], places: NDArray[np.int64]) -> Candidates:
    """Convert a flat index's result for one query."""
    found = places[0] >= 0
    return Candidates(scores[0][found], places[0][found], is_exact=True)


def _selection(places: NDArray[np.int64], count: int) -> Any:
    bits = np.zeros(count, dtype=bool)
    bits[places] = True
    # The stubs only know the C++ arguments.
    selector = faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg, arg-type]
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
