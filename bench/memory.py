"""Measure the memory of ``mlsurvey serve`` for each way to store vectors.

    python bench/memory.py INDEX… --questions FILE [--vectors exact compressed auto] [--searches 300] [--output FILE]

Starts a service over each index with ``MLSURVEY_VECTORS`` set, and measures it when ready and after the given number of
searches, each with a new question. ``resident`` is the memory in RAM, of which ``anonymous`` is the process's own and
``file`` is mapped files, which the system can evict under memory pressure. Reads ``/proc``: Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from chunks import opened
from http_load import post, put_load
from measuring import OURS, Row, machine, parser, rows_of, texts_of, write
from serving import READY, mlsurvey, running

CONNECTIONS = 2
VARIABLE = "MLSURVEY_VECTORS"
UNSET = "unset"
"""Stands for a service without the variable, which uses the default."""


def memory_of(pid: int) -> dict[str, float]:
    """Memory of a process and its children in MB: resident, anonymous and file-backed."""
    total = {"resident": 0.0, "anonymous": 0.0}
    for number in (pid, *_children(pid)):
        for line in Path(f"/proc/{number}/smaps_rollup").read_text("ascii").splitlines()[1:]:
            name, value, *_ = line.replace(":", " ").split()
            if name in _KINDS:
                total[_KINDS[name]] += int(value) * 1024 / 1e6
    return {**total, "file": total["resident"] - total["anonymous"]}


_KINDS = {"Rss": "resident", "Anonymous": "anonymous"}


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        for number in map(int, (task / "children").read_text("ascii").split()):
            yield number
            yield from _children(number)


def rows_of_service(index: Path, setting: str, texts: list[str], arguments: argparse.Namespace) -> Iterator[Row]:
    """Memory of one service, when started and after the searches."""
    environment = {} if setting == UNSET else {VARIABLE: setting}
    with opened(index) as (_, reading):
        size = reading.snapshot.generation.passages
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = mlsurvey(arguments.corpus or index, index, folder)
        with running(command, READY, folder / "log", **environment) as (port, pid):
            yield _row("memory of a service, started", setting, size, memory_of(pid))
            requests = (post("/v1/search", {"query": text, "limit": 10}) for text in texts)
            load = asyncio.run(put_load(port, requests, CONNECTIONS, arguments.minutes * 60))
            if load.failures:
                sys.exit(f"a search failed: {load.failures[0]}")
            yield _row("memory of a service, after searches", setting, size, memory_of(pid))


def _row(what: str, setting: str, size: int, found: dict[str, float]) -> Row:
    more = {name: round(value) for name, value in found.items()}
    return rows_of(what, "MB", {OURS: [[found["resident"]]]}, size=size, setting=setting, **more)[0]


def main() -> None:
    options = parser(__doc__)
    options.add_argument("index", type=Path, nargs="+", help="index folders")
    options.add_argument("--questions", type=Path, required=True, help="JSON Lines with question or text")
    options.add_argument("--corpus", type=Path, help="documents of the index; a search needs none")
    options.add_argument("--vectors", nargs="*", default=["exact", "compressed", "auto"], help=f"or {UNSET}")
    options.add_argument("--searches", type=int, default=300)
    options.add_argument("--minutes", type=float, default=3, help="that the searches may take")
    arguments = options.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    facts = machine()
    texts = list(islice(cycle(texts_of(arguments.questions)), arguments.searches))
    rows = [
        row
        for index in arguments.index
        for setting in arguments.vectors
        for row in rows_of_service(index, setting, texts, arguments)
    ]
    write(arguments.output, "memory", rows, facts, searches=arguments.searches)


if __name__ == "__main__":
    main()
