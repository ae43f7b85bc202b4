"""The dense side: exact search over several segments, whose number stays small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlsurvey.errors import DamagedIndexError
from mlsurvey.index.layout import Layout
from mlsurvey.index.segment import write_segment
from mlsurvey.index.segments import MAX_SEGMENTS, SegmentInfo, to_merge
from mlsurvey.index.vectors import Vectors

DIMENSION = 16
COUNT = 300


def unit_rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def vectors(tmp_path: Path) -> Vectors:
    """Three segments with interleaved ids, as after merges."""
    ids, rows = np.arange(COUNT, dtype=np.int64) * 7 + 3, unit_rows(COUNT)
    for part in range(3):
        write_segment(Layout(tmp_path), f"s{part}", ids[part::3], [rows[part::3]], DIMENSION)
    return Vectors(Layout(tmp_path), ["s0", "s1", "s2"], DIMENSION)


def oracle(query: NDArray[np.float32], k: int, among: set[int] | None = None) -> list[int]:
    scores = unit_rows(COUNT) @ query
    ids = [int(i) * 7 + 3 for i in np.argsort(-scores)]
    return [i for i in ids if among is None or i in among][:k]


@pytest.mark.parametrize("k", [1, 10, COUNT, COUNT * 2])
def test_search_is_exact(vectors: Vectors, k: int) -> None:
    query = unit_rows(1, seed=1)[0]
    hits = vectors.search(query, k)
    assert [i for i, _ in hits] == oracle(query, k)
    assert hits[0][1] == pytest.approx(float((unit_rows(COUNT) @ query).max()), abs=1e-6)


@pytest.mark.parametrize("size", [1, 5, 100])
def test_search_within_ids_gives_k_of_them(vectors: Vectors, size: int) -> None:
    among = np.arange(0, COUNT, COUNT // size, dtype=np.int64)[:size] * 7 + 3
    query = unit_rows(1, seed=2)[0]
    assert [i for i, _ in vectors.search(query, 10, among)] == oracle(query, 10, set(among.tolist()))
    assert vectors.search(query, 10, np.array([], dtype=np.int64)) == []


def test_rows_come_back_in_the_order_asked(vectors: Vectors) -> None:
    ids = np.array([3 + 7 * n for n in (250, 0, 299, 17, 17)], dtype=np.int64)
    assert np.array_equal(vectors.take(ids), unit_rows(COUNT)[[250, 0, 299, 17, 17]])
    with pytest.raises(DamagedIndexError, match="vector 4 "):
        vectors.take(np.array([3, 4], dtype=np.int64))


def test_query_of_another_dimension_is_refused(vectors: Vectors) -> None:
    with pytest.raises(ValueError, match="16 dimensions"):
        vectors.search(np.ones(3, dtype=np.float32), 1)


def test_no_segments_find_nothing(tmp_path: Path) -> None:
    empty = Vectors(Layout(tmp_path), [], DIMENSION)
    assert empty.search(unit_rows(1)[0], 5) == []
    assert empty.take(np.array([], dtype=np.int64)).shape == (0, DIMENSION)


@pytest.mark.parametrize("suffix", ["faiss", "npy"])
def test_broken_segment_is_damage(tmp_path: Path, suffix: str) -> None:
    write_segment(Layout(tmp_path), "s", np.arange(5, dtype=np.int64), [unit_rows(5)], DIMENSION)
    file = tmp_path / f"vectors/s.{suffix}"
    file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(DamagedIndexError, match=r"s\.faiss"):
        Vectors(Layout(tmp_path), ["s"], DIMENSION)


@given(st.lists(st.integers(1, 10**6), max_size=40))
def test_merging_leaves_few_segments_and_spares_the_large(sizes: list[int]) -> None:
    segments = [SegmentInfo(f"s{n}", size) for n, size in enumerate(sizes)]
    chosen = to_merge(segments)
    assert len(segments) - len(chosen) + bool(chosen) <= MAX_SEGMENTS
    assert len(chosen) != 1
    kept = [s.rows for s in segments if s not in chosen]
    assert not kept or not chosen or min(kept) >= max(s.rows for s in chosen)


def test_rows_are_rewritten_a_logarithmic_number_of_times() -> None:
    sizes: list[int] = []
    written = 0
    for _ in range(2000):
        sizes.append(1)
        chosen = to_merge([SegmentInfo(str(n), size) for n, size in enumerate(sizes)])
        if chosen:
            merged = {int(s.name) for s in chosen}
            total = sum(s.rows for s in chosen)
            sizes = [size for n, size in enumerate(sizes) if n not in merged] + [total]
            written += total
    assert written < 2000 * 12
