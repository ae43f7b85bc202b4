"""HTTP load: concurrent connections that each send one request after another, bounded in time and number."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any
from urllib.parse import quote


@dataclass
class Load:
    """The outcome of a load."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    """Seconds per successful request."""
    failures: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """Latency percentile in milliseconds."""
        return 1000 * quantiles(self.latencies, n=100, method="inclusive")[percent - 1]


def get(path: str, **parameters: Any) -> bytes:
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in parameters.items())
    return f"GET {path}?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def post(path: str, value: object) -> bytes:
    body = json.dumps(value).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    """Status and body of one request. The client is minimal, so that the server is what is measured."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    fields = dict(line.lower().partition(b": ")[::2] for line in head[1:] if line)
    return int(head[0].split()[1]), await reader.readexactly(int(fields[b"content-length"]))


async def put_load(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Load:
    """Send requests over ``connections`` at once, for ``seconds`` or until there are no more requests."""
    load = Load(seconds)
    start = time.perf_counter()
    until = start + seconds

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < until:
            if (request := next(requests, None)) is None:
                break
            status, body = await exchange(reader, writer, request)
            if status == 200:
                load.latencies.append(time.perf_counter() - began)
            else:
                load.failures.append(f"{status}: {body[:200]!r}")
        writer.close()

    outcomes = await asyncio.gather(*(ask() for _ in range(connections)), return_exceptions=True)
    load.seconds = time.perf_counter() - start  # requests in flight at the end count, and so does their time
    load.failures += [repr(outcome) for outcome in outcomes if outcome is not None]
    return load
