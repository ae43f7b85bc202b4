from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def run(no_settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process, with stdin, over the given corpus and index."""
    from mlsurvey.cli import main

    def run(*arguments: str, home: Any = None, stdin: bytes = b"") -> Outcome:
        place = ("--corpus", str(home.corpus), "--index", str(home.index)) if home else ()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        capsys.readouterr()
        code = main([*place, *arguments])
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture
def start(no_settings: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """The command line as a separate process, started as a shell would."""

    def start(*arguments: str, home: Any, **options: Any) -> subprocess.Popen[bytes]:
        environment = os.environ | {"MLSURVEY_CORPUS": str(home.corpus), "MLSURVEY_INDEX": str(home.index)}
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [sys.executable, "-m", "mlsurvey", *arguments], **(pipes | {"env": environment} | options)
        )

    return start
