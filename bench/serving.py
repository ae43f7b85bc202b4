"""Servers on this machine, started for a measurement and stopped afterwards."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

READY = "/v1/ready"
QUEUE = "200"
"""Maximum queued requests: more than there are connections, so that none is rejected."""


def mlsurvey(corpus: Path, index: Path, cache: Path, *options: str, code: str | None = None) -> list[str]:
    """Command that starts the service; ``code`` is Python that ends by running it with the arguments."""
    start = ["-c", code] if code else ["-m", "mlsurvey"]
    places = ["--corpus", str(corpus), "--index", str(index), "--tokens-file", str(cache / "no-tokens")]
    return [sys.executable, *start, "serve", "--port", "{port}", "--queue", QUEUE, *places, *options]


@contextmanager
def running(command: Sequence[str], path: str, log: Path, **environment: str) -> Iterator[tuple[int, int]]:
    """A server that is ready: its port and its process id. Replaces ``{port}`` in the command."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    filled = [part.replace("{port}", str(port)) for part in command]
    with log.open("wb") as out:
        process = subprocess.Popen(filled, stdout=out, stderr=out, env={**os.environ, **environment})
    try:
        while not _answers(port, path):
            if process.poll() is not None:
                sys.exit(f"a server ended before it was ready:\n{log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(60)


def _answers(port: int, path: str) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}{path}", timeout=60, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False
