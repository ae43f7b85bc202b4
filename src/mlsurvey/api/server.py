"""Run the service: one process, or several that share the index and one socket."""

from __future__ import annotations

import os
import signal
import tempfile
from functools import partial
from importlib.util import find_spec
from socket import IPPROTO_TCP, TCP_NODELAY, socket

import uvicorn
from uvicorn.supervisors.multiprocess import Multiprocess

from mlsurvey.api.logs import log_config
from mlsurvey.api.metrics import MULTIPROCESS
from mlsurvey.api.security import load_tokens
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.errors import SettingsError, StorageError
from mlsurvey.settings import PROJECT, Settings

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
"""Variables of OpenTelemetry that name where traces and metrics go."""


def serve(settings: Settings, service: ServiceSettings) -> None:
    """Serve until a signal; running requests are answered first.

    Raises:
        SettingsError: a token is required, and none is known; or tracing is asked for and not installed.
        StorageError: the address is taken, or is none of this machine's.
    """
    load_tokens(service)  # said here, not by each worker
    _check_tracing()
    config = uvicorn.Config(
        partial(_app, settings, service),
        factory=True,
        host=service.host,
        port=service.port,
        workers=service.workers,
        log_config=log_config(),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=service.drain,
    )
    with _listen(config) as listening:
        if service.workers == 1:
            signal.signal(signal.SIGTERM, _ended)
            uvicorn.Server(config).run(sockets=[listening])
            return
        with tempfile.TemporaryDirectory(prefix="mlsurvey-metrics-") as folder:
            os.environ[MULTIPROCESS] = folder
            Multiprocess(config, [listening]).run()


def _listen(config: uvicorn.Config) -> socket:
    """The socket, which all processes share."""
    try:
        listening = config.bind_socket()
    except SystemExit as error:  # how uvicorn says that the address is taken
        raise StorageError(f"cannot listen on {config.host}:{config.port}; choose another --port") from error
    # asyncio sets it only on sockets that name their protocol, and these do not: without it the head of a response
    # waits 40 ms for an acknowledgement before the body follows. Connections inherit it.
    listening.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    return listening


def _check_tracing() -> None:
    """Traces are sent where an endpoint is configured; the framework does it, if the parts are installed."""
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return
    if find_spec("opentelemetry.sdk") is None:
        raise SettingsError(f"{' or '.join(ENDPOINTS)} is set, but not installed: pip install 'mlsurvey[otel]'")
    os.environ.setdefault("OTEL_SERVICE_NAME", PROJECT)


def _ended(_signal: int, _frame: object) -> None:
    """What happens to the signal that uvicorn hands on once all requests are answered: nothing, it was obeyed."""


def _app(settings: Settings, service: ServiceSettings) -> object:
    from mlsurvey.api.app import create_app

    return create_app(settings, service)
