"""Results of the GPU benchmark: rows, notes and machine facts, written after every part."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import torch

LIBRARIES = ("torch", "sentence-transformers", "transformers", "tokenizers", "numpy", "faiss-gpu", "faiss-cpu")


@dataclass
class Clock:
    """The remaining time. A part that does not fit is skipped, with a note."""

    minutes: float
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        return self.started + 60 * self.minutes - time.monotonic()


@dataclass
class Report:
    """Rows ``{what, size, system, median, min, max, runs, unit}`` and notes, in order of addition."""

    out: Path
    clock: Clock
    rows: list[dict[str, object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    machine: dict[str, object] = field(default_factory=lambda: facts())

    def add(self, what: str, size: int, system: str, values: Sequence[float], unit: str) -> None:
        row = dict(what=what, size=size, system=system, median=median(values), min=min(values), max=max(values))
        self.rows.append(row | {"runs": len(values), "unit": unit})
        print(f"{what} | {size:,} | {system} | {figure(median(values))} {unit}", flush=True)
        self.write()

    def note(self, line: str) -> None:
        self.notes.append(line)
        print(line, flush=True)
        self.write()

    def has_time(self, seconds: float, what: str) -> bool:
        """Whether more than ``seconds`` are left; if not, adds a note about the skipped part."""
        if self.clock.left() > seconds:
            return True
        self.note(f"left out for lack of time ({self.clock.left():.0f} s left): {what}")
        return False

    def write(self) -> None:
        content = {"machine": self.machine, "rows": self.rows, "notes": self.notes}
        draft = self.out.with_suffix(".part")
        draft.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        draft.replace(self.out)

    def table(self) -> str:
        """The rows and notes as Markdown."""
        lines = ["| what | size | system | median | min – max | runs |", "| --- | ---: | --- | ---: | ---: | ---: |"]
        for row in self.rows:
            low, middle, high = (figure(row[key]) for key in ("min", "median", "max"))
            cells = (row["what"], f"{row['size']:,}", row["system"], f"{middle} {row['unit']}", f"{low} – {high}")
            lines.append(f"| {' | '.join(map(str, cells))} | {row['runs']} |")
        return "\n".join([*lines, "", *(f"- {note}" for note in self.notes)])


def figure(value: object) -> str:
    """Four significant digits, without exponent."""
    number = float(value)  # type: ignore[arg-type]
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def timed(action: Callable[[], object], runs: int, seconds: float = 30.0) -> list[float]:
    """Seconds of each run after a warm-up: ``runs`` of them, or fewer if they would exceed ``seconds``."""
    action()
    synchronize()
    taken: list[float] = []
    while len(taken) < runs and (not taken or sum(taken) + max(taken) < seconds):
        started = time.perf_counter()
        action()
        synchronize()
        taken.append(time.perf_counter() - started)
    return taken


def synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def facts() -> dict[str, object]:
    """Facts about the machine and the libraries, as far as available."""
    return {
        "gpu": _asked(
            "nvidia-smi", "--query-gpu=name,driver_version,memory.total,power.limit", "--format=csv,noheader"
        ),
        "cuda": torch.version.cuda,
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "python": platform.python_version(),
        "torch_threads": torch.get_num_threads(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
    }


def _asked(*command: str) -> str | None:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
