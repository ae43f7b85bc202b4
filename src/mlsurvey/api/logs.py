"""Structured logs: one JSON object per line on stderr. They never contain questions, document text or secrets."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS

LOGGER = logging.getLogger("mlsurvey.api")

_FIELDS = "%(levelname)s %(name)s %(message)s"


def log_config(level: str = "INFO") -> dict[str, Any]:
    """Return the configuration of the service and its web server for :func:`logging.config.dictConfig`."""
    formatter = {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "format": _FIELDS,
        "timestamp": True,
        "reserved_attrs": [*RESERVED_ATTRS, "color_message"],  # set by the web server, for terminals
        "rename_fields": {"levelname": "level", "name": "logger"},
    }
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "json"}
    ours = {"handlers": ["stderr"], "level": level, "propagate": False}
    silent = {"handlers": ["stderr"], "level": "CRITICAL", "propagate": False}  # its messages contain what agents sent
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": handler},
        "loggers": {"uvicorn": ours, "uvicorn.error": ours, "mlsurvey.api": ours, "mlsurvey.mcp": ours, "mcp": silent},
    }


def describe(error: BaseException) -> dict[str, Any]:
    """Describe an error for the log by type and code location, without its message, which may quote a document."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {"error": type(error).__name__, "at": [f"{_module(f.filename)}:{f.lineno} {f.name}" for f in frames]}


def _module(filename: str) -> str:
    """Return the file's path from its package on, without the folders of this machine."""
    for mark in ("/mlsurvey/", "/site-packages/"):
        if mark in filename:
            return mark.strip("/").replace("site-packages", "") + "/" + filename.rpartition(mark)[2]
    return filename.rpartition("/")[2]
