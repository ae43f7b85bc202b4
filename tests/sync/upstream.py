"""A real HTTP server on loopback that behaves as well or as badly as a test requires."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Reply = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: Upstream

    def do_GET(self) -> None:
        path = unquote(self.path)
        self.upstream.asked.append((path, dict(self.headers)))
        with self.upstream.counted():
            self.upstream.replies.get(path, missing)(self)

    def log_message(self, format: str, *values: Any) -> None:
        pass

    def send(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Upstream:
    """The server's replies by path, and the requests it received."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.most_at_once = self._now = 0
        self._lock = threading.Lock()
        self.ended = threading.Event()
        self.base = ""

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1

    def times(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)


@contextmanager
def running() -> Iterator[Upstream]:
    upstream = Upstream()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Request,), {"upstream": upstream}))
    server.daemon_threads = True
    upstream.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield upstream
    finally:
        upstream.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def missing(request: Request) -> None:
    request.send(404, b"no such page")


def serve(body: bytes, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: request.send(200, body, {"Content-Type": "text/plain; charset=utf-8"} | named)


def status(code: int, **headers: str) -> Reply:
    return lambda request: request.send(code, b"", {name.replace("_", "-"): value for name, value in headers.items()})


def redirect(to: str) -> Reply:
    return status(302, Location=to)


def conditional(body: bytes, etag: str) -> Reply:
    def reply(request: Request) -> None:
        if request.headers.get("If-None-Match") == etag:
            request.send(304, headers={"ETag": etag})
        else:
            serve(body, ETag=etag)(request)

    return reply


def truncated(body: bytes) -> Reply:
    def reply(request: Request) -> None:
        request.send(200, body, {"Content-Length": str(len(body) + 1000)})
        request.close_connection = True

    return reply


def stalled(request: Request) -> None:
    """Half a response, then silence until the test ends."""
    request.send(200, b"# Half", {"Content-Length": "100"})
    request.wfile.flush()
    request.upstream.ended.wait(30)
    request.close_connection = True


def dripping(request: Request) -> None:
    """A byte now and then, never silent for long and never finished."""
    request.send(200, b"", {"Content-Length": "100000"})
    try:
        while not request.upstream.ended.wait(0.02):
            request.wfile.write(b"x")
            request.wfile.flush()
    except OSError:
        pass
    request.close_connection = True


def endless(request: Request) -> None:
    """A body without a stated length that never ends."""
    request.send_response(200)
    request.send_header("Connection", "close")
    request.end_headers()
    try:
        while not request.upstream.ended.is_set():
            request.wfile.write(b"more and more " * 4096)
    except OSError:
        pass
    request.close_connection = True


def bomb(size: int) -> Reply:
    return serve(gzip.compress(b"\0" * size), Content_Encoding="gzip")


def in_turn(*replies: Reply) -> Reply:
    """Each reply once, then the last one forever."""
    left = list(replies)
    return lambda request: (left.pop(0) if len(left) > 1 else left[0])(request)


def archive(files: Mapping[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return sink.getvalue()


def packument(version: str, tarball: str, data: bytes) -> bytes:
    integrity = f"sha512-{base64.b64encode(hashlib.sha512(data).digest()).decode()}"
    dist = {"tarball": tarball, "integrity": integrity}
    return json.dumps({"dist-tags": {"latest": version}, "versions": {version: {"dist": dist}}}).encode()
