"""Writers that stop, crash or meet: readers see the old state or the new one, and the next refresh completes it."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import index_doubles
import pytest
from index_doubles import FailingEmbedder, Gate, HashEmbedder, World, assert_sides_agree, contents, page, paths, run

from mlsurvey.errors import BusyError, EngineError, IndexingError, Interrupted

KILLS = 4


class CrashError(BaseException):
    """The process is gone: nothing that would run after it does."""


class Crashing:
    """Lets a number of writes through, then none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from mlsurvey.milvus.engine import Engine

        self.left: int | None = None
        self.write = Engine.write
        monkeypatch.setattr(Engine, "write", lambda *args, **options: self._write(*args, **options))

    def _write(self, *args: Any, **options: Any) -> Any:
        if self.left is not None and threading.current_thread().name != "renew-lease":
            if self.left <= 0:
                raise CrashError
            self.left -= 1
        return self.write(*args, **options)


@pytest.fixture
def engine(far: World) -> Iterator[Any]:
    from mlsurvey.milvus.engine import Engine

    engine = Engine(far.index)
    yield engine
    engine.close()


def run_out(engine: Any) -> None:
    """Let the leases of all writers run out."""
    from mlsurvey.milvus.lease import _put, bids
    from mlsurvey.milvus.store import Store

    for bid in bids(Store(engine)):
        _put(Store(engine), bid.id, bid.number, 0.0)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers look at once whether their generation is kept, and what is removed is not waited for."""
    monkeypatch.setattr("mlsurvey.milvus.snapshot.CHECK_SECONDS", 0.0)
    monkeypatch.setattr("mlsurvey.milvus.cleaning.GRACE_SECONDS", 0.0)


@pytest.mark.parametrize(
    ("error", "raised"), [(RuntimeError("out of memory"), EngineError), (KeyboardInterrupt(), Interrupted)]
)
def test_embedding_that_stops_half_way_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, error: BaseException, raised: type[Exception]
) -> None:
    monkeypatch.setattr(HashEmbedder, "portion", 4)
    world.write("old.md", page("old"))
    world.refresh()
    for number in range(9):
        world.write(f"new{number}.md", page(f"topic{number}"))
    with pytest.raises(raised, match="4 of 9 passages embedded; they are kept"):
        world.refresh(lambda: FailingEmbedder(error))
    assert paths(world) == ["old.md"]
    report = world.refresh()
    assert (report.embedded, len(report.added)) == (5, 9)
    assert len(paths(world)) == 10


@pytest.mark.usefixtures("impatient")
def test_death_before_any_write_leaves_the_old_state_or_the_new_one(
    far: World, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    far.write("a.md", page("one", "two"))
    far.write("b.md", page("three"))
    first = far.refresh()
    before = far.contents()
    far.write("b.md", page("four"))
    (far.corpus / "a.md").unlink()
    far.write("c.md", page("five"))
    crashing, died = Crashing(monkeypatch), 0
    for step in range(100):
        crashing.left = step
        try:
            report = far.refresh()
        except CrashError:
            died += 1
        else:
            break
        finally:
            crashing.left = None
        run_out(engine)
        if far.contents() != before:
            break  # it died while it was cleaning up
    assert died > 5
    report = far.refresh()
    assert report.generation != first.generation
    assert paths(far) == ["b.md", "c.md"]
    far.write("c.md", page("six"))
    far.refresh()
    fresh = World(far.corpus, far.corpus.with_name("fresh"))
    fresh.refresh()
    assert far.contents() == fresh.contents()


def test_second_writer_is_told_who_writes_or_waits(world: World) -> None:
    world.write("a.md", page("one"))
    gate = Gate()
    first = threading.Thread(target=world.refresh, args=(gate,))
    first.start()
    assert gate.entered.wait(60)
    with pytest.raises(BusyError, match=r"is being written by process \d+ on \S+ since \d{4}-"):
        world.refresh()
    threading.Timer(0.2, gate.leave.set).start()
    report = world.refresh(wait=60.0)
    first.join()
    assert report.unchanged == 1
    assert paths(world) == ["a.md"]


def test_one_snapshot_serves_many_threads_while_a_refresh_publishes(world: World) -> None:
    for number in range(5):
        world.write(f"d{number}.md", page(f"word{number}"))
    world.refresh()
    with world.snapshot() as reader, ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(assert_sides_agree, reader) for _ in range(6)]
        world.write("d1.md", page("novelty"))
        world.refresh()
        for answer in asked:
            answer.result()


@pytest.mark.usefixtures("impatient")
def test_reader_of_a_removed_generation_is_told_and_its_rows_go_later(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    with world.snapshot() as reader:
        for word in ("two", "three", "four"):
            world.write("a.md", page(word))
            world.refresh()
        with pytest.raises(IndexingError, match="open the index again"):
            contents(reader)
    assert paths(world) == ["a.md"]


@pytest.mark.usefixtures("impatient")
def test_rows_that_no_generation_needs_are_removed(far: World, engine: Any) -> None:
    from mlsurvey.milvus.schema import documents_of, parts_of
    from mlsurvey.milvus.store import Store

    for number in range(8):
        far.write("a.md", page(f"word{number}"))
        far.write(f"b{number % 2}.md", page(f"other{number}"))
        far.refresh()
    state = Store(engine).newest()
    assert state is not None
    assert len(Store(engine).generations()) == 2
    assert engine.count(documents_of(engine), "") <= 3 + len(state.dead) <= 3 + 6
    owners = {row["owner"] for row in engine.query(parts_of(engine), "", ["owner"])}
    assert len([owner for owner in owners if owner.startswith("generation/")]) == 4


def test_writer_that_lost_its_lease_publishes_nothing(far: World, engine: Any) -> None:
    far.write("a.md", page("one"))
    far.refresh()
    far.write("a.md", page("two"))
    gate = Gate()
    failures: list[Exception] = []

    def paused() -> None:
        try:
            far.refresh(gate)
        except BusyError as error:
            failures.append(error)

    first = threading.Thread(target=paused)
    first.start()
    assert gate.entered.wait(60)
    run_out(engine)  # as if its machine had slept
    far.write("a.md", page("three"))
    far.refresh()
    gate.leave.set()
    first.join()
    assert [str(error)[:27] for error in failures] == ["this writer lost its lease "]
    with far.snapshot() as snapshot:
        assert snapshot.document("a.md").text == page("three")
        assert_sides_agree(snapshot)


@pytest.mark.slow
def test_killed_process_leaves_a_whole_index_that_the_next_one_completes(server: Any, tmp_path: Path) -> None:
    if not server.is_embedded:
        pytest.skip("kills the engine with the process, which only an embedded one survives as a file")
    world = World(tmp_path / "corpus", f"milvus+lite://{tmp_path}/killed.db")
    for number in range(30):
        world.write(f"n{number}.md", page(f"word{number}", f"other{number}"))
    assert run(world, "refresh", "ask") == "done"
    chance, cut_off = random.Random(5), 0
    for kill in range(KILLS):
        world.write(f"n{kill}.md", page(f"novelty{kill}", "again"))
        command = [sys.executable, index_doubles.__file__, str(world.corpus), world.index, "lease=5", "refresh"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            try:
                child.wait(chance.uniform(1.0, 6.0))
            except subprocess.TimeoutExpired:
                child.kill()
                cut_off += 1
        time.sleep(5.0)  # until the lease of the dead has run out
        assert run(world, "ask") == "done"
    assert cut_off
    assert run(world, "refresh", "ask") == "done"
