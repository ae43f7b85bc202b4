"""Runs the service: one process, or several that share the index and one socket."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from multiprocessing import parent_process
from socket import IPPROTO_TCP, TCP_NODELAY, socket

import uvicorn
from uvicorn.supervisors.multiprocess import Multiprocess

from mlsurvey import lifeline
from mlsurvey.api.logs import log_config
from mlsurvey.api.metrics import MULTIPROCESS
from mlsurvey.api.security import LOOPBACK, load_tokens
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.errors import SettingsError, StorageError
from mlsurvey.settings import PROJECT, Settings

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
"""OpenTelemetry environment variables for the destination of traces and metrics."""

EVERYWHERE = ("0.0.0.0", "::")
"""Addresses that stand for all of the machine, and are no place to go to."""
GRACE = 30.0
"""Seconds that a worker has to stop its jobs, besides those to complete its requests, once its supervisor is gone."""


def serve(settings: Settings, service: ServiceSettings, tell: Callable[[str], None] = lambda _: None) -> None:
    """Serve until a signal arrives; running requests are completed first.

    Args:
        settings: of the corpus and its index.
        service: of the service.
        tell: called with the address of the page once the service listens.

    Raises:
        SettingsError: a token is required but none is known, or tracing is configured but not installed.
        StorageError: the address is in use, or does not belong to this machine.
    """
    load_tokens(service)  # raises here instead of in each worker
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
        tell(_address(service.host, listening.getsockname()[1]))
        if service.workers == 1:
            signal.signal(signal.SIGTERM, _ended)
            uvicorn.Server(config).run(sockets=[listening])
            return
        with tempfile.TemporaryDirectory(prefix="mlsurvey-metrics-") as folder:
            os.environ[MULTIPROCESS] = folder
            Multiprocess(config, [listening]).run()


def _listen(config: uvicorn.Config) -> socket:
    """Return the socket, which all processes share."""
    try:
        listening = config.bind_socket()
    except SystemExit as error:  # raised by uvicorn if the address is in use
        raise StorageError(f"cannot listen on {config.host}:{config.port}; choose another --port") from error
    # asyncio sets this only on sockets that specify their protocol, and these do not. Without it, the body of a
    # response waits 40 ms for the headers to be acknowledged. Connections inherit the option.
    listening.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    return listening


def _address(host: str, port: int) -> str:
    """Return the address to open in a browser on this machine."""
    if host in EVERYWHERE:
        host = LOOPBACK[0]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _check_tracing() -> None:
    """Check that tracing is installed if an endpoint is configured; the framework then sends the traces."""
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return
    if find_spec("opentelemetry.sdk") is None:
        raise SettingsError(f"{' or '.join(ENDPOINTS)} is set, but not installed: pip install 'mlsurvey[otel]'")
    os.environ.setdefault("OTEL_SERVICE_NAME", PROJECT)


def _ended(_signal: int, _frame: object) -> None:
    """Ignore the signal that uvicorn re-raises after the shutdown, since it has been handled."""


def _app(settings: Settings, service: ServiceSettings) -> object:
    from mlsurvey.api.app import create_app

    if supervisor := parent_process():  # one of several workers, which would keep the address for ever
        lifeline.hold(service.drain + GRACE, warning=signal.SIGTERM, pipe=supervisor.sentinel)
    return create_app(settings, service)
