"""Send a service requests made from its own description, valid and invalid, and check every response against it.

    python bench/fuzzing.py --cases 10000 [--seed 1]

Needs schemathesis (extra ``dev``) and the extra ``serve``. The service runs on a copy of a small corpus, which requests
may change. A response with status 500, one that its schema does not allow, or a valid request that is refused without
the description saying so, is a failure.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import serving
from measuring import say

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "tests" / "api" / "schemathesis.toml"
CASES_A_ROUND = 190
"""About how many cases a limit of one example per property makes."""


def prepared(home: Path, documents: int) -> tuple[Path, Path]:
    """A small corpus with its index."""
    corpus, index = home / "corpus", home / "index"
    corpus.mkdir()
    for path in sorted((ROOT / "corpus" / "libraries").rglob("*.md"))[:documents]:
        shutil.copy(path, corpus / path.name)
    place = ["--corpus", str(corpus), "--index", str(index)]
    subprocess.run([sys.executable, "-m", "mlsurvey", "refresh", *place], check=True, stdout=subprocess.DEVNULL)
    return corpus, index


def finished(command: list[object], home: Path, seconds: float) -> tuple[int, str]:
    """Exit code and output of a command, which is stopped after that time."""
    began = time.monotonic()
    out = home / "out"
    with out.open("wb") as file:
        process = subprocess.Popen(list(map(str, command)), cwd=home, stdout=file, stderr=file)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            say("stopped before the end")
            process.kill()
            code = process.wait()
    say(f"{time.monotonic() - began:,.0f} s")
    return code, out.read_text("utf-8", "replace")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=10_000, help="about so many")
    options.add_argument("--minutes", type=float, default=120.0, help="at most")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--documents", type=int, default=6)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as folder:
        home = Path(folder)
        corpus, index = prepared(home, arguments.documents)
        log = home / "log"
        command = serving.mlsurvey(corpus, index, home)
        with serving.running(command, serving.READY, log) as (port, _):
            command = [
                Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG, "run",
                f"http://127.0.0.1:{port}/openapi.json", "--checks", "all", "--no-color", "--request-timeout", "60",
                "--max-examples", str(max(1, arguments.cases // CASES_A_ROUND)), "--seed", str(arguments.seed),
            ]  # fmt: skip
            code, said = finished(command, home, 60 * arguments.minutes)
        lines = [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
    print(re.sub(r"\n{3,}", "\n\n", said[-3000:]))
    statuses = [line.get("status") for line in lines if "status" in line]
    print(f"{len(statuses):,} requests answered, {statuses.count(500)} of them with 500; exit {code}")
    return code or int(500 in statuses)


if __name__ == "__main__":
    sys.exit(main())
