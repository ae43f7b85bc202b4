"""Kill workers and drivers of refreshes that embed on Ray, and check that nothing is lost or doubled.

    python bench/spreading_kills.py --workers-killed 50 --drivers-killed 20 --milvus-killed 20 [--seed 0]

Needs the extra ``cluster`` and Linux. Before each refresh all documents of a corpus are written anew, or three quarters
of them.

Workers: processes of the pool that embeds are killed (SIGKILL) at random moments of refreshes. Each refresh has to
finish; then each passage has exactly one vector, that of its text, and the report counts them.

Drivers: the process that refreshes is killed after a random time, at most what a whole refresh takes, and with it what
is left of its Ray; a share of them (``--aimed``) at a random moment after their first vectors. Then the index has to
open, to answer, and to hold what it held before or what a new index of the corpus holds; the next refresh has to make
it equal to a new one. The same for an index in Milvus Lite, whose refreshes embed in their own process.

Embedding is done by a stand-in that takes some milliseconds a passage, and checkpoints are written every second, so
that kills fall into every step. Exits with 1 at a loss.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import kills
import numpy as np
from kills import DIMENSION, EVERY_DOCUMENT, MODEL, NOTHING, StandIn, apart, contents, digest, document, update
from measuring import say
from numpy.typing import NDArray

import mlsurvey.index.embed
from mlsurvey.address import Address, address_of
from mlsurvey.index import spread
from mlsurvey.index.local import LocalSnapshot
from mlsurvey.state import RefreshReport

WORKERS = 2
SECTIONS = 20
SECONDS_A_PASSAGE = 0.02
POOL = "ray::MapWorker("
"""How the processes of the pool call themselves, followed by ``).submit`` while they embed."""
LEASE_SECONDS = 5.0
PATIENCE = 10.0
"""Seconds that what a driver has started has to end by itself."""


class SlowStandIn(StandIn):
    """Takes the time of a larger model."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        time.sleep(SECONDS_A_PASSAGE * len(texts))
        return super().embed(texts)


def spread_embedder() -> spread.SpreadEmbedder:
    """Embeds on Ray. Workers are given little at once, so that a short refresh has many moments to be killed in."""
    import ray

    ray.cloudpickle.register_pickle_by_value(kills)  # workers do not load what that imports
    spread._BATCH, spread._BLOCK = 16, 64
    return spread.SpreadEmbedder(SlowStandIn, MODEL.id, DIMENSION, workers=WORKERS)


def write_anew(corpus: Path, chance: random.Random, numbers: Sequence[int]) -> None:
    """Write the documents with these numbers."""
    for number in numbers:
        (corpus / f"d{number}.md").write_text(document(chance, SECTIONS), "utf-8")


def processes(session: int) -> dict[int, str]:
    """Titles of the processes of a session, by id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, _, its = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(its) == session and state not in "ZX":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ").strip()
    return found


def end_session(session: int) -> int:
    """Wait until the processes of a session have ended, and kill those that do not; their number."""
    until = time.monotonic() + PATIENCE
    while (left := processes(session)) and time.monotonic() < until:
        time.sleep(0.2)
    if count := len(left):
        say(f"still there: {', '.join(sorted({title[:60] for title in left.values()}))}")
    while left := processes(session):
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.1)
    return count


def in_session(work: Callable[[], Any]) -> Any:
    """Do some work in a session of its own, by which what it starts can be found."""
    os.setsid()
    return work()


def alone(work: Callable[[], Any]) -> Any:
    """What ``work`` returns in a process and session of its own, which is then ended."""

    def both() -> tuple[int, Any]:
        return os.getpid(), in_session(work)

    session, made = apart(both)
    end_session(session)
    return made


@dataclass
class Killer:
    """Kills workers of its own session at random moments, in a thread."""

    chance: random.Random
    most: int
    counts: Counter[str] = field(default_factory=Counter)
    recovered: list[float] = field(default_factory=list)
    """Seconds from each kill until the pool was complete again."""

    def run(self, ended: threading.Event) -> None:
        """Kill until the refresh has ended."""
        due, open_kills = self._due(), list[float]()
        while not ended.wait(0.1):
            now, pool = time.monotonic(), self._pool()
            if len(pool) >= WORKERS:
                self.recovered += [now - then for then in open_kills]
                open_kills = []
            if now >= due and pool and self.counts["killed"] < self.most:
                open_kills += self._kill(*self.chance.choice(sorted(pool.items())))
                due = self._due()

    def _due(self) -> float:
        return time.monotonic() + self.chance.uniform(0.2, 5.0)

    def _pool(self) -> dict[int, str]:
        return {process: title for process, title in processes(os.getsid(0)).items() if title.startswith(POOL)}

    def _kill(self, process: int, title: str) -> list[float]:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            return []
        self.counts["killed"] += 1
        self.counts["at work"] += ").submit" in title
        return [time.monotonic()]


def kill_workers(count: int, documents: int, chance: random.Random, home: Path) -> Killer:
    """Refresh until so many workers were killed. Raises AssertionError at a loss."""
    import ray

    ray.init(num_cpus=WORKERS + 1, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    corpus, index, killer = home / "corpus", home / "index", Killer(chance, count)
    corpus.mkdir(parents=True)
    while killer.counts["killed"] < count:
        write_anew(corpus, chance, range(documents))
        missing = update(corpus, index, dry_run=True).embedded
        ended = threading.Event()
        killing = threading.Thread(target=killer.run, args=(ended,))
        killing.start()
        try:
            report = update(corpus, index, spread_embedder)
        finally:
            ended.set()
            killing.join()
        check_vectors(index, report, missing)
        assert contents(index) == fresh(corpus, home), "not what a new index holds"
        killer.counts["refreshes"] += 1
        killer.counts["passages"] += report.embedded
        say(f"{killer.counts['killed']} workers killed in {killer.counts['refreshes']} refreshes")
    ray.shutdown()
    return killer


def check_vectors(index: Path, report: RefreshReport, missing: int) -> None:
    """Assert that each passage has one vector, that of its text, and that the report counts them."""
    with LocalSnapshot(index, MODEL.id) as snapshot:
        ids = snapshot.select(EVERY_DOCUMENT)
        assert ids is not None and len(ids) == report.passages, "the report miscounts the passages"
        assert report.embedded == missing, f"{missing} passages had no vector, the report has {report.embedded}"
        texts = [passage.embedding_text for passage in snapshot.passages(ids.tolist())]
        assert np.array_equal(snapshot.vectors(ids.tolist()), StandIn().embed(texts)), "vectors of other texts"
        found = [one for one, _ in snapshot.dense(StandIn().embed(["Ember"])[0], 2 * len(ids))]
        assert sorted(found) == ids.tolist(), "a search finds passages twice or not at all"


def fresh(corpus: Path, home: Path) -> str:
    """The contents of a new index."""
    clean = home / "clean"
    shutil.rmtree(clean, ignore_errors=True)
    apart(lambda: update(corpus, clean))
    found: str = apart(lambda: contents(clean))
    return found


@dataclass(frozen=True)
class Place:
    """Where refreshes are killed: how an index there is refreshed and read."""

    name: str
    refresh: Callable[..., RefreshReport]
    """Takes options of :func:`mlsurvey.index.refresh.refresh`."""
    contents: Callable[[], str]


def folder(corpus: Path, home: Path) -> Place:
    """An index folder, whose refreshes embed on Ray."""
    index = home / "index"
    return Place("folder", partial(update, corpus, index, spread_embedder), partial(contents, index))


def milvus(corpus: Path, home: Path) -> Place:
    """An index in Milvus Lite, whose refreshes embed in their own process."""
    address = address_of(f"milvus+lite://{home}/index.db")
    return Place("milvus", partial(update_there, corpus, address), partial(contents_there, address))


def update_there(corpus: Path, address: Address, dry_run: bool = False, **options: Any) -> RefreshReport:
    """Refresh an index in Milvus Lite; waits until the lease of a killed process has run out."""
    from mlsurvey.index.job import Job
    from mlsurvey.milvus import lease, passages
    from mlsurvey.milvus.refresh import refresh

    lease.LEASE_SECONDS, passages.BATCH = LEASE_SECONDS, 50
    job = Job(corpus, str(address), kills.VOCABULARY, lambda count: SlowStandIn(), MODEL, **options)
    return refresh(job, address, dry_run=dry_run, wait=10 * LEASE_SECONDS)


def contents_there(address: Address) -> str:
    """Digest of what an index in Milvus Lite holds."""
    from mlsurvey.milvus.snapshot import MilvusSnapshot

    return digest(lambda: MilvusSnapshot(address, MODEL.id))


@dataclass
class Drivers:
    """What killing drivers found."""

    counts: Counter[str] = field(default_factory=Counter)
    whole: float = 0.0
    """Seconds that the first refresh took, which was not killed."""
    recovery: list[float] = field(default_factory=list)
    """Seconds that the refreshes after kills took."""


def kill_drivers(
    count: int,
    documents: int,
    aimed: float,
    chance: random.Random,
    home: Path,
    until: float,
    make: Callable[[Path, Path], Place],
) -> Drivers:
    """Kill refreshes until so many were killed in their midst, or time is up. Raises AssertionError at a loss."""
    corpus, steps, found = home / "corpus", home / "steps", Drivers()
    corpus.mkdir(parents=True)
    place = make(corpus, home)
    write_anew(corpus, chance, range(documents))
    found.whole = alone(lambda: kills.timed(place.refresh))
    before = apart(place.contents)
    while found.counts["killed"] < count and time.monotonic() < until:
        write_anew(corpus, chance, chance.sample(range(documents), documents * 3 // 4))
        missing = apart(lambda: place.refresh(dry_run=True)).embedded
        steps.unlink(missing_ok=True)
        work = partial(in_session, partial(place.refresh, progress=partial(note, steps)))
        child, most = kills.started(work), found.whole
        if chance.random() < aimed:
            wait_for_vectors(child, steps)
            most = SECONDS_A_PASSAGE * missing / WORKERS
        is_killed = kills.killed(child, chance.random() * most)
        left = end_session(child)
        wanted, held = fresh(corpus, home), apart(place.contents)
        assert held in (before, wanted) and held != NOTHING, "neither the old nor the new contents"
        began = time.perf_counter()
        report = alone(place.refresh)
        seconds = time.perf_counter() - began
        assert apart(place.contents) == wanted, "the next refresh did not make it a new one"
        before = wanted
        if is_killed:
            found.recovery.append(seconds)
            found.counts += tally(steps, missing, report.embedded, left, held == wanted)
        else:
            found.counts["ended before"] += 1
        say(f"{place.name}: {found.counts['killed']} drivers killed, the next refresh took {seconds:.1f} s")
    return found


def note(file: Path, step: str, done: int, total: int) -> None:
    """Write down the step of a refresh, for whoever kills it."""
    file.write_text(f"{step} {done}")


def wait_for_vectors(child: int, steps: Path) -> None:
    """Wait until a refresh has got vectors, or has ended."""
    while not has_vectors(steps) and not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        time.sleep(0.05)


def has_vectors(steps: Path) -> bool:
    """Whether a refresh is at embedding and has got vectors."""
    return (step := steps.read_text() if steps.exists() else "").startswith("embed ") and step != "embed 0"


def tally(steps: Path, missing: int, embedded: int, left: int, is_published: bool) -> Counter[str]:
    """Counts of one kill: when it came, and what was kept."""
    counts = Counter({"killed": 1, "published": int(is_published), "missing": missing, "kept": missing - embedded})
    counts["embedding"] = int(has_vectors(steps))
    counts["kept in"] = int(0 < embedded < missing)
    counts["left"] = int(left > 0)
    return counts


def told_workers(killer: Killer) -> str:
    """A line about killed workers."""
    counts = killer.counts
    return (
        f"{counts['killed']} workers killed in {counts['refreshes']} refreshes of {counts['passages']:,} passages, "
        f"{counts['at work']} as they embedded; 0 failures. The pool was complete again after"
        f" {median(killer.recovered or [0]):.1f} s (median of {len(killer.recovered)})"
    )


def told_drivers(name: str, found: Drivers) -> str:
    """A line about killed drivers."""
    counts = found.counts
    return (
        f"{name}: {counts['killed']} drivers killed, {counts['embedding']} between their first vectors and their last,"
        f" {counts['published']} after publishing ({counts['ended before']} had ended before); 0 failures. The next"
        f" refresh took {median(found.recovery or [0]):.1f} s (median; the first {found.whole:.1f} s) and had"
        f" {counts['kept']:,} of {counts['missing']:,} passages; after {counts['kept in']} kills it had a part of"
        f" them. {counts['left']} kills left processes for more than {PATIENCE:.0f} s"
    )


def options() -> argparse.Namespace:
    """What was asked for."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--workers-killed", type=int, default=50)
    made.add_argument("--drivers-killed", type=int, default=20)
    made.add_argument("--milvus-killed", type=int, default=20)
    made.add_argument("--documents", type=int, default=80, help=f"each of {SECTIONS} passages")
    made.add_argument("--aimed", type=float, default=0.3, help="share of drivers killed after their first vectors")
    made.add_argument("--minutes", type=float, default=120.0, help="no more drivers are killed after them")
    made.add_argument("--seed", type=int, default=0)
    return made.parse_args()


def main() -> int:
    asked = options()
    mlsurvey.index.embed.CHECKPOINT_SECONDS = 1.0
    until = time.monotonic() + 60 * asked.minutes
    chance, is_whole = partial(random.Random, asked.seed), True
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        home = Path(name)
        os.environ |= {"RAY_TMPDIR": name, "RAY_USAGE_STATS_ENABLED": "0"}
        parts: list[Callable[[], str]] = []
        if (count := asked.workers_killed) > 0:
            work = partial(kill_workers, count, asked.documents, chance(), home / "workers")
            parts.append(lambda: told_workers(alone(work)))
        for kind, most in ((folder, asked.drivers_killed), (milvus, asked.milvus_killed)):
            where = home / kind.__name__
            if most > 0:
                drive = partial(kill_drivers, most, asked.documents, asked.aimed, chance(), where, until, kind)
                parts.append(lambda kind=kind, drive=drive: told_drivers(kind.__name__, drive()))  # type: ignore[misc]
        for part in parts:
            try:
                print(part(), flush=True)
            except AssertionError as error:
                is_whole = False
                print(f"FAILED: {error}", flush=True)
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
