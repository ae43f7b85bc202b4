"""Large segments: scanned codes, exact rows that refine them, and the same hits as an exact search."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from index_doubles import World, assert_sides_agree, leftovers, page, query_vector
from numpy.typing import NDArray

from mlsurvey.errors import DamagedIndexError
from mlsurvey.index import compressed, segment, segments
from mlsurvey.index.layout import Layout
from mlsurvey.index.segment import write_codes, write_segment
from mlsurvey.index.vectors import Vectors
from mlsurvey.types import Filters

DIMENSION = 64
COUNT = 6000
IDS = np.arange(COUNT, dtype=np.int64) * 3 + 5


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def rows() -> NDArray[np.float32]:
    """Clustered rows, like those of document passages."""
    random = np.random.default_rng(3)
    centres = random.standard_normal((80, DIMENSION))
    return unit(centres[random.integers(0, 80, COUNT)] + 0.7 * random.standard_normal((COUNT, DIMENSION)))


@pytest.fixture(scope="module")
def queries(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    random = np.random.default_rng(4)
    return unit(rows[random.integers(0, COUNT, 40)] + 0.1 * random.standard_normal((40, DIMENSION)))


@pytest.fixture(scope="module")
def layout(rows: NDArray[np.float32], tmp_path_factory: pytest.TempPathFactory) -> Layout:
    home = Layout(tmp_path_factory.mktemp("compressed"))
    write_segment(home, "s", IDS, [rows[:100], rows[100:]], DIMENSION)
    file, recall = write_codes(home, "s")
    assert (file.path, recall >= 0.99) == ("vectors/s.codes", True)
    return home


def exactly(rows: NDArray[np.float32], query: NDArray[np.float32], k: int, places: NDArray[np.int64]) -> list[int]:
    return IDS[places[np.argsort(-(rows[places] @ query), kind="stable")[:k]]].tolist()


def test_the_nearest_are_those_of_an_exact_search(layout: Layout, rows, queries) -> None:
    vectors = Vectors(layout, ["s"], DIMENSION)
    shares = []
    for query in queries:
        found = vectors.search(query, 10)
        expected = exactly(rows, query, 10, np.arange(COUNT))
        shares.append(len({i for i, _ in found} & set(expected)) / 10)
        for identity, score in found:
            assert score == pytest.approx(float(rows[(identity - 5) // 3] @ query), abs=1e-6), "scores are exact"
    assert np.mean(shares) >= 0.99


def test_exact_leaves_codes_aside(layout: Layout, rows, queries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "scan", None)
    vectors = Vectors(layout, ["s"], DIMENSION, "exact")
    assert [i for i, _ in vectors.search(queries[0], 25)] == exactly(rows, queries[0], 25, np.arange(COUNT))


@pytest.mark.parametrize("share", [2, 7, 500])
@pytest.mark.parametrize("mode", ["auto", "exact", "compressed"])
def test_selections_of_every_size(share, mode, layout: Layout, rows, queries, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small selection is gathered; a large one is scanned by codes, or searched in place."""
    monkeypatch.setattr(segment, "GATHERED", 100)
    vectors = Vectors(layout, ["s"], DIMENSION, mode)
    places = np.arange(0, COUNT, share)
    strangers = np.array([1, 10**9], dtype=np.int64)
    among = np.union1d(IDS[places], strangers)
    for query in queries[:8]:
        assert [i for i, _ in vectors.search(query, 5, among)] == exactly(rows, query, 5, places)
    assert len(vectors.search(queries[0], COUNT, among)) == len(places)


def test_rows_are_the_same_whether_mapped_or_read(layout: Layout, rows, queries) -> None:
    mapped, read = (Vectors(layout, ["s"], DIMENSION, mode) for mode in ("auto", "compressed"))
    for query in queries[:10]:
        assert read.search(query, 10) == mapped.search(query, 10)
    places = np.array([7, 5, 6, 4999, 0, 6, COUNT - 1], dtype=np.int64)
    assert np.array_equal(read.take(IDS[places]), rows[places])
    assert read.take(IDS[:0]).shape == (0, DIMENSION)


def test_the_best_of_several_segments_are_refined_together(rows, queries, tmp_path: Path, monkeypatch) -> None:
    home = Layout(tmp_path)
    for name, part in (("a", slice(0, 4000)), ("b", slice(4000, 5900)), ("c", slice(5900, None))):
        write_segment(home, name, IDS[part], [rows[part]], DIMENSION)
        if name != "c":
            write_codes(home, name)
    monkeypatch.setattr(compressed, "MIN_REFINED", 200)
    refined: list[int] = []
    real = segment.Segment.refined
    monkeypatch.setattr(segment.Segment, "refined", lambda *a: refined.append(len(a[3])) or real(*a))
    vectors = Vectors(home, ["a", "b", "c"], DIMENSION)
    for query in queries:
        refined.clear()
        found = vectors.search(query, 10)
        assert len({i for i, _ in found} & set(exactly(rows, query, 10, np.arange(COUNT)))) >= 9
        assert sum(refined) <= 210, "two hundred, and what codes cannot tell apart"


def test_broken_codes_are_damage(layout: Layout, rows, tmp_path: Path) -> None:
    home = Layout(tmp_path)
    write_segment(home, "s", IDS[:-1], [rows[:-1]], DIMENSION)
    home.segment_codes("s").write_bytes(layout.segment_codes("s").read_bytes())
    with pytest.raises(DamagedIndexError, match=f"{COUNT} rows, its ids {COUNT - 1}"):
        Vectors(home, ["s"], DIMENSION)
    home.segment_codes("s").write_bytes(b"none")
    with pytest.raises(DamagedIndexError, match="cannot be opened"):
        Vectors(home, ["s"], DIMENSION)


@pytest.mark.parametrize(("size", "k"), [(1, 1), (5, 3), (5, 9), (200, 17)])
def test_best_is_a_stable_sort_cut_short(size: int, k: int) -> None:
    scores = np.random.default_rng(size).integers(0, 4, size).astype(np.float32)
    assert compressed.best(scores, k).tolist() == np.argsort(-scores, kind="stable")[:k].tolist()


@pytest.fixture
def large(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which a dozen passages count as many."""
    monkeypatch.setattr(segments, "COMPRESS_FROM", 40)
    for number in range(60):
        world.write(f"{number}.md", page(f"word{number}", f"other{number}"))
    world.refresh()
    return world


def recalls(world: World) -> list[float | None]:
    with world.snapshot() as snapshot:
        sql = "SELECT recall FROM segments WHERE NOT merged ORDER BY rows DESC"
        return [recall for (recall,) in snapshot._catalogue.rows(sql)]


def test_a_refresh_compresses_what_has_become_large(large: World) -> None:
    assert [recall is not None and recall > 0.9 for recall in recalls(large)] == [True]
    with large.snapshot() as snapshot:
        assert_sides_agree(snapshot)
        assert any(path.endswith(".codes") for path in snapshot._published.files)


def test_what_comes_later_is_found_beside_codes(large: World) -> None:
    large.write("late.md", page("latecomer"))
    (large.corpus / "3.md").unlink()
    large.refresh()
    assert [recall is not None for recall in recalls(large)] == [True, False]
    with large.snapshot() as snapshot:
        assert_sides_agree(snapshot)
        ids = [identity for identity, _ in snapshot.dense(query_vector("A common sentence speaks of latecomer."), 3)]
        assert "late.md" in {passage.path for passage in snapshot.passages(ids)}
        some = snapshot.dense(query_vector("common"), 500, Filters(paths=("1*.md",)))
        assert len(some) == snapshot.count(Filters(paths=("1*.md",)))


def test_codes_go_with_their_segment(large: World) -> None:
    large.refresh(rebuild=True)
    for _ in range(3):
        large.write("again.md", page(f"word{_}"))
        large.refresh()
    assert leftovers(large) == set()
    assert len(list((large.index / "vectors").glob("*.codes"))) == 1


def test_an_index_of_before_gets_codes_with_its_next_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        world.write(f"{number}.md", page(f"word{number}"))
    world.refresh()
    assert recalls(world) == [None]
    monkeypatch.setattr(segments, "COMPRESS_FROM", 40)
    world.write("0.md", page("changed"))
    world.refresh()
    assert recalls(world)[0] is not None


def test_vectors_of_odd_length_stay_as_they_are() -> None:
    assert compressed.can_compress(384)
    assert not compressed.can_compress(7)
