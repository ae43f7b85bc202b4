from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import platformdirs
import pytest
from tests.quiet.sealed import MARK

from mlsurvey.quiet import SWITCHES

HERE = Path(__file__).parent
NAMESPACES = ("unshare", "--map-root-user", "--net", "--mount")
CI = ("CI", "TF_BUILD", "JENKINS_URL", "GITHUB_ACTIONS")
"""Variables under which libraries send no reports by themselves."""
FOLDERS = (
    platformdirs.user_data_path,
    platformdirs.user_config_path,
    platformdirs.user_cache_path,
    platformdirs.user_state_path,
)


@dataclass(frozen=True)
class Outcome:
    """What is known after a program has ended."""

    code: int
    sent: tuple[str, ...] | None
    """Names looked up and addresses sent to; None if the machine lets nobody watch."""
    left: tuple[str, ...]
    """Command lines of processes that are still there."""
    files: tuple[str, ...]
    """Files outside corpus, index and the product's own folders."""


@cache
def why_unsealed() -> str:
    """Why a program cannot be run in a network of its own here; empty if it can."""
    command = [*NAMESPACES, "sh", "-c", "mount -t tmpfs none /run && ip link set lo up"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    return done.stderr.strip()


@pytest.fixture
def seal(home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Runs a program of a user with an empty home folder, in a network of its own if possible."""
    if sys.platform != "linux":
        pytest.skip("processes and packets are watched by means of Linux")
    place, temporary, report = tmp_path / "empty", tmp_path / "temporary", tmp_path / "report"
    place.mkdir()
    temporary.mkdir()
    for name in [*CI, *(name for name in os.environ if name.startswith(("XDG_", "MLSURVEY_", "HF_")))]:
        monkeypatch.delenv(name, raising=False)
    for name in SWITCHES:
        monkeypatch.setenv(name, "0")
    for name, value in {
        "HOME": place,
        "TMPDIR": temporary,
        "MLSURVEY_CORPUS": home.corpus,
        "MLSURVEY_INDEX": home.index,
        MARK: secrets.token_hex(8),
    }.items():
        monkeypatch.setenv(name, str(value))
    own = [folder("mlsurvey") for folder in FOLDERS]

    def seal(*program: str) -> Outcome:
        before = () if why_unsealed() else NAMESPACES
        mode = "plain" if why_unsealed() else "sealed"
        subprocess.run([*before, sys.executable, str(HERE / "sealed.py"), str(report), mode, *program], check=True)
        told = json.loads(report.read_text("utf-8"))
        for pid in told["left"]:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        files = [file for root in (place, temporary) for file in root.rglob("*") if not file.is_dir()]
        foreign = tuple(str(file) for file in files if not any(file.is_relative_to(folder) for folder in own))
        sent = None if told["sent"] is None else tuple(told["sent"])
        return Outcome(told["code"], sent, tuple(told["left"].values()), foreign)

    return seal


@pytest.fixture
def play(seal: Callable[..., Outcome]) -> Callable[[str], Outcome]:
    """Runs one of the stories."""
    return lambda story: seal(sys.executable, str(HERE / "stories.py"), story)
