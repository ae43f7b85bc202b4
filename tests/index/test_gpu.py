from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

import faiss
import numpy as np
import pytest

from mlsurvey.index import gpu
from mlsurvey.index.gpu import Card, find_card
from mlsurvey.index.layout import Layout
from mlsurvey.index.segment import write_segment
from mlsurvey.index.vectors import Vectors

ROWS, DIMENSION = 3000, 16


class PlayedCard(Card):
    """A card whose copies are flat indexes of rows rounded to 16 bits; the tests cover the steps after them."""

    min_rows = 1

    def __init__(self) -> None:
        self.lock = Lock()
        self.asked = 0

    def copy(self, index: Any) -> Any:
        rounded = faiss.IndexFlatIP(index.d)
        rounded.add(index.reconstruct_n(0, index.ntotal).astype(np.float16).astype(np.float32))
        return rounded

    def candidates(self, copy: Any, query: np.ndarray, k: int) -> np.ndarray:
        self.asked += 1
        return super().candidates(copy, query, k)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    rows = np.random.default_rng(7).normal(size=(ROWS, DIMENSION)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    write_segment(Layout(tmp_path), "aa", np.arange(ROWS, dtype=np.int64) * 2, [rows], DIMENSION)
    return Layout(tmp_path)


def query(seed: int) -> np.ndarray:
    row = np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)
    return row / np.linalg.norm(row)


def test_rounded_copies_change_no_result(layout: Layout) -> None:
    card = PlayedCard()
    exact, fast = Vectors(layout, ["aa"], DIMENSION), Vectors(layout, ["aa"], DIMENSION, card=card)
    for seed in range(50):
        expected, found = exact.search(query(seed), 10), fast.search(query(seed), 10)
        assert [i for i, _ in found] == [i for i, _ in expected]
        np.testing.assert_allclose([s for _, s in found], [s for _, s in expected], atol=1e-6)
    assert card.asked == 50


def test_a_restricted_or_a_very_deep_search_stays_on_the_processor(layout: Layout) -> None:
    card = PlayedCard()
    fast = Vectors(layout, ["aa"], DIMENSION, card=card)
    among = np.array([4, 40, 400], dtype=np.int64)
    assert {i for i, _ in fast.search(query(1), 10, among)} == set(among.tolist())
    assert len(fast.search(query(1), 2500)) == 2500
    assert card.asked == 0


def test_a_full_card_leaves_the_segment_on_the_processor(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The card is simulated; the test covers the check before any copy."""
    monkeypatch.setattr(gpu, "free_memory", lambda: 100 << 20)
    index = faiss.IndexFlatIP(DIMENSION)
    assert Card.copy(PlayedCard(), index) is None
    assert "stays on the CPU: it needs 768 MB, the GPU has 100 MB" in caplog.text


def test_without_a_gpu_there_is_no_card() -> None:
    if faiss.get_num_gpus():
        pytest.skip("FAISS sees a GPU here")
    assert find_card() is None


@pytest.mark.gpu
def test_the_gpu_gives_the_same_results(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    card = find_card()
    if card is None:
        pytest.skip("FAISS sees no GPU here, or is a build without one")
    monkeypatch.setattr(card, "min_rows", 1)
    exact, fast = Vectors(layout, ["aa"], DIMENSION), Vectors(layout, ["aa"], DIMENSION, card=card)
    for seed in range(20):
        assert [i for i, _ in fast.search(query(seed), 10)] == [i for i, _ in exact.search(query(seed), 10)]
