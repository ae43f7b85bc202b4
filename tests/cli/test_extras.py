"""A missing extra is reported with the command that installs it; nothing else needs it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import pytest
from tests.declared import EXTRAS, distributions, packages

from mlsurvey.errors import EngineError, needing
from mlsurvey.reading.converting import kinds

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


@pytest.fixture
def without_readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if no distribution of the extra ``formats`` were installed."""
    wanted = distributions(EXTRAS["formats"])

    def version_of(name: str) -> str:
        if name in wanted:
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(kinds, "version", version_of)
    kinds._version.cache_clear()
    yield
    kinds._version.cache_clear()


@pytest.mark.usefixtures("without_readers")
def test_a_document_whose_reader_is_missing_says_what_to_type(run, home) -> None:
    missing = {"a.pdf": "pdf-inspector", "b.html": "selectolax", "c.ipynb": "selectolax", "d.docx": "mammoth"}
    for name in missing:
        (home.corpus / name).write_bytes(b"%PDF-1.7 {PK\x03\x04")
    done = run("refresh", "--json", home=home)
    assert done.code == 0 and done.value["unchanged"] == 4
    reasons = {one["path"]: one["reason"] for one in done.value["unreadable"]}
    for name, package in missing.items():
        remedy = "which is not installed; type: pip install 'mlsurvey[formats]'"
        assert re.fullmatch(rf"not read: a .* needs the package {package}, {re.escape(remedy)}", reasons[name])
    assert "  ! a.pdf: not read: a PDF file needs the package pdf-inspector" in run("refresh", home=home).out


@pytest.mark.usefixtures("without_readers")
def test_a_folder_of_papers_without_their_reader_says_what_to_type(run, no_settings) -> None:
    (no_settings / "papers").mkdir()
    (no_settings / "papers" / "a.pdf").write_bytes(b"%PDF-1.7")
    done = run("init", "papers")
    assert done.code == 1 and "no document could be read: a.pdf: not read: a PDF file needs" in done.err
    assert "type: pip install 'mlsurvey[formats]'" in done.err


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
