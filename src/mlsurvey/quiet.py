"""Switches off the usage reports of the libraries used here: everything runs locally, and nothing is sent anywhere.

Called when the package is imported, before any of these libraries, so it holds in
every process: the command line, the child processes, and programs that import the package.
Variables set in the environment are overridden, and pass to child processes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

SWITCHES: Final[Mapping[str, str]] = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
"""Environment variables of ONNX Runtime (since 1.29 it makes a device id and sends events, from its import on),
of the Hugging Face hub, and of all libraries that follow donottrack.sh."""

REPORTERS: Final = ("openvino_telemetry",)
"""Packages that only send reports. OpenVINO has no variable for it, but runs without the package."""

_LOADED: Final[Mapping[str, Callable[[Any], object]]] = {
    "onnxruntime": lambda module: module.disable_telemetry_events(),
    "huggingface_hub.constants": lambda module: setattr(module, "HF_HUB_DISABLE_TELEMETRY", True),
}
"""How to switch off libraries that a program imported before this package; they no longer read the environment."""


def be_quiet() -> None:
    """Switch off all usage reports of this process and of its children. Imports nothing, and may be repeated."""
    os.environ.update(SWITCHES)
    modules: dict[str, Any] = sys.modules
    modules.update(dict.fromkeys(REPORTERS))  # None: importing it raises ModuleNotFoundError
    for name, switch_off in _LOADED.items():
        if loaded := modules.get(name):
            switch_off(loaded)
