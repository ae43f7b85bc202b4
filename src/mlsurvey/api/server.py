"""Run the service: one process, or several that share the index and one socket."""

from __future__ import annotations

import os
import signal
import tempfile
from functools import partial

import uvicorn
from uvicorn.supervisors.multiprocess import Multiprocess

from mlsurvey.api.logs import log_config
from mlsurvey.api.metrics import MULTIPROCESS
from mlsurvey.api.security import load_tokens
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.errors import StorageError
from mlsurvey.settings import Settings


def serve(settings: Settings, service: ServiceSettings) -> None:
    """Serve until a signal; running requests are answered first.

    Raises:
        SettingsError: a token is required, and none is known.
        StorageError: the address is taken, or is none of this machine's.
    """
    load_tokens(service)  # said here, not by each worker
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
    try:
        socket = config.bind_socket()
    except SystemExit as error:  # how uvicorn says that the address is taken
        raise StorageError(f"cannot listen on {service.host}:{service.port}; choose another --port") from error
    with socket:
        if service.workers == 1:
            signal.signal(signal.SIGTERM, _ended)
            uvicorn.Server(config).run(sockets=[socket])
            return
        with tempfile.TemporaryDirectory(prefix="mlsurvey-metrics-") as folder:
            os.environ[MULTIPROCESS] = folder
            Multiprocess(config, [socket]).run()


def _ended(_signal: int, _frame: object) -> None:
    """What happens to the signal that uvicorn hands on once all requests are answered: nothing, it was obeyed."""


def _app(settings: Settings, service: ServiceSettings) -> object:
    from mlsurvey.api.app import create_app

    return create_app(settings, service)
