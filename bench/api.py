"""Measure the HTTP API under load, against txtai's API over the same passages and against a torch question encoder.

    python bench/api.py --corpus FOLDER --index FOLDER --cache FOLDER [--peers PYTHON] [--rounds 3] [--output FILE]

Every query is new, so no cache answers it, unless the row says otherwise. All servers run at the same time and are
queried in turn, in rounds; each has one process unless stated otherwise. The client is part of the load, since it
shares the processor. ``--peers`` is the Python of an environment with ``txtai[api]``. ``tail`` of a row is its p99
divided by its p50.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from asking import comparisons
from chunks import Chunks, exported, opened
from http_load import Load, get, post, put_load
from measuring import OURS, SEED, Row, in_turn, machine, parser, rows_of, say, write
from serving import READY, mlsurvey, running

from mlsurvey.embedding.models import DEFAULT_MODEL, locate
from mlsurvey.survey import Survey

HITS = 10
WARMING = 1.0
PERCENTILES = (50, 95, 99)
TORCH = """
import sys
import torch
from sentence_transformers import SentenceTransformer
from mlsurvey.embedding.models import DEFAULT_MODEL, locate
from mlsurvey.survey import encoding
model = SentenceTransformer(str(locate(DEFAULT_MODEL)), device="cpu")
encoding.LazyEncoder.embed = lambda self, texts: model.encode(list(texts), normalize_embeddings=True)
from mlsurvey.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""The service with a different question encoder."""
SEARCH, ASK, CACHED = "POST /v1/search", "POST /v1/ask", "POST /v1/search, remembered"
TORCH_NAME, TWO_NAME, TXTAI_NAME = "the same, sentence-transformers fp32", "mlsurvey, two processes", "txtai's API"


@dataclass
class Server:
    """A running server, with its queries and results."""

    name: str
    route: str
    port: int
    requests: Iterator[bytes]
    loads: dict[int, list[Load]] = field(default_factory=dict)
    """By number of connections, one per round."""

    def load(self, connections: int, seconds: float) -> Load:
        return asyncio.run(put_load(self.port, self.requests, connections, seconds))


def queries(survey: Survey) -> Iterator[str]:
    """Combinations of library names and points in random order, without repetition."""
    names = [entity.name for entity in survey.entities()]
    points = list(survey.aspects().values())
    found = [f"{a} {point}" for a in names for point in points]
    found += [f"{a} or {b} {point}" for a, b in itertools.combinations(names, 2) for point in points]
    random.Random(SEED).shuffle(found)
    return iter(found)


def search(text: str) -> bytes:
    return post("/v1/search", {"query": text, "limit": HITS})


def ask(text: str) -> bytes:
    return post("/v1/ask", {"question": text})


def find(text: str) -> bytes:
    """A search request to txtai."""
    return get("/search", query=text, limit=HITS)


def txtai_command(python: str, chunks: Chunks) -> tuple[list[str], Path]:
    """Command and configuration of txtai's API. Its index is built if missing, and shared with cold_start.py."""
    from cold_start import built

    folder, config = built("txtai", chunks, python), chunks.folder / "txtai-api.yml"
    model = locate(DEFAULT_MODEL)  # without this section the API has no search routes
    config.write_text(f"path: {folder}\nwritable: false\nembeddings:\n  path: {model}\n", "utf-8")
    return [python, "-m", "uvicorn", "txtai.api:app", "--port", "{port}", "--log-level", "warning"], config


def started(arguments: argparse.Namespace, survey: Survey, chunks: Chunks, stack: ExitStack) -> list[Server]:
    """All servers. Those of one route share a query iterator, so no two get the same query."""
    places, log = (arguments.corpus, arguments.index, arguments.cache), arguments.cache

    def start(name: str, command: list[str], path: str = READY, **environment: str) -> int:
        say(f"starting {name}")
        file = log / f"server-{len(name)}.log"
        return stack.enter_context(running(command, path, file, **environment))[0]

    own = start(OURS, mlsurvey(*places))
    searched, asked = queries(survey), comparisons(survey)
    servers = [
        Server(OURS, SEARCH, own, map(search, searched)),
        Server(TORCH_NAME, SEARCH, start(TORCH_NAME, mlsurvey(*places, code=TORCH)), map(search, searched)),
    ]
    if arguments.peers:
        command, config = txtai_command(arguments.peers, chunks)
        port = start(TXTAI_NAME, command, "/count", CONFIG=str(config))
        servers.append(Server(TXTAI_NAME, SEARCH, port, map(find, searched)))
    two = start(TWO_NAME, mlsurvey(*places, "--workers", "2", "--threads", "1"))
    servers.append(Server(TWO_NAME, SEARCH, two, map(search, searched)))
    servers.append(Server(OURS, ASK, own, map(ask, asked)))
    servers.append(Server(OURS, CACHED, own, map(search, itertools.repeat("Burn GPU support"))))
    return servers


def measured(servers: list[Server], arguments: argparse.Namespace) -> None:
    """Put load on every server in every round."""
    for server in servers:
        server.load(2, WARMING)
    names = {f"{server.name} {server.route}": server for server in servers}
    for connections in arguments.connections:
        say(f"{connections} connections")
        for _, name in in_turn(tuple(names), arguments.rounds):
            load = names[name].load(connections, arguments.seconds / arguments.rounds)
            names[name].loads.setdefault(connections, []).append(load)


def rows_of_route(servers: list[Server], route: str, connections: int, size: int) -> list[Row]:
    """Requests per second with latency percentiles, one row per server."""
    asked = {server.name: server.loads[connections] for server in servers if server.route == route}
    samples = {name: [[load.rate] for load in loads] for name, loads in asked.items()}
    rows = rows_of(route, "requests/s", samples, size=size, higher_is_better=True, connections=connections)
    for row in rows:
        row |= _times(asked[row["system"]])
    return rows


def _times(loads: list[Load]) -> Row:
    """Latency percentiles in milliseconds over all rounds."""
    taken = [1000 * seconds for load in loads for seconds in load.latencies]
    cuts = quantiles(taken, n=100, method="inclusive")
    found = {f"p{percent}": round(cuts[percent - 1], 2) for percent in PERCENTILES}
    failed = sum(len(load.failures) for load in loads)
    return {**found, "tail": round(found["p99"] / found["p50"], 2), "failed": failed}


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--index", type=Path, required=True)
    options.add_argument("--cache", type=Path, required=True, help="for txtai's index and for logs")
    options.add_argument("--peers", help="Python of an environment with txtai[api]")
    options.add_argument("--seconds", type=float, default=9.0, help="of each measurement, all rounds together")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--connections", type=int, nargs="*", default=[1, 8, 32])
    arguments = options.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    os.environ["HF_HUB_OFFLINE"] = "1"
    facts = machine()
    with opened(arguments.index, arguments.corpus) as (survey, reading), ExitStack() as stack:
        chunks = exported(reading, arguments.cache)
        servers = started(arguments, survey, chunks, stack)
        measured(servers, arguments)
    rows = []
    for route, connections in itertools.product((SEARCH, ASK, CACHED), arguments.connections):
        rows += rows_of_route(servers, route, connections, chunks.size)
    write(arguments.output, "api", rows, facts, seconds=arguments.seconds, rounds=arguments.rounds, hits=HITS)


if __name__ == "__main__":
    main()
