"""Shared code of the benchmarks: interleaved measurement, medians with spread, rows of results, and machine facts.

A results file is JSON: ``{"benchmark", "machine", "settings", "rows"}``. A row says ``what`` was measured, of which
``system``, at which ``size`` (passages), its ``median`` with ``min`` and ``max`` of the rounds, ``runs`` and ``unit``.
``ratio`` is how many times worse than mlsurvey a system was in the same round: the median over the rounds, with
``ratio_min`` and ``ratio_max``. The machines are busy with other work, so ratios are the most reliable figures.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median, quantiles
from typing import Any

OURS = "mlsurvey"
SEED = 20
Row = dict[str, Any]
Rounds = Mapping[str, Sequence[Sequence[float]]]
"""The samples of each round, by system; a round measures all systems shortly after each other."""

_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
_PACKAGES = ("mlsurvey", "torch", "sentence-transformers", "onnxruntime", "openvino", "faiss-cpu", "tantivy", "numpy")
_BEGAN = time.monotonic()


def say(text: str) -> None:
    """Print a line of progress to stderr."""
    print(f"[{time.monotonic() - _BEGAN:6.1f} s] {text}", file=sys.stderr, flush=True)


def in_turn(systems: Sequence[str], rounds: int) -> Iterator[tuple[int, str]]:
    """Pairs (round, system). Each round has every system once and starts with a different one."""
    for number in range(rounds):
        shift = number % len(systems)
        for system in (*systems[shift:], *systems[:shift]):
            yield number, system


def measured(
    systems: Mapping[str, Callable[[int], Sequence[float]]], rounds: int, fewer: Mapping[str, int] | None = None
) -> Rounds:
    """Samples of each system: its function is called with the round number, in turn with the others.

    Slow systems can be limited to the first few rounds with ``fewer``.
    """
    samples: dict[str, list[Sequence[float]]] = {name: [] for name in systems}
    for number, name in in_turn(tuple(systems), rounds):
        if number < (fewer or {}).get(name, rounds):
            samples[name].append(systems[name](number))
    return samples


def rows_of(
    what: str, unit: str, samples: Rounds, *, size: int | None = None, higher_is_better: bool = False, **more: Any
) -> list[Row]:
    """One row per system, with its ratio to mlsurvey if both were measured."""
    medians = {name: [median(taken) for taken in rounds] for name, rounds in samples.items()}
    rows = []
    for name, rounds in samples.items():
        row = {"what": what, "system": name, "size": size, "unit": unit, **_spread(rounds), **more}
        if name != OURS and OURS in medians:
            row |= _ratio(medians[OURS], medians[name], higher_is_better)
        rows.append(row)
        say(line_of(row))
    return rows


def _spread(rounds: Sequence[Sequence[float]]) -> Row:
    every = [value for taken in rounds for value in taken]
    middles = [median(taken) for taken in rounds]
    found = {"median": median(every), "min": min(middles), "max": max(middles), "runs": len(every)}
    if len(every) >= 20:
        found["p95"] = quantiles(every, n=20, method="inclusive")[-1]
    return {name: round(value, 6) for name, value in found.items()}


def _ratio(ours: Sequence[float], theirs: Sequence[float], higher_is_better: bool) -> Row:
    pairs = zip(ours, theirs, strict=False)  # a slow system has only the first rounds
    ratios = [our / their if higher_is_better else their / our for our, their in pairs]
    return {"ratio": round(median(ratios), 3), "ratio_min": round(min(ratios), 3), "ratio_max": round(max(ratios), 3)}


def line_of(row: Row) -> str:
    """A row as text."""
    size = f" at {row['size']:,}" if row.get("size") else ""
    spread = f"{row['median']:.4g} {row['unit']} ({row['min']:.4g} to {row['max']:.4g}, {row['runs']} runs)"
    ratio = f"; mlsurvey is {row['ratio']:.3g} times better" if "ratio" in row else ""
    return f"{row['what']}{size}, {row['system']}: {spread}{ratio}"


def machine() -> Row:
    """Facts that the figures depend on, without local paths."""
    cpu = _cpu_facts()
    flags = cpu.get("flags", cpu.get("Features", "")).split()
    return {
        "cores": os.cpu_count(),
        "cpu": cpu.get("model name", platform.processor() or platform.machine()),
        "flags": [flag for flag in _FLAGS if flag in flags],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions(_PACKAGES),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


def _cpu_facts() -> dict[str, str]:
    file = Path("/proc/cpuinfo")
    lines = file.read_text().split("\n\n")[0].splitlines() if file.is_file() else []
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Version of each package that is installed in this environment."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def write(output: Path | None, benchmark: str, rows: Sequence[Row], facts: Row, **settings: Any) -> None:
    """Write a results file, or print the rows to stdout. ``facts`` are taken before the run, as they include load."""
    value = {"benchmark": benchmark, "machine": facts, "settings": settings, "rows": list(rows)}
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    if output is None:
        print(text, end="")
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, "utf-8")
    say(f"wrote {output}")


def texts_of(file: Path) -> list[str]:
    """The questions of a JSON Lines file (``question`` or ``text`` of each object), shuffled with a fixed seed."""
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    found = list(dict.fromkeys(row.get("question") or row["text"] for row in rows))
    random.Random(SEED).shuffle(found)
    return found


def parser(doc: str | None) -> argparse.ArgumentParser:
    """A parser with the options that all benchmarks share."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--output", type=Path, help="results file (JSON); stdout without one")
    return made
