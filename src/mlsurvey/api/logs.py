"""Structured logs: one JSON object a line on stderr. No question, no document text and no secret ever reaches them."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS

LOGGER = logging.getLogger("mlsurvey.api")

_FIELDS = "%(levelname)s %(name)s %(message)s"


def log_config(level: str = "INFO") -> dict[str, Any]:
    """Configuration for :func:`logging.config.dictConfig`, of the service and of the web server under it."""
    formatter = {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "format": _FIELDS,
        "timestamp": True,
        "reserved_attrs": [*RESERVED_ATTRS, "color_message"],  # the web server's, for terminals
        "rename_fields": {"levelname": "level", "name": "logger"},
    }
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "json"}
    ours = {"handlers": ["stderr"], "level": level, "propagate": False}
    silent = {"handlers": ["stderr"], "level": "CRITICAL", "propagate": False}  # its messages hold what agents sent
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": handler},
        "loggers": {"uvicorn": ours, "uvicorn.error": ours, "mlsurvey.api": ours, "mlsurvey.mcp": ours, "mcp": silent},
    }


def describe(error: BaseException) -> dict[str, Any]:
    """An error for the log: its type, and where in the code. Its message may quote a document, so it stays out."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {"error": type(error).__name__, "at": [f"{_module(f.filename)}:{f.lineno} {f.name}" for f in frames]}


def _module(filename: str) -> str:
    """The file from its package on, without the folders of this machine."""
    for mark in ("/mlsurvey/", "/site-packages/"):
        if mark in filename:
            return mark.strip("/").replace("site-packages", "") + "/" + filename.rpartition(mark)[2]
    return filename.rpartition("/")[2]
