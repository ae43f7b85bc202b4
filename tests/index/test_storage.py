"""Damage, permissions and full disks are reported and survived."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from index_doubles import NOBODY, FailingEmbedder, HashEmbedder, World, generation, leftovers, page, paths, run

from mlsurvey.errors import DamagedIndexError, EngineError, StorageError
from mlsurvey.index.catalogue import FORMAT
from mlsurvey.index.local import LocalSnapshot


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def set_format(world: World, number: int) -> None:
    with closing(sqlite3.connect(world.index / "catalogue.sqlite")) as catalogue:
        catalogue.execute(f"PRAGMA user_version = {number}")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "vector segment missing": lambda index: next(index.glob("vectors/*.faiss")).unlink(),
    "vector segment truncated": lambda index: truncate(next(index.glob("vectors/*.faiss"))),
    "vector ids truncated": lambda index: truncate(next(index.glob("vectors/*.npy"))),
    "keyword folder missing": lambda index: shutil.rmtree(next(index.glob("keywords/*"))),
    "keyword segment missing": lambda index: next(index.glob("keywords/*/*.idx")).unlink(),
    "catalogue overwritten": lambda index: (index / "catalogue.sqlite").write_bytes(b"no database" * 1000) and None,
    "catalogue emptied": lambda index: (index / "catalogue.sqlite").write_bytes(b"") and None,
    "catalogue missing": lambda index: (index / "catalogue.sqlite").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named_and_a_rebuild_mends_it(world: World, damage: str) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    DAMAGES[damage](world.index)
    with pytest.raises(DamagedIndexError, match=r"mlsurvey refresh --rebuild"):
        LocalSnapshot(world.index)
    with pytest.raises(DamagedIndexError, match=r"mlsurvey refresh --rebuild"):
        world.refresh()
    assert world.refresh(rebuild=True).added == ("a.md",)
    assert paths(world) == ["a.md"]
    assert leftovers(world) == set()


def test_index_of_an_older_version_is_built_anew(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    set_format(world, FORMAT - 1)
    with pytest.raises(DamagedIndexError, match=r"type: mlsurvey refresh$"):
        LocalSnapshot(world.index)
    assert world.refresh(dry_run=True).added == ("a.md",)
    report = world.refresh()
    assert report.added == ("a.md",) and "an earlier version wrote the index" in report.notes[0]
    assert world.refresh().notes == ()


def test_index_of_a_newer_version_is_left_alone(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    set_format(world, FORMAT + 1)
    with pytest.raises(DamagedIndexError, match=r"type: mlsurvey refresh --rebuild$"):
        world.refresh()


@pytest.mark.parametrize("part", ["vectors/*.faiss", "keywords/*/*.idx"])
def test_silent_damage_is_found_by_verifying(world: World, part: str) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    flip(next(world.index.glob(part)))
    with world.snapshot() as snapshot, pytest.raises(DamagedIndexError, match="differs from what was published"):
        snapshot.verify()


def test_old_index_serves_during_a_rebuild_that_fails_and_the_next_one_resumes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HashEmbedder, "portion", 1)
    world.write("a.md", page("one"))
    world.write("b.md", page("two"))
    world.refresh()
    before = generation(world)
    with pytest.raises(EngineError):
        world.refresh(lambda: FailingEmbedder(RuntimeError("gone")), rebuild=True)
    assert paths(world) == ["a.md", "b.md"]
    assert world.refresh(rebuild=True).embedded == 1
    assert generation(world) > before
    assert paths(world) == ["a.md", "b.md"]


@pytest.fixture
def open_world() -> Iterator[World]:
    """A world in a folder that other accounts can access."""
    home = Path(tempfile.mkdtemp())
    home.chmod(0o755)
    (home / "corpus").mkdir()
    yield World(home / "corpus", home / "index")
    for folder in (f for f in home.rglob("*") if f.is_dir()):
        folder.chmod(0o755)
    shutil.rmtree(home)


def test_read_only_index_serves_and_refuses_to_be_written(open_world: World) -> None:
    world = open_world
    world.write("a.md", page("one"))
    world.refresh()
    for part in [*world.index.rglob("*"), world.index]:
        part.chmod(0o555 if part.is_dir() else 0o444)
    rights = ["nobody"] if os.getuid() == 0 else []
    assert run(world, *rights, "ask") == "done"
    assert run(world, *rights, "preview") == "done"
    assert run(world, *rights, "refresh").startswith("StorageError: cannot write the index")
    assert paths(world) == ["a.md"]


def test_index_of_one_account_serves_another(open_world: World) -> None:
    open_world.write("a.md", page("one"))
    open_world.refresh()
    if os.getuid() != 0:
        pytest.skip("only root can try another account")
    assert os.getuid() != NOBODY
    assert run(open_world, "nobody", "ask") == "done"


@pytest.mark.parametrize("limit", [0, 100, 3_000, 20_000, 60_000, 150_000])
def test_disk_that_takes_no_more_keeps_the_published_index(world: World, limit: int) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    for number in range(150):
        world.write(f"new{number}.md", page(*(f"word{number}x{n}" for n in range(20))))
    assert run(world, f"limit={limit}", "refresh").startswith("StorageError: cannot write the index")
    assert paths(world) == ["a.md"]
    assert len(world.refresh().added) == 150
    assert leftovers(world) == set()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not permitted here; the size limit above stands for it")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_full_disk_keeps_the_published_index(world: World, small_disk: Path) -> None:
    world.index = small_disk / "index"
    world.write("a.md", page("one"))
    world.refresh()
    for number in range(150):
        world.write(f"new{number}.md", page(*(f"word{number}x{n}" for n in range(20))))
    with pytest.raises(StorageError, match="is unchanged"):
        world.refresh()
    assert paths(world) == ["a.md"]
