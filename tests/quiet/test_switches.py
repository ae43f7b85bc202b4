"""Usage reports are switched off in every process that imports the package."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from mlsurvey.quiet import REPORTERS, SWITCHES, be_quiet

ENTRIES = ("mlsurvey", "mlsurvey_tui.child", "mlsurvey.index.workers", "mlsurvey.api.worker")


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_process_is_quiet_whatever_its_environment_says(entry) -> None:
    script = f"import sys, os, {entry}; print([os.environ[n] for n in {list(SWITCHES)}], sys.modules[{REPORTERS[0]!r}])"
    loud = os.environ | dict.fromkeys(SWITCHES, "0")
    done = subprocess.run([sys.executable, "-c", script], env=loud, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{list(SWITCHES.values())} None"


def test_what_only_reports_cannot_be_imported() -> None:
    for name in REPORTERS:
        assert find_spec(name) is None
        with pytest.raises(ModuleNotFoundError):
            __import__(name)


def test_libraries_that_were_imported_before_are_switched_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    runtime = SimpleNamespace(disable_telemetry_events=lambda: calls.append("onnxruntime"))
    hub = SimpleNamespace(HF_HUB_DISABLE_TELEMETRY=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    monkeypatch.setitem(sys.modules, "huggingface_hub.constants", hub)
    be_quiet()
    assert calls == ["onnxruntime"] and hub.HF_HUB_DISABLE_TELEMETRY is True
