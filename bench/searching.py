"""Measure warm search with question embedding, against other systems over the same passages and vectors.

    python bench/searching.py INDEX… --questions FILE --cache FOLDER [--peers PYTHON] [--output FILE]

For every index: hybrid search (ten hits with their texts), each question once, in rounds in which all systems take
turns; recall@10 of every vector side against exact search; resident memory of the peers' processes; seconds to build
their index from given vectors. With ``--asked`` and ``--corpus``, also complete answers to comparisons of two
libraries.

INDEX is an index folder of mlsurvey; ``bench/grown.py`` makes large ones. ``--peers`` is the Python of an environment
with txtai, lancedb, pymilvus[milvus_lite] and chromadb; their indexes are built once, in the cache. Systems named in
``--at-most`` are skipped above the given number of passages, because building their index takes many minutes.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asking import comparisons
from chunks import Chunks, exported, opened
from measuring import OURS, Row, machine, measured, parser, rows_of, say, texts_of, write
from worker import Worker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlsurvey.survey import Survey
    from mlsurvey.survey.reader import Reading

HITS = 10
PEERS = ("txtai", "LanceDB", "milvus-lite", "Chroma")
AT_MOST = {"txtai": 100_000, "milvus-lite": 100_000, "Chroma": 100_000}
"""Largest number of passages at which these are built by default."""
WARMING = 10
_TIE = 1e-4
"""Cosines this close count as tied in a ranking: bf16 and fp32 may swap them."""


class Asked:
    """Questions with their vectors, in a file that the peers also read."""

    def __init__(self, texts: Sequence[str], reading: Reading, cache: Path) -> None:
        import numpy as np

        self.texts = list(texts)
        self.vectors: NDArray[np.float32] = reading.encoder.embed(self.texts)
        self.file = cache / "questions.npy"
        np.save(self.file, self.vectors)


def search_rows(index: Path, arguments: argparse.Namespace) -> Iterator[Row]:
    """Rows of one index."""
    with opened(index) as (_, reading), ExitStack() as stack:
        size = reading.snapshot.generation.passages
        count = WARMING + arguments.queries
        asked = Asked(texts_of(arguments.questions)[:count], reading, arguments.cache)
        if len(asked.texts) < count:
            sys.exit(f"{arguments.questions} has {len(asked.texts)} questions, and {count} are needed")
        chunks = exported(reading, arguments.cache)
        peers: dict[str, Worker] = {}
        for name in _chosen(arguments, size):
            worker, row = _peer(name, chunks, arguments)
            peers[name] = stack.enter_context(worker)
            yield row
        yield from _timed(reading, peers, asked, arguments.rounds, size)
        yield from _recalls(reading, peers, asked, chunks)
        yield from (_memory(name, worker, size) for name, worker in peers.items())


def _chosen(arguments: argparse.Namespace, size: int) -> list[str]:
    limits = {**AT_MOST, **dict(_limit(text) for text in arguments.at_most)}
    wanted = arguments.systems if arguments.peers else []
    chosen = [name for name in wanted if size <= limits.get(name, size)]
    if left := [name for name in wanted if name not in chosen]:
        say(f"at {size:,} passages left out: {', '.join(left)} (see --at-most)")
    return chosen


def _limit(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    return name, int(number)


def _peer(name: str, chunks: Chunks, arguments: argparse.Namespace) -> tuple[Worker, Row]:
    """An open system, and the time that building its index took in this or an earlier run."""
    folder = chunks.folder / name
    noted = folder.with_suffix(".seconds")
    if not noted.exists():
        say(f"building {name} over {chunks.size:,} passages")
        with _worker(name, arguments.peers) as builder:
            built = builder.ask("build", folder=str(folder), texts=str(chunks.texts), vectors=str(chunks.vectors))
        noted.write_text(str(built["seconds"]))
    worker = _worker(name, arguments.peers)
    version = worker.ask("open", folder=str(folder))["version"]
    seconds = float(noted.read_text())
    rows = rows_of("build, vectors given", "s", {name: [[seconds]]}, size=chunks.size, version=version)
    return worker, rows[0]


def _worker(name: str, python: str) -> Worker:
    return Worker([python, str(Path(__file__).with_name("peers.py")), name], HF_HUB_OFFLINE="1", LANCEDB_LOG="error")


def _timed(reading: Reading, peers: dict[str, Worker], asked: Asked, rounds: int, size: int) -> list[Row]:
    each = (len(asked.texts) - WARMING) // rounds
    for system in (ours := partial(_ours, reading, asked), *(partial(_theirs, w, asked) for w in peers.values())):
        system(0, WARMING)
    slices: Callable[[Any, int], Any] = lambda system, number: system(WARMING + number * each, each)  # noqa: E731
    systems = {OURS: partial(slices, ours)}
    systems |= {name: partial(slices, partial(_theirs, worker, asked)) for name, worker in peers.items()}
    return rows_of("search, question embedded", "ms", measured(systems, rounds), size=size)


def _ours(reading: Reading, asked: Asked, first: int, count: int) -> list[float]:
    from mlsurvey.types import Filters

    taken, everything = [], Filters()
    for text, vector in zip(asked.texts[first : first + count], asked.vectors[first:], strict=False):
        started = time.perf_counter()
        reading.searcher.search_vector(text, vector, HITS, everything)
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def _theirs(worker: Worker, asked: Asked, first: int, count: int) -> list[float]:
    queries = asked.texts[first : first + count]
    answer = worker.ask("search", queries=queries, vectors=str(asked.file), first=first)
    if not any(answer["found"]):
        raise RuntimeError("a peer found nothing for any question: it is not measured as it should be")
    return [1000 * seconds for seconds in answer["seconds"]]


def _recalls(reading: Reading, peers: dict[str, Worker], asked: Asked, chunks: Chunks) -> Iterator[Row]:
    """Recall@10 of each vector side."""
    exact = _exact(asked.vectors, chunks)
    found = {OURS: [[str(i) for i, _ in reading.snapshot.dense(v, HITS)] for v in asked.vectors]}
    for name, worker in peers.items():
        found[name] = worker.ask("dense", vectors=str(asked.file), count=len(asked.texts))["found"]
    rows, position = chunks.rows(), {identity: number for number, identity in enumerate(chunks.ids())}
    for name, lists in found.items():
        values = [
            sum(float(rows[position[i]] @ vector) >= least - _TIE for i in ids) / HITS
            for ids, vector, least in zip(lists, asked.vectors, exact, strict=True)
        ]
        mean = sum(values) / len(values)
        yield {
            "what": "recall@10 of the vector side",
            "system": name,
            "size": chunks.size,
            "unit": "",
            "median": round(mean, 4),
            "min": min(values),
            "max": max(values),
            "runs": len(values),
        }
        say(f"recall@10 of the vector side, {name}: {mean:.4f}")


def _exact(vectors: NDArray[np.float32], chunks: Chunks) -> NDArray[np.float32]:
    """Cosine of the tenth nearest passage of each question, by exhaustive comparison."""
    import numpy as np

    rows, best = chunks.rows(), np.full((len(vectors), HITS), -2, dtype=np.float32)
    for start in range(0, chunks.size, 50_000):
        scores = np.hstack([best, vectors @ rows[start : start + 50_000].T])
        best = -np.partition(-scores, HITS - 1, axis=1)[:, :HITS]
    return best.min(axis=1)


def _memory(name: str, worker: Worker, size: int) -> Row:
    found = worker.ask("memory")
    return rows_of("memory after searches", "MB", {name: [[found["resident"]]]}, size=size, **found)[0]


def ask_rows(arguments: argparse.Namespace) -> list[Row]:
    """Complete answers to comparisons of two libraries, each asked once."""
    with opened(arguments.asked, arguments.corpus) as (survey, reading):
        questions = list(itertools.islice(comparisons(survey), WARMING + arguments.answers))
        each = arguments.answers // arguments.rounds

        def ask(first: int, count: int) -> list[float]:
            return [_asked(survey, question) for question in questions[first : first + count]]

        ask(0, WARMING)
        samples = measured({OURS: lambda number: ask(WARMING + number * each, each)}, arguments.rounds)
        what = "whole answer, two libraries"
        return rows_of(what, "ms", samples, size=reading.snapshot.generation.passages)


def _asked(survey: Survey, question: str) -> float:
    started = time.perf_counter()
    survey.ask(question)
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("index", type=Path, nargs="+", help="index folders")
    options.add_argument("--questions", type=Path, required=True, help="JSON Lines with question or text")
    options.add_argument("--cache", type=Path, required=True, help="for the passages and the indexes of the peers")
    options.add_argument("--asked", type=Path, metavar="INDEX", help="also time whole answers over this index")
    options.add_argument("--corpus", type=Path, help="its documents")
    options.add_argument("--peers", help="Python of the peers' environment")
    options.add_argument("--systems", nargs="*", default=list(PEERS), choices=PEERS, help="peers to measure")
    options.add_argument("--at-most", nargs="*", default=[], metavar="SYSTEM=PASSAGES")
    options.add_argument("--queries", type=int, default=200)
    options.add_argument("--answers", type=int, default=100)
    options.add_argument("--rounds", type=int, default=5)
    arguments = options.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    arguments.cache.mkdir(parents=True, exist_ok=True)
    facts = machine()
    rows = [row for index in arguments.index for row in search_rows(index, arguments)]
    if arguments.asked:
        rows += ask_rows(arguments)
    write(arguments.output, "searching", rows, facts, queries=arguments.queries, rounds=arguments.rounds, hits=HITS)


if __name__ == "__main__":
    main()
