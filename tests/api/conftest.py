from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import uvicorn
from starlette.testclient import TestClient

from mlsurvey.api.app import create_app
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.settings import Settings

QUESTION = "How do Burn and Candle differ in GPU support?"
BASE = "http://127.0.0.1"


@contextmanager
def client_of(home: Any, tmp_path: Path, **service: Any) -> Iterator[TestClient]:
    """The application in this process."""
    service.setdefault("tokens_file", tmp_path / "tokens")
    app = create_app(Settings(corpus=home.corpus, index=home.index), ServiceSettings(**service))
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        while client.get("/v1/ready").status_code == 503 and (home.index / "catalogue.sqlite").exists():
            time.sleep(0.02)
        yield client


@pytest.fixture(scope="module")
def client(indexed: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """For read-only tests."""
    with client_of(indexed, tmp_path_factory.mktemp("service")) as client:
        yield client


@pytest.fixture
def writing(home: Any, tmp_path: Path) -> Iterator[TestClient]:
    """For tests that change the corpus or the index; see the fixture ``home``."""
    with client_of(home, tmp_path) as client:
        yield client


@dataclass
class Server:
    """A real server in its own process."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    clients: list[httpx2.Client] = field(default_factory=list)

    @property
    def client(self) -> httpx2.Client:
        self.clients.append(httpx2.Client(base_url=self.url, timeout=30, trust_env=False))
        return self.clients[-1]

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def stop(self) -> int:
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


Start = Callable[..., Server]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Start]:
    """Starts servers, and stops those still running at the end."""
    with serving(tmp_path) as start:
        yield start


@contextmanager
def serving(tmp_path: Path) -> Iterator[Start]:
    """Starts servers, and stops those still running at the end."""
    started: list[Server] = []

    def start(home: Any, *options: str, wait: bool = True) -> Server:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = tmp_path / f"log-{len(started)}"
        tokens = str(tmp_path / "tokens")
        place = ["--corpus", str(home.corpus), "--index", str(home.index)]
        arguments = ["serve", "--port", str(port), "--tokens-file", tokens, *place, *options]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MLSURVEY_SERVE")}
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "mlsurvey", *arguments], stdout=subprocess.DEVNULL, stderr=out, env=environment
            )
        server = Server(process, f"http://127.0.0.1:{port}", log)
        started.append(server)
        while wait and not _is_ready(server.url):
            assert process.poll() is None, log.read_text("utf-8")
            time.sleep(0.05)
        return server

    try:
        yield start
    finally:
        for server in started:
            server.stop()
            if "Traceback" in (log := server.log.read_text("utf-8", errors="replace")):
                print(log)  # pytest shows it if the test fails


@contextmanager
def hosted(home: Any, tmp_path: Path, **service: Any) -> Iterator[str]:
    """Address of a service in a thread of this process; it starts without the seconds that a new process takes."""
    app = create_app(
        Settings(corpus=home.corpus, index=home.index), ServiceSettings(tokens_file=tmp_path / "tokens", **service)
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the service did not start"
            time.sleep(0.01)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        while not _is_ready(url):
            time.sleep(0.02)
        yield url
    finally:
        server.should_exit = True
        thread.join()


def _is_ready(url: str) -> bool:
    """Ask without a client of our own kind, whose certificates take longer to load than the answer takes to come."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request("GET", "/v1/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@dataclass(frozen=True)
class Event:
    name: str
    value: Any


def events(text: str) -> list[Event]:
    """The events of a stream, without comments."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.split("\n") if line and not line.startswith(":"))
        if lines:
            found.append(Event(lines["event"], json.loads(lines["data"])))
    return found


def wait_for(client: Any, route: str) -> dict[str, Any]:
    """Wait for a job to end and return it."""
    until = time.monotonic() + 240
    while (job := client.get(route).json())["state"] in ("queued", "running"):
        assert time.monotonic() < until, job
        time.sleep(0.05)
    return job
