"""Measure builds with given vectors, and refreshes after one change and after none, against other systems.

    python bench/refreshing.py GROWN… [--peers PYTHON] [--rounds 7] [--builds 3] [--output FILE]

``GROWN`` are folders created by grown.py. Each is measured in a temporary copy (hard links, except for what changes).
No model runs: times exclude the embedding. A build is timed from the last split document to the published index. The
peers get the same passages and vectors, replace the passages of a changed document under the same ids, and must have
the change on disk when the clock stops, like mlsurvey. Bytes are those that reach the block layer (``write_bytes`` of
/proc/self/io; Linux only).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grown
import numpy as np
from chunks import Chunks, exported, opened
from measuring import OURS, Row, in_turn, machine, parser, rows_of, say, write
from numpy.typing import NDArray
from refreshing_peers import SYSTEMS, written
from worker import Worker

from mlsurvey.index.refresh import refresh
from mlsurvey.state import RefreshReport

BUILD, ONE, IDLE = "build, vectors given", "refresh, one document changed", "refresh, nothing changed"
BYTES = "bytes written, one document changed"
BUILT = range(20_000, 60_000)
"""Sizes at which builds are measured: at a million passages they take the peers hours."""
LARGEST = 200_000
"""Largest number of passages at which peers take part."""
SETTLING = 2.5  # seconds until a timestamp proves that a file has not changed

Sample = dict[str, float]
"""Seconds, and megabytes written, in one round."""


class GivenVectors:
    """An embedder with known vectors; unknown texts get a vector derived from their characters."""

    device = "cpu"
    portion = 4096

    def __init__(self, identity: str, dimension: int, known: dict[str, NDArray[np.float32]] | None = None) -> None:
        self.id, self.dimension, self.seconds = identity, dimension, 0.0
        self._known = known or {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        started = time.perf_counter()
        rows = np.stack([self._known[text] if text in self._known else self._made(text) for text in texts])
        self.seconds += time.perf_counter() - started
        return rows

    def _made(self, text: str) -> NDArray[np.float32]:
        row = np.random.default_rng(list(text.encode()[-64:])).standard_normal(self.dimension, dtype=np.float32)
        return row / np.linalg.norm(row)


class Ours:
    """A copy of a grown corpus and its index."""

    def __init__(self, folder: Path, embedder: GivenVectors) -> None:
        self._corpus, self._index, self._embedder = folder / "corpus", folder / "index", embedder
        self._documents = sorted(self._corpus.rglob("*.md"))
        self._vocabulary = grown.vocabulary(self._corpus, self._index)

    def refresh(
        self, index: Path | None = None, progress: Callable[[str, int, int], None] | None = None
    ) -> RefreshReport:
        given = {"progress": progress} if progress else {}
        return refresh(
            self._corpus,
            index or self._index,
            vocabulary=self._vocabulary,
            embedder=lambda _: self._embedder,
            model=grown.model_info(self._embedder.id),
            **given,
        )

    def one(self, number: int) -> Sample:
        """Add a sentence to the end of a document, a different document each time."""
        file = self._documents[number * 37 % len(self._documents)]
        text = file.read_text("utf-8")
        file.unlink()  # it may be a hard link to the original
        file.write_text(f"{text.rstrip()} The {number + 1}. change is here.\n", "utf-8")
        before, started = written(), time.perf_counter()
        done = self.refresh()
        seconds = time.perf_counter() - started - done.seconds_embedding
        assert len(done.changed) == 1, done
        return {"seconds": seconds, "megabytes": (written() - before) / 1e6}

    def idle(self, _: int) -> Sample:
        started = time.perf_counter()
        assert not self.refresh().is_change
        return {"seconds": time.perf_counter() - started}

    def build(self, _: int) -> Sample:
        """Build a first index of the whole corpus, timed from the last split document."""
        cut = [0.0]

        def progress(phase: str, done: int, total: int) -> None:
            if phase == "chunk" and done == total:
                cut[0] = time.perf_counter()

        with tempfile.TemporaryDirectory(dir=self._index.parent) as folder:
            embedding = self._embedder.seconds
            self.refresh(Path(folder), progress)
            return {"seconds": time.perf_counter() - cut[0] - (self._embedder.seconds - embedding)}


class Peer:
    """Another system with the same passages, called over a pipe."""

    def __init__(self, worker: Worker, folder: Path, chunks: Chunks) -> None:
        self._worker, self._folder, self._chunks = worker, folder, chunks

    def build(self, _: int) -> Sample:
        files = {"texts": str(self._chunks.texts), "vectors": str(self._chunks.vectors)}
        return self._worker.ask("build", folder=str(self._folder), **files)

    def one(self, number: int) -> Sample:
        return self._worker.ask("change", first=number * 37 * grown.SECTIONS % self._chunks.size, count=grown.SECTIONS)


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """A writable copy next to the folder: hard links, except for the catalogue, which is written in place."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="refreshing-") as home:
        for part in ("corpus", "index"):
            shutil.copytree(folder / part, Path(home) / part, copy_function=_link)
        yield Path(home)


def _link(source: str, target: str) -> None:
    if Path(source).name.startswith("catalogue."):
        shutil.copy2(source, target)
    else:
        os.link(source, target)


def compared(folder: Path, peers: str | None, rounds: int, builds: int) -> list[Row]:
    """Rows of one grown corpus."""
    with ExitStack() as stack, opened(folder / "index", folder / "corpus") as (_, reading):
        home = stack.enter_context(copied(folder))
        generation, dimension = reading.snapshot.generation, reading.snapshot._published.dimension
        size = generation.passages
        chunks = exported(reading, folder) if size <= LARGEST else None
        known = _known(chunks) if chunks and size in BUILT else None
        ours = Ours(home, GivenVectors(generation.model, dimension, known))
        others: dict[str, Any] = {}
        for name in SYSTEMS if peers and chunks else ():
            command = [str(peers), str(Path(__file__).with_name("refreshing_peers.py")), name]
            others[name] = Peer(stack.enter_context(Worker(command)), home / name, chunks)
        say(f"{size:,} passages: the first refresh of the copy looks at every file")
        ours.refresh()
        rows = _built(size, ours, others, builds if size in BUILT else 0)
        return rows + _changed(size, ours, others, rounds)


def _known(chunks: Chunks) -> dict[str, NDArray[np.float32]]:
    return {text: row for (_, text), row in zip(chunks.read(), chunks.rows(), strict=True)}


def _built(size: int, ours: Ours, others: dict[str, Any], builds: int) -> list[Row]:
    if not builds:
        for other in others.values():
            other.build(0)
        return []
    samples = _samples({OURS: ours.build, **{name: other.build for name, other in others.items()}}, builds)
    return rows_of(BUILD, "s", _rounds(samples, "seconds"), size=size)


def _changed(size: int, ours: Ours, others: dict[str, Any], rounds: int) -> list[Row]:
    samples = _samples({OURS: ours.one, **{name: other.one for name, other in others.items()}}, rounds)
    ours.refresh()
    time.sleep(SETTLING)
    ours.refresh()
    idle = _samples({OURS: ours.idle}, rounds)
    return [
        *rows_of(ONE, "s", _rounds(samples, "seconds"), size=size),
        *rows_of(BYTES, "MB", _rounds(samples, "megabytes"), size=size),
        *rows_of(IDLE, "s", _rounds(idle, "seconds"), size=size),
    ]


def _samples(systems: dict[str, Callable[[int], Sample]], rounds: int) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {name: [] for name in systems}
    for number, name in in_turn(tuple(systems), rounds):
        found[name].append(systems[name](number))
    return found


def _rounds(samples: dict[str, list[Sample]], what: str) -> dict[str, list[list[float]]]:
    return {name: [[sample[what]] for sample in taken] for name, taken in samples.items()}


def main() -> None:
    options = parser(__doc__)
    options.add_argument("grown", type=Path, nargs="+", help="folders that grown.py made")
    options.add_argument("--peers", help="Python of an environment with txtai, lancedb and haystack-ai")
    options.add_argument("--rounds", type=int, default=7, help="of refreshes")
    options.add_argument("--builds", type=int, default=3, help="rounds of builds")
    arguments = options.parse_args()
    facts = machine()
    rows: list[Row] = []
    for folder in arguments.grown:
        rows += compared(folder, arguments.peers, arguments.rounds, arguments.builds)
    write(arguments.output, "refreshing", rows, facts, rounds=arguments.rounds, builds=arguments.builds)


if __name__ == "__main__":
    main()
