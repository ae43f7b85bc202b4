"""A missing extra is reported with the command that installs it; nothing else needs it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.declared import EXTRAS, packages

from mlsurvey.errors import EngineError, needing

COMMANDS = {"serve": ("serve", "openapi", "token"), "mcp": ("mcp",), "web": ("tui --web",)}


def without(extra: str, *lines: str) -> subprocess.CompletedProcess[str]:
    """Runs lines of Python in a process in which the packages of the extra are missing."""
    blocked = [f"sys.modules[{package!r}] = None" for package in packages(extra)]
    script = "\n".join(("import sys", *blocked, *lines))
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize(("extra", "command"), [(e, c) for e, commands in COMMANDS.items() for c in commands])
def test_a_command_without_its_extra_says_what_to_type(extra: str, command: str, home) -> None:
    place = () if command in ("openapi", "token") else ("--corpus", str(home.corpus), "--index", str(home.index))
    done = without(extra, "from mlsurvey.cli import main", f"sys.exit(main({[*place, *command.split()]}))")
    assert done.returncode == EngineError.exit_code
    assert f"type: pip install 'mlsurvey[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reranker_and_a_device_need_the_models(home) -> None:
    command = ["--corpus", str(home.corpus), "--index", str(home.index)]
    ask = f"main({[*command, '--reranker', 'x/y', 'ask', 'Burn or Candle on the GPU?']})"
    refresh = f"main({[*command, 'refresh', '--rebuild']})"
    lines = ("import os", "from mlsurvey.cli import main", ask, "os.environ['MLSURVEY_DEVICE'] = 'cuda'", refresh)
    err = without("models", *lines).stderr
    assert "the reranker 'x/y' needs the package" in err and "pip install 'mlsurvey[models]'" in err
    assert "device = cuda" in err and "pip install 'mlsurvey[gpu]'" in err


def test_a_fault_of_our_own_is_not_taken_for_a_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError), needing("serve", "the service"):
        import mlsurvey.no_such_module  # noqa: F401


def test_refreshing_and_asking_need_no_extra(home) -> None:
    """Runs a separate process in which the packages of all extras are missing."""
    script = f"""
import sys
for package in {sorted({package for extra in EXTRAS for package in packages(extra)})}:
    sys.modules[package] = None
from pathlib import Path
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
import mlsurvey_tui.app, mlsurvey_tui.local, mlsurvey_tui.remote.engine, mlsurvey_tui.start
mlsurvey_tui.start.own_service()
with Survey(Settings(corpus=Path({str(home.corpus)!r}), index=Path({str(home.index)!r}), device="cpu")) as survey:
    survey.refresh(rebuild=True)
    assert survey.ask("Burn or Candle on the GPU?").citations
    assert survey.search("gpu").hits
"""
    subprocess.run([sys.executable, "-c", script], check=True)
