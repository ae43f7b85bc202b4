"""Run a service under full load for a while, with refreshes in between, and watch its memory and open files.

    python bench/lasting.py --minutes 15 [--connections 4]

Connections search and ask without pause, each question a different one; every few seconds a document is rewritten and
the index refreshed. Memory and open files of the service are read every five seconds. What grows with time grows
between the second and the last quarter of the run: that ratio is printed, and the run fails if it is above
``--growth``, or if any request failed.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import serving
from fuzzing import prepared
from http_load import exchange, get, post
from measuring import say

SAMPLED_EVERY = 5.0  # seconds
REFRESHED_EVERY = 3.0
WORDS = (
    "GPU",
    "licence",
    "browser",
    "WebGPU",
    "training",
    "export",
    "memory",
    "backends",
    "tensors",
    "autograd",
    "ONNX",
)


def requests(chance: random.Random, names: list[str]) -> Iterator[tuple[str, bytes]]:
    """Searches and questions without end, hardly any of them twice."""
    for number in itertools.count():
        words = " ".join(chance.sample(WORDS, 3))
        if number % 4:
            yield "search", get("/v1/search", q=f"{words} {number}", limit=5)
        else:
            first, second = chance.sample(names, 2)
            question = f"How do {first} and {second} differ in {words}?"
            yield "ask", post("/v1/ask", {"question": question})


async def connection(port: int, asked: Iterator[tuple[str, bytes]], until: float, counts: Counter[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < until:
        kind, request = next(asked)
        status, body = await exchange(reader, writer, request)
        counts[kind if status == 200 else f"failed: {kind} {status} {body[:120]!r}"] += 1
    writer.close()


async def refreshing(port: int, corpus: Path, until: float, counts: Counter[str], chance: random.Random) -> None:
    """Rewrite a document and refresh, again and again."""
    paths = sorted(corpus.iterdir())
    while time.monotonic() < until - REFRESHED_EVERY:
        path = chance.choice(paths)
        text = path.read_text("utf-8")
        note = f"\n\nNote {counts['refresh']}: it has {chance.choice(WORDS)}.\n"
        path.write_text(text.partition("\n\nNote ")[0] + note, "utf-8")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        status, body = await exchange(reader, writer, post("/v1/index/refresh", {}))
        busy = status == 409  # the one before is still at work
        counts["refresh" if status < 300 or busy else f"failed: refresh {status} {body[:120]!r}"] += 1
        writer.close()
        await asyncio.sleep(REFRESHED_EVERY)


async def watching(process: int, until: float, samples: list[tuple[int, int]]) -> None:
    """Note resident memory in MB and open files."""
    while time.monotonic() < until:
        status = Path(f"/proc/{process}/status").read_text("ascii")
        resident = int(status.partition("VmRSS:")[2].split()[0]) // 1024
        samples.append((resident, sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())))
        await asyncio.sleep(SAMPLED_EVERY)


async def load(port: int, process: int, corpus: Path, connections: int, seconds: float) -> tuple[Counter[str], list]:
    chance, until, counts = random.Random(0), time.monotonic() + seconds, Counter[str]()
    asked = requests(chance, [path.stem for path in sorted(corpus.iterdir())])
    samples: list[tuple[int, int]] = []
    jobs = [connection(port, asked, until, counts) for _ in range(connections)]
    outcomes = await asyncio.gather(
        *jobs,
        refreshing(port, corpus, until, counts, chance),
        watching(process, until, samples),
        return_exceptions=True,
    )
    for outcome in filter(None, outcomes):
        counts[f"failed: {outcome!r}"] += 1
    return counts, samples


def grown(values: list[int]) -> float:
    """The median of the last quarter by that of the second."""
    quarter = len(values) // 4
    return median(values[-quarter:]) / median(values[quarter : 2 * quarter])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=15.0)
    options.add_argument("--connections", type=int, default=4)
    options.add_argument("--documents", type=int, default=12)
    options.add_argument("--growth", type=float, default=1.1, help="the most that memory and files may grow")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="lasting-") as folder:
        home = Path(folder)
        corpus, index = prepared(home, arguments.documents)
        command = serving.mlsurvey(corpus, index, home)
        with serving.running(command, serving.READY, home / "log") as (port, process):
            say("ready")
            run = load(port, process, corpus, arguments.connections, 60 * arguments.minutes)
            counts, samples = asyncio.run(run)
        faults = [line for line in (home / "log").read_text("utf-8").splitlines() if "Traceback" in line]
    memory, files = zip(*samples, strict=True)
    growth = {"memory": grown(list(memory)), "files": grown(list(files))}
    print(json.dumps(dict(counts), indent=1))
    for name, values in (("resident MB", memory), ("open files", files)):
        steps = values[:: max(1, len(values) // 8)]
        print(f"{name}: {' '.join(map(str, steps))}; most {max(values)}")
    print(f"last quarter by second: memory {growth['memory']:.3f}, files {growth['files']:.3f}")
    if any(name.startswith("failed") for name in counts):
        print("\n".join(faults[:3]).replace("\\n", "\n"))
        return 1
    return int(max(growth.values()) > arguments.growth)


if __name__ == "__main__":
    sys.exit(main())
