"""Whatever goes wrong, the published index serves and the next refresh completes the work."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import index_doubles
import numpy as np
import pytest
from index_doubles import NOBODY, HashEmbedder, World, assert_sides_agree, page
from numpy.typing import NDArray

from mlsurvey.errors import (
    BusyError,
    DamagedIndexError,
    EngineError,
    IndexingError,
    Interrupted,
    MismatchError,
    NoIndexError,
    StorageError,
)
from mlsurvey.index import embed as embed_module
from mlsurvey.index.snapshot import Snapshot

KILLS = 50
DOUBLES = Path(index_doubles.__file__)


class FailingEmbedder(HashEmbedder):
    """Fails, with what it is told to raise, at its second call."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.texts:
            raise self.error
        return super().embed(texts)


def paths(world: World) -> list[str]:
    with world.snapshot() as snapshot:
        assert_sides_agree(snapshot)
        return [row.path for row in snapshot.documents()]


def run(world: World, *orders: str) -> str:
    command = [sys.executable, str(DOUBLES), str(world.corpus), str(world.index), *orders]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (RuntimeError("out of memory"), EngineError),
        (KeyboardInterrupt(), Interrupted),
        (EngineError("gone"), EngineError),
    ],
)
def test_embedding_that_stops_half_way_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, error: BaseException, raised: type[Exception]
) -> None:
    monkeypatch.setattr(embed_module, "BATCH", 4)
    world.write("old.md", page("old"))
    world.refresh()
    for number in range(9):
        world.write(f"new{number}.md", page(f"topic{number}"))
    with pytest.raises(raised):
        world.refresh(lambda: FailingEmbedder(error))
    assert paths(world) == ["old.md"]
    report = world.refresh()
    assert (report.embedded, report.reused, len(report.added)) == (5, 4, 9)
    assert len(paths(world)) == 10


def test_stopped_refresh_says_what_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed_module, "BATCH", 1)
    world.write("a.md", page("one"))
    world.write("b.md", page("two"))
    with pytest.raises(Interrupted, match=r"1 of 2 passages embedded; they are kept.*mlsurvey refresh"):
        world.refresh(lambda: FailingEmbedder(KeyboardInterrupt()))


def test_embedder_of_another_model_is_refused(world: World) -> None:
    world.write("a.md", page("one"))
    with pytest.raises(MismatchError, match="other"):
        world.refresh(lambda: HashEmbedder("other"))


@pytest.mark.parametrize(
    "rows", [np.zeros((1, 3), np.float32), np.full((1, index_doubles.DIMENSION), np.nan, np.float32)]
)
def test_embedder_that_gives_nonsense_is_refused(world: World, rows: NDArray[np.float32]) -> None:
    class Nonsense(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return rows

    world.write("a.md", page("one"))
    with pytest.raises(EngineError):
        world.refresh(Nonsense)


class Server:
    """Starts refreshes in processes that can be killed."""

    def __init__(self, world: World) -> None:
        command = [sys.executable, str(DOUBLES), str(world.corpus), str(world.index), "serve"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self) -> int:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def wait(self) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline() == "ended\n"

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    server = Server(world)
    yield server
    server.close()


@pytest.mark.slow
def test_killed_at_any_moment_the_index_serves_and_the_next_refresh_completes_it(world: World, server: Server) -> None:
    for number in range(6):
        world.write(f"start{number}.md", page(f"start{number}"))
    world.refresh()
    chance = random.Random(7)
    longest = 0.1
    cut_off = 0
    for kill in range(KILLS):
        change(world, chance, kill)
        before = generation(world)
        started = time.monotonic()
        child = server.start()
        time.sleep(chance.uniform(0, longest))
        with contextlib.suppress(ProcessLookupError):  # it was done before
            os.kill(child, signal.SIGKILL)
        server.wait()
        if generation(world) == before:
            cut_off += 1
        else:  # it was done: that long may it take
            longest = max(0.05, min(1.0, 1.2 * (time.monotonic() - started)))
        with world.snapshot() as snapshot:
            assert_sides_agree(snapshot)
    assert cut_off > KILLS // 10
    world.refresh()
    fresh = World(world.corpus, world.index.with_name("fresh"))
    fresh.refresh()
    assert world.contents() == fresh.contents()
    assert leftovers(world) == set()


def change(world: World, chance: random.Random, number: int) -> None:
    files = sorted(world.corpus.glob("*.md"))
    if len(files) > 3 and chance.random() < 0.4:
        chance.choice(files).unlink()
    else:
        world.write(f"file{number % 9}.md", page(f"word{number}", f"other{chance.random()}"))


def generation(world: World) -> int:
    with world.snapshot() as snapshot:
        return snapshot.generation.number


def leftovers(world: World) -> set[str]:
    """Files in the two folders of parts that the catalogue does not name, after the refresh that clears them."""
    world.refresh()
    with world.snapshot() as snapshot:
        named = {path for (path,) in snapshot._catalogue.rows("SELECT path FROM files")}
    parts = [*world.index.glob("keywords/*/*"), *world.index.glob("vectors/*")]
    return {
        path
        for path in (p.relative_to(world.index).as_posix() for p in parts)
        if path not in named and ".lock" not in path
    }


def test_second_writer_is_told_who_holds_the_index_or_waits(world: World) -> None:
    world.write("a.md", page("one"))
    entered, leave = threading.Event(), threading.Event()

    def slowly() -> HashEmbedder:
        entered.set()
        leave.wait(30)
        return HashEmbedder()

    first = threading.Thread(target=world.refresh, args=(slowly,))
    first.start()
    assert entered.wait(30)
    with pytest.raises(BusyError, match=rf"process {os.getpid()} on \S+ since \d{{4}}-"):
        world.refresh()
    assert run(world, "refresh").startswith("BusyError")
    threading.Timer(0.2, leave.set).start()
    report = world.refresh(wait=30.0)
    first.join()
    assert report.unchanged == 1
    assert not (world.index / "holder.json").exists()


def test_reader_keeps_its_generation_while_others_are_published(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    with world.snapshot() as reader:
        before = index_doubles.contents(reader)
        (world.corpus / "a.md").unlink()
        for word in ("two", "three"):
            world.write("b.md", page(word))
            world.refresh()
            assert_sides_agree(reader)
            assert index_doubles.contents(reader) == before
            assert reader.keyword("one", 5)
            assert reader.keyword("two", 5) == []
            assert reader.document("a.md").text == page("one")


def test_reader_of_a_cleared_generation_is_told(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    with world.snapshot() as reader:
        for word in ("two", "three", "four"):
            world.write("a.md", page(word))
            world.refresh()
        with pytest.raises(IndexingError, match="open the index again"):
            reader.documents()


def test_no_index_yet(world: World) -> None:
    with pytest.raises(NoIndexError, match="mlsurvey refresh"):
        Snapshot(world.index)


def test_other_model_is_refused_with_what_to_type(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    Snapshot(world.index, "hash").close()
    with pytest.raises(MismatchError, match="mlsurvey refresh"):
        Snapshot(world.index, "other")


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


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
        Snapshot(world.index)
    with pytest.raises(DamagedIndexError, match=r"mlsurvey refresh --rebuild"):
        world.refresh()
    assert world.refresh(rebuild=True).added == ("a.md",)
    assert paths(world) == ["a.md"]
    assert leftovers(world) == set()


@pytest.mark.parametrize("part", ["vectors/*.faiss", "keywords/*/*.idx"])
def test_silent_damage_is_found_by_verifying(world: World, part: str) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    flip(next(world.index.glob(part)))
    with world.snapshot() as snapshot, pytest.raises(DamagedIndexError, match="not what was published"):
        snapshot.verify()


def test_old_index_serves_during_a_rebuild_that_fails_and_the_next_one_resumes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed_module, "BATCH", 1)
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
    """A world in a folder that other accounts may enter."""
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
    assert NOBODY != os.getuid()
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
    with pytest.raises(StorageError, match="as it was"):
        world.refresh()
    assert paths(world) == ["a.md"]
