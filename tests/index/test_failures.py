"""After any failure, the published index still serves, and the next refresh completes the work."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import index_doubles
import numpy as np
import pytest
from index_doubles import (
    FailingEmbedder,
    Gate,
    HashEmbedder,
    World,
    assert_sides_agree,
    generation,
    leftovers,
    page,
    paths,
    run,
)
from numpy.typing import NDArray

from mlsurvey.errors import (
    BusyError,
    EngineError,
    IndexingError,
    Interrupted,
    MismatchError,
    NoIndexError,
)
from mlsurvey.index.local import LocalSnapshot

KILLS = 50


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
    monkeypatch.setattr(HashEmbedder, "portion", 4)
    world.write("old.md", page("old"))
    world.refresh()
    for number in range(9):
        world.write(f"new{number}.md", page(f"topic{number}"))
    with pytest.raises(raised):
        world.refresh(lambda: FailingEmbedder(error))
    assert paths(world) == ["old.md"]
    report = world.refresh()
    assert (report.embedded, report.reused, len(report.added)) == (5, 5, 9)  # old.md is read again: a subject now
    assert len(paths(world)) == 10


def test_stopped_refresh_says_what_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HashEmbedder, "portion", 1)
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
        command = [sys.executable, index_doubles.__file__, str(world.corpus), str(world.index), "serve"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, die_at: int | None = None) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n" if die_at is None else f"{die_at}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def wait(self) -> int:
        """Wait status of the process: 0 if it finished."""
        assert self.process.stdout
        return int(self.process.stdout.readline())

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
        with contextlib.suppress(ProcessLookupError):  # it had already finished
            os.kill(child, signal.SIGKILL)
        server.wait()
        if generation(world) == before:
            cut_off += 1
        else:  # it finished, so allow that long
            longest = max(0.05, min(1.0, 1.2 * (time.monotonic() - started)))
        with world.snapshot() as snapshot:
            assert_sides_agree(snapshot)
    assert cut_off > KILLS // 10
    world.refresh()
    fresh = World(world.corpus, world.index.with_name("fresh"))
    fresh.refresh()
    assert world.contents() == fresh.contents()
    assert leftovers(world) == set()


@pytest.mark.slow
def test_death_before_any_step_leaves_the_old_index_or_the_new_one_whole(world: World, server: Server) -> None:
    for number in range(4):
        world.write(f"start{number}.md", page(f"start{number}"))
    world.refresh()
    step, status = 0, -1
    while status:
        (world.corpus / f"step{step - 2}.md").unlink(missing_ok=True)
        world.write(f"step{step}.md", page(f"word{step}", "other"))
        before = generation(world)
        server.start(die_at=step)
        status = server.wait()
        with world.snapshot() as snapshot:
            assert_sides_agree(snapshot)
            assert snapshot.generation.number - before in (0, 1)
        step += 1
    assert step > 20
    assert leftovers(world) == set()
    fresh = World(world.corpus, world.index.with_name("fresh"))
    fresh.refresh()
    assert world.contents() == fresh.contents()


def change(world: World, chance: random.Random, number: int) -> None:
    files = sorted(world.corpus.glob("*.md"))
    if len(files) > 3 and chance.random() < 0.4:
        chance.choice(files).unlink()
    else:
        world.write(f"file{number % 9}.md", page(f"word{number}", f"other{chance.random()}"))


def test_second_writer_is_told_who_holds_the_index_or_waits(world: World) -> None:
    world.write("a.md", page("one"))
    gate = Gate(30)
    first = threading.Thread(target=world.refresh, args=(gate,))
    first.start()
    assert gate.entered.wait(30)
    with pytest.raises(BusyError, match=rf"process {os.getpid()} on \S+ since \d{{4}}-"):
        world.refresh()
    assert run(world, "refresh").startswith("BusyError")
    threading.Timer(0.2, gate.leave.set).start()
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


def test_one_snapshot_serves_many_threads_while_a_refresh_publishes(world: World) -> None:
    for number in range(20):
        world.write(f"d{number}.md", page(f"word{number}"))
    world.refresh()
    with world.snapshot() as reader, ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(assert_sides_agree, reader) for _ in range(20)]
        world.write("d1.md", page("novelty"))
        world.refresh()
        for answer in asked:
            answer.result()


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
        LocalSnapshot(world.index)


def test_other_model_is_refused_with_what_to_type(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    LocalSnapshot(world.index, "hash").close()
    with pytest.raises(MismatchError, match="mlsurvey refresh"):
        LocalSnapshot(world.index, "other")


def test_the_index_of_another_corpus_is_not_replaced_unasked(tmp_path) -> None:
    """A mistyped folder would otherwise cost all that was embedded."""
    one, other = World(tmp_path / "one", tmp_path / "index"), World(tmp_path / "other", tmp_path / "index")
    for number in range(12):
        one.write(f"n{number}.md", page(f"word{number}", "text"))
    built = one.refresh()
    other.write("else.md", page("else", "where"))
    for options in ({}, {"dry_run": True}):
        with pytest.raises(MismatchError, match=r"none of the 12 documents .*--index FOLDER.* refresh --rebuild"):
            other.refresh(**options)
    assert one.refresh().generation == built.generation
    assert other.refresh(rebuild=True).added == ("else.md",)


def test_renamed_or_emptied_folders_are_no_other_corpus(world) -> None:
    for number in range(12):
        world.write(f"n{number}.md", page(f"word{number}", "text"))
    world.refresh()
    world.corpus.joinpath("new").mkdir()
    for file in world.corpus.glob("n*.md"):
        file.rename(world.corpus / "new" / file.name)
    assert len(world.refresh().moved) == 12
    for file in world.corpus.glob("new/*.md"):
        file.unlink()
    assert len(world.refresh().removed) == 12
