"""What a refresh reads and writes scales with the change, not with the size of the index."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_doubles import World, page

from mlsurvey.index.analysis import _JOINED, names_in
from mlsurvey.index.catalogue import Catalogue
from mlsurvey.index.identity import NO_DOCUMENTS, documents_digest
from mlsurvey.subjects import gather
from mlsurvey.subjects.traces import Traces
from mlsurvey.vocabulary.gazetteer import collapse

PAGE = 4096
FEW, MANY = 20, 200
DOCUMENTS = st.dictionaries(st.text(max_size=5), st.text("0123456789abcdef", min_size=8, max_size=8), max_size=8)


def filled(world: World, count: int) -> World:
    for number in range(count):
        world.write(f"d{number:03}.md", page(f"word{number}", f"other{number}"))
    world.refresh()
    world.write("d007.md", page("word7", "novelty"))
    return world


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[tuple[World, World]]:
    """A small and a large index, with one document changed in each."""
    made = []
    for count in (FEW, MANY):
        world = World(tmp_path / str(count) / "corpus", tmp_path / str(count) / "index")
        world.corpus.mkdir(parents=True)
        made.append(filled(world, count))
    yield made[0], made[1]


def test_one_changed_document_costs_two_rows_for_each_other(
    worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[tuple[str, int]] = []
    fetch = Catalogue.rows

    def counting(self: Catalogue, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        found = fetch(self, sql, **parameters)
        counted.append((sql, len(found)))
        return found

    monkeypatch.setattr(Catalogue, "rows", counting)
    totals = []
    for world in worlds:
        counted.clear()
        assert world.refresh().changed == ("d007.md",)
        totals.append(sum(count for _, count in counted))
        assert not [sql for sql, _ in counted if "texts" in sql]
    assert totals[1] - totals[0] == 2 * (MANY - FEW)  # what is known of it, and the names that it shows


@pytest.mark.parametrize("options", [{}, {"thorough": True}], ids=["touched", "thorough"])
def test_a_file_with_the_bytes_of_the_index_is_not_parsed(
    worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch, options: dict[str, bool]
) -> None:
    world, _ = worlds
    before = world.refresh()
    for file in world.corpus.rglob("*.md"):
        os.utime(file, (1, 1))

    def parsed(path: str, text: str) -> Traces:
        raise AssertionError(path)

    monkeypatch.setattr(gather, "gather", parsed)
    assert world.refresh(**options).generation == before.generation
    monkeypatch.undo()
    world.write("new.md", page("novelty", "word"))
    assert world.refresh(**options).added == ("new.md",)


def test_a_new_subject_costs_two_rows_for_each_other_and_the_text_of_each_once(
    worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any document may mention the new name, so that it has to be looked for everywhere."""
    counted: list[int] = []
    fetch = Catalogue.rows

    def counting(self: Catalogue, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        found = fetch(self, sql, **parameters)
        counted.append(len(found))
        return found

    totals = []
    for world in worlds:
        world.refresh()
        world.write("new.md", page("novelty", "word"))
        monkeypatch.setattr(Catalogue, "rows", counting)
        counted.clear()
        assert world.refresh().added == ("new.md",)
        totals.append(sum(counted))
        monkeypatch.setattr(Catalogue, "rows", fetch)
    assert totals[1] - totals[0] == 3 * (MANY - FEW)


def test_pages_that_one_changed_document_writes_do_not_grow_with_the_index(worlds: tuple[World, World]) -> None:
    small, large = (changed_pages(world) for world in worlds)
    assert 0 < small <= 40
    assert large <= small + 10


def changed_pages(world: World) -> int:
    """Pages of the catalogue that a refresh writes."""
    file = world.index / "catalogue.sqlite"
    before = pages(file)
    world.refresh()
    after = pages(file)
    return sum(old != new for old, new in zip(before, after, strict=False)) + max(0, len(after) - len(before))


def pages(file: Path) -> list[bytes]:
    data = file.read_bytes()
    return [data[start : start + PAGE] for start in range(0, len(data), PAGE)]


def test_refresh_without_a_change_touches_no_file(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    before = files(world)
    assert not world.refresh().is_change
    assert files(world) == before


def files(world: World) -> dict[str, tuple[int, int, int]]:
    """Inode, size and timestamp of every file of the index except the lock."""
    states = {path.relative_to(world.index).as_posix(): path.stat() for path in world.index.rglob("*")}
    return {name: (s.st_ino, s.st_size, s.st_mtime_ns) for name, s in states.items() if name != "lock"}


@given(DOCUMENTS, DOCUMENTS)
def test_digest_of_documents_is_that_of_the_set_however_it_came_about(
    before: dict[str, str], after: dict[str, str]
) -> None:
    first = documents_digest(NO_DOCUMENTS, (), before.items())
    fresh = documents_digest(NO_DOCUMENTS, (), reversed(list(after.items())))
    gone, come = before.items() - after.items(), after.items() - before.items()
    assert documents_digest(first, gone, come) == fresh
    assert (first == fresh) == (before == after)


@given(st.text(st.sampled_from("abZ1é漢ſ² \n\t\u0085-._/+#"), max_size=40))
def test_names_are_those_that_the_pattern_finds_in_the_whole_text(text: str) -> None:
    assert names_in(text) == [collapse(match.group()) for match in _JOINED.finditer(text)]
