"""Measure a question from a cold start: a process starts, opens the index, loads the model and answers.

    python bench/cold_start.py --index FOLDER --corpus FOLDER --cache FOLDER [--peers PYTHON] [--runs 9] [--output FILE]

Compares ``mlsurvey ask`` (a complete comparison, cited and printed) with a process that imports txtai or LlamaIndex,
opens their saved hybrid index of the same passages, loads the same model and prints the hits of one search. The systems
take turns. Times are from the start of the process to the last byte of output, with all files in the page cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from chunks import Chunks, exported, opened
from measuring import OURS, Row, machine, measured, parser, rows_of, say, write
from worker import Worker

PEERS = ("txtai", "LlamaIndex")
QUESTION = "How do Burn and Candle differ in GPU support?"
FEWER = {"LlamaIndex": 3}
"""Number of runs for systems that take half a minute per run."""
_CODES = (0, 3)  # 3: it abstained, which is also an answer
_SCRIPT = Path(__file__).with_name("peers.py")


@dataclass
class Ended:
    """Measurements of one system's processes, one value per run."""

    printed: list[float] = field(default_factory=list)
    """Seconds to the last byte of output."""
    processor: list[float] = field(default_factory=list)
    """CPU seconds of the whole process."""
    resident: list[float] = field(default_factory=list)
    """Peak resident memory in MB."""


def run(command: Sequence[str], ended: Ended, number: int) -> list[float]:
    """Run a process; returns the seconds to its last byte of output.

    Raises:
        RuntimeError: the process failed or printed nothing.
    """
    started = last = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    assert process.stdout and process.stderr
    size = 0
    while part := process.stdout.read(1 << 16):
        last, size = time.perf_counter(), size + len(part)
    errors = process.stderr.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _CODES or not size:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {process.returncode}: {errors[-2000:]}")
    ended.printed.append(last - started)
    ended.processor.append(usage.ru_utime + usage.ru_stime)
    ended.resident.append(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6)
    return [last - started]


def built(name: str, chunks: Chunks, python: str) -> Path:
    """The index of a peer, built if missing."""
    from mlsurvey.embedding.models import DEFAULT_MODEL, locate

    folder = chunks.folder / f"{name}-once"
    noted = folder.with_suffix(".made")
    if not noted.exists():
        say(f"building {name} over {chunks.size:,} passages")
        with Worker([python, str(_SCRIPT), name], HF_HUB_OFFLINE="1") as worker:
            worker.ask("build", folder=str(folder), texts=str(chunks.texts), vectors=str(chunks.vectors))
            if name == "txtai":
                worker.ask("name_model", folder=str(folder), model=str(locate(DEFAULT_MODEL)))
        noted.touch()
    return folder


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--index", type=Path, required=True)
    options.add_argument("--corpus", type=Path, required=True, help="the documents of the index")
    options.add_argument("--cache", type=Path, required=True, help="for the indexes of the peers")
    options.add_argument("--peers", help="Python of an environment with txtai and LlamaIndex")
    options.add_argument("--systems", nargs="*", default=list(PEERS), choices=PEERS, help="peers to measure")
    options.add_argument("--question", default=QUESTION)
    options.add_argument("--runs", type=int, default=9)
    arguments = options.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    from mlsurvey.embedding.models import DEFAULT_MODEL, locate

    facts = machine()
    with opened(arguments.index) as (_, reading):
        chunks = exported(reading, arguments.cache)
    places = ["--corpus", str(arguments.corpus), "--index", str(arguments.index)]
    commands = {OURS: [sys.executable, "-m", "mlsurvey", "ask", arguments.question, *places]}
    for name in arguments.systems if arguments.peers else ():
        folder = str(built(name, chunks, arguments.peers))
        commands[name] = [arguments.peers, str(_SCRIPT), "once", name, folder, str(locate(DEFAULT_MODEL))]
        commands[name].append(arguments.question)
    write(arguments.output, "cold_start", timed(commands, arguments.runs, chunks.size), facts, runs=arguments.runs)


def timed(commands: dict[str, list[str]], runs: int, size: int) -> list[Row]:
    """Measure all systems; returns their rows."""
    for command in commands.values():
        run(command, Ended(), 0)  # warms the page cache
    ended = {name: Ended() for name in commands}
    measured({name: partial(run, command, ended[name]) for name, command in commands.items()}, runs, FEWER)
    whats = {
        "cold start": ("s", "printed"),
        "cold start, processor time": ("s", "processor"),
        "cold start, most memory": ("MB", "resident"),
    }
    rows = []
    for what, (unit, name) in whats.items():
        samples = {system: [[value] for value in getattr(found, name)] for system, found in ended.items()}
        rows += rows_of(what, unit, samples, size=size)
    return rows


if __name__ == "__main__":
    main()
