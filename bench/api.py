"""Measure the HTTP API under load, beside txtai's own over the same passages, and beside a torch question encoder.

    python bench/api.py --corpus FOLDER --index FOLDER --cache FOLDER [--txtai PYTHON] [--seconds 8] [--output FILE]

Every query is asked once, so no cache answers it. All servers run on this machine, one after the other, in one
process where nothing else is said; the client is part of the load. ``--txtai`` is the Python of an environment with
``txtai[api]``.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from http_load import Load, get, post, put_load

from mlsurvey.embedding.models import DEFAULT_MODEL, locate
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Filters

CONNECTIONS = (1, 8, 32)
HITS = 10
WARMING = 1.0
PERCENTILES = (50, 95, 99)

TORCH = """
import sys
import torch
from sentence_transformers import SentenceTransformer
from mlsurvey.embedding.models import DEFAULT_MODEL, locate
from mlsurvey.survey import reader
model = SentenceTransformer(str(locate(DEFAULT_MODEL)), device="cpu")
reader.LazyEncoder.embed = lambda self, texts: model.encode(list(texts), normalize_embeddings=True)
from mlsurvey.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""The service with another question encoder."""

TXTAI = """
import json, sys
from txtai import Embeddings
passages, model, out = sys.argv[1:]
rows = [json.loads(line) for line in open(passages, encoding="utf-8")]
embeddings = Embeddings(path=model, content=True, hybrid=True)
embeddings.index((row["id"], row["text"]) for row in rows)
embeddings.save(out)
"""
"""txtai's index of the same passages."""

Make = Callable[[str], bytes]


def queries(survey: Survey) -> Iterator[str]:
    """Names of libraries and points, each pair of a kind once."""
    names = [entity.name for entity in survey.entities()]
    points = list(survey.aspects().values())
    found = [f"{a} {point}" for a in names for point in points]
    found += [f"{a} or {b} {point}" for a, b in itertools.combinations(names, 2) for point in points]
    random.Random(1).shuffle(found)
    return iter(found)


def questions(survey: Survey) -> Iterator[str]:
    """Comparisons of two libraries on one point, each once."""
    names = [entity.name for entity in survey.entities()]
    points = list(survey.aspects().values())
    pairs = itertools.combinations(names, 2)
    found = [f"How do {a} and {b} differ in {point.lower()}?" for a, b in pairs for point in points]
    random.Random(2).shuffle(found)
    return iter(found)


@contextmanager
def running(command: list[str], path: str, log: Path, **environment: str) -> Iterator[int]:
    """A server that answers, and its port; ``{port}`` in the command is replaced."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    filled = [part.replace("{port}", str(port)) for part in command]
    with log.open("wb") as out:
        process = subprocess.Popen(filled, stdout=out, stderr=out, env={**os.environ, **environment})
    try:
        while not answers(port, path):
            if process.poll() is not None:
                sys.exit(f"{filled[:4]} ended; see {log}")
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int, path: str) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}{path}", timeout=30, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def measure(name: str, port: int, make: Make, texts: Iterator[str], seconds: float) -> list[str]:
    """One row of the table for each number of connections."""
    asyncio.run(put_load(port, map(make, texts), 2, WARMING))
    rows = []
    for connections in CONNECTIONS:
        load = asyncio.run(put_load(port, map(make, texts), connections, seconds))
        rows.append(row(name, connections, load))
        print(rows[-1], flush=True)
    return rows


def row(name: str, connections: int, load: Load) -> str:
    times = [f"{load.percentile(percent):.1f}" for percent in PERCENTILES]
    return f"| {' | '.join([name, str(connections), f'{load.rate:.1f}', *times, str(len(load.failures))])} |"


def txtai_index(python: str, survey: Survey, cache: Path) -> Path:
    """Index the passages with txtai, once."""
    out, passages = cache / "txtai", cache / "passages.jsonl"
    if not out.exists():
        with survey._reader.reading() as reading, passages.open("w", encoding="utf-8") as file:
            ids = [int(number) for number in reading.snapshot.select(Filters(paths=("*",)))]
            for number, passage in zip(ids, reading.snapshot.passages(ids), strict=True):
                file.write(json.dumps({"id": str(number), "text": passage.embedding_text}) + "\n")
        command = [python, "-c", TXTAI, str(passages), str(locate(DEFAULT_MODEL)), str(out)]
        subprocess.run(command, check=True)
    (cache / "txtai.yml").write_text(f"path: {out}\nwritable: false\nembeddings:\n  path: {locate(DEFAULT_MODEL)}\n")
    return cache / "txtai.yml"


def compared(arguments: argparse.Namespace, survey: Survey) -> list[str]:
    """Rows of all servers."""
    searched, asked = queries(survey), questions(survey)
    serve = ["serve", "--port", "{port}", "--corpus", str(arguments.corpus), "--index", str(arguments.index)]
    serve += ["--queue", "200", "--tokens-file", str(arguments.cache / "no-tokens")]
    log = arguments.cache / "server.log"
    rows: list[str] = []
    search = lambda text: post("/v1/search", {"query": text, "limit": HITS})  # noqa: E731
    ask = lambda text: post("/v1/ask", {"question": text})  # noqa: E731
    with running([sys.executable, "-m", "mlsurvey", *serve], "/v1/ready", log) as port:
        rows += measure("mlsurvey search", port, search, searched, arguments.seconds)
        rows += measure("mlsurvey ask", port, ask, asked, arguments.seconds)
        again = itertools.repeat("Burn GPU support")
        rows += measure("mlsurvey search, cached", port, search, again, arguments.seconds)
    with running(
        [sys.executable, "-m", "mlsurvey", *serve, "--workers", "2", "--threads", "1"], "/v1/ready", log
    ) as port:
        rows += measure("mlsurvey search, two processes", port, search, searched, arguments.seconds)
    with running([sys.executable, "-c", TORCH, *serve], "/v1/ready", log) as port:
        rows += measure("the same, torch fp32 encoder", port, search, searched, arguments.seconds)
    if arguments.txtai:
        config = txtai_index(arguments.txtai, survey, arguments.cache)
        command = [arguments.txtai, "-m", "uvicorn", "txtai.api:app", "--port", "{port}", "--log-level", "warning"]
        find = lambda text: get("/search", query=text, limit=HITS)  # noqa: E731
        with running(command, "/count", log, CONFIG=str(config)) as port:
            rows += measure("txtai search (hybrid)", port, find, searched, arguments.seconds)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="for txtai's index and for logs")
    parser.add_argument("--txtai", help="Python of an environment with txtai[api]")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--output", type=Path, help="file for the table")
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with Survey(Settings(corpus=arguments.corpus, index=arguments.index)) as survey:
        began = os.getloadavg()[0]
        rows = compared(arguments, survey)
        passages = survey.generation().passages
    head = f"{passages:,} passages, {os.cpu_count()} cores, load before {began:.1f}; times in ms"
    names = ["server and route", "connections", "requests/s", *(f"p{p}" for p in PERCENTILES), "failed"]
    table = [head, "", f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}", *rows, ""]
    if arguments.output:
        arguments.output.write_text("\n".join(table), "utf-8")


if __name__ == "__main__":
    main()
