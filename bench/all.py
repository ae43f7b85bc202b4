"""Run all speed and memory benchmarks in sequence, then draw and document the results.

    python bench/all.py --corpus FOLDER --index FOLDER --cache FOLDER [--peers PYTHON] [--optimum PYTHON] …

    --index      of real documents, built by `mlsurvey refresh`; larger ones are grown from it, in the cache
    --questions  JSON Lines with `question` or `text`, 210 or more
    --set        folder in BEIR's layout, for recall@10 of the embedding
    --peers      Python of an environment with txtai[api], lancedb, pymilvus[milvus_lite], chromadb, haystack-ai,
                 llama-index-core, llama-index-retrievers-bm25 and llama-index-embeddings-huggingface
    --optimum    Python of an environment with sentence-transformers[onnx,openvino]

A part is skipped if its results were measured with the same code and arguments: an interrupted run resumes, and a
change to src/ triggers new measurements. `--only` and `--skip` select parts, `--again` repeats existing measurements.
Takes about 25 minutes on two cores, plus one-time preparation: growing a million passages takes an hour, and building
the peers' indexes over them a quarter of an hour.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import say
from results import RESULTS

HERE = Path(__file__).parent
SOURCES = (HERE.parent / "src", HERE)
SIZES = (10_000, 40_000, 1_000_000)


@dataclass(frozen=True)
class Part:
    """One script with its arguments; ``name`` is that of its results file."""

    name: str
    script: str
    arguments: Sequence[str | Path]

    def command(self, results: Path) -> list[str]:
        given = [str(argument) for argument in self.arguments]
        return [sys.executable, str(HERE / self.script), *given, "--output", str(results / f"{self.name}.json")]


def option(name: str, value: str | Path | None) -> list[str]:
    """An option with its value; empty without a value."""
    return [] if value is None else [f"--{name}", str(value)]


def parts(arguments: argparse.Namespace, grown: dict[int, Path]) -> list[Part]:
    """All benchmarks, the smaller ones first, so that results appear early."""
    small = grown[min(grown)]
    cache, peers = ["--cache", arguments.cache], option("peers", arguments.peers)
    questions = ["--questions", arguments.questions]
    real = ["--corpus", arguments.corpus, "--index", arguments.index]
    first = ["--corpus", small / "corpus", "--index", small / "index"]
    indexes = [arguments.index, *(folder / "index" for folder in grown.values())]
    embedding = [
        "--index",
        arguments.index,
        *cache,
        *option("optimum", arguments.optimum),
        *option("set", arguments.set),
    ]
    return [
        Part("cold_start", "cold_start.py", [*first, *cache, *peers, "--runs", "7"]),
        Part("api", "api.py", [*real, *cache, *peers, "--seconds", "9"]),
        Part("embedding", "embedding.py", [*embedding, "--passages", "384", "--rounds", "3"]),
        Part(
            "searching", "searching.py", [*indexes, *questions, *cache, *peers, "--asked", arguments.index, *real[:2]]
        ),
        Part("memory", "memory.py", [indexes[1], indexes[-1], *questions, "--vectors", *arguments.vectors]),
        Part("refreshing", "refreshing.py", [*grown.values(), *peers, "--rounds", "5", "--builds", "2"]),
    ]


def grow(arguments: argparse.Namespace) -> dict[int, Path]:
    """Folders with grown corpora and their indexes, by size; created or completed as needed."""
    folders = {}
    for size in arguments.sizes:
        folders[size] = (arguments.grown or arguments.cache) / f"grown-{size}"
        if not is_readable(folders[size] / "index"):
            say(f"{folders[size].name} has an index of another format: it is grown anew")
            shutil.rmtree(folders[size])
        say(f"growing {size:,} passages, where they are not there yet")
        places = ["--index", str(arguments.index), "--passages", str(size), "--out", str(folders[size])]
        subprocess.run([sys.executable, str(HERE / "grown.py"), *places], check=True)
    return folders


def is_readable(index: Path) -> bool:
    """Whether this version can read the index; True if there is none."""
    from mlsurvey.errors import DamagedIndexError, NoIndexError
    from mlsurvey.index.local import LocalSnapshot

    try:
        with LocalSnapshot(index):
            return True
    except NoIndexError:
        return True
    except DamagedIndexError:
        return False


def digest(part: Part) -> str:
    """Hash of the code and the arguments; results with the same hash are not measured again."""
    files = sorted(file for folder in SOURCES for file in folder.rglob("*.py"))
    code = hashlib.sha256("\n".join(map(str, part.arguments)).encode())
    for file in files:
        code.update(file.read_bytes())
    return code.hexdigest()


def run(part: Part, arguments: argparse.Namespace) -> bool:
    """Run a part unless its results are up to date; returns whether the results are available."""
    noted = arguments.cache / "measured.json"
    known = json.loads(noted.read_text("utf-8")) if noted.exists() else {}
    output, key = arguments.results / f"{part.name}.json", digest(part)
    if known.get(part.name) == key and output.exists() and not arguments.again:
        say(f"{part.name}: already measured")
        return True
    say(f"{part.name}: begins, load {os.getloadavg()[0]:.1f}")
    began = time.monotonic()
    code = subprocess.run(part.command(arguments.results), check=False).returncode
    say(f"{part.name}: {'done' if code == 0 else f'failed with code {code}'}, {time.monotonic() - began:.0f} s")
    if code == 0:
        noted.write_text(json.dumps({**known, part.name: key}), "utf-8")
    return code == 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpus", "index", "cache", "questions"):
        options.add_argument(f"--{name}", type=Path, required=True)
    options.add_argument("--set", type=Path)
    options.add_argument("--peers")
    options.add_argument("--optimum")
    options.add_argument("--sizes", type=int, nargs="*", default=list(SIZES), help="passages of the grown indexes")
    options.add_argument("--grown", type=Path, help="where the grown indexes are or go [default: in the cache]")
    options.add_argument("--vectors", nargs="*", default=["exact", "compressed"], help="settings for memory.py")
    options.add_argument("--results", type=Path, default=RESULTS)
    options.add_argument("--only", nargs="*", metavar="PART")
    options.add_argument("--skip", nargs="*", default=[], metavar="PART")
    options.add_argument("--again", action="store_true")
    arguments = options.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    arguments.cache.mkdir(parents=True, exist_ok=True)
    known = parts(arguments, {size: Path() for size in arguments.sizes})
    wanted = arguments.only if arguments.only is not None else [part.name for part in known]
    if unknown := {*wanted, *arguments.skip} - {part.name for part in known}:
        sys.exit(f"no part is called {', '.join(sorted(unknown))}; known: {', '.join(part.name for part in known)}")
    chosen = [part for part in parts(arguments, grow(arguments)) if part.name in wanted]
    failed = [part.name for part in chosen if part.name not in arguments.skip and not run(part, arguments)]
    for script in ("report.py", "growth.py"):
        command = [sys.executable, str(HERE / script), "--results", str(arguments.results)]
        if subprocess.run(command, check=False).returncode:
            failed.append(script)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}; the same command goes on with them")


if __name__ == "__main__":
    main()
