"""A real HTTP server that speaks the chat-completions protocol, and misbehaves as told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Model:
    """What a server was asked, and where it is."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    is_left: threading.Event = field(default_factory=threading.Event)
    """Set when the client has closed the connection of a slow reply."""


Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each request with the behaviour of its server."""

    server: Server

    def do_POST(self) -> None:
        model = self.server.model
        model.paths.append(self.path)
        model.keys.append(self.headers.get("Authorization"))
        model.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        try:
            self.server.behaviour(self)
        except (BrokenPipeError, ConnectionResetError):
            model.is_left.set()

    def do_GET(self) -> None:
        self.server.model.paths.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass

    def head(self, status: int = 200, kind: str = "text/event-stream", **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, text: str | bytes) -> None:
        self.wfile.write(text.encode() if isinstance(text, str) else text)
        self.wfile.flush()

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than the server runs."""
        self.server.is_ending.wait(seconds)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    behaviour: Behaviour
    model: Model
    is_ending: threading.Event


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Model]:
    server = Server(("127.0.0.1", 0), Handler)
    server.behaviour, server.is_ending = behaviour, threading.Event()
    server.model = Model(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.model
    finally:
        server.is_ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


def chunk(text: str, finish: str | None = None) -> str:
    """A piece of a streamed reply."""
    delta = {"role": "assistant", "content": text}
    return f"data: {json.dumps({'id': 'x', 'choices': [{'index': 0, 'delta': delta, 'finish_reason': finish}]})}\n\n"


def says(*lines: str) -> Behaviour:
    """Streams a reply, a few characters at a time."""
    text = "\n".join(lines)

    def behave(handler: Handler) -> None:
        handler.head()
        for start in range(0, len(text), 7):
            handler.send(chunk(text[start : start + 7]))
        handler.send(chunk("", "stop") + "data: [DONE]\n\n")

    return behave


def whole(reply: object) -> Behaviour:
    """Answers with JSON in one piece."""

    def behave(handler: Handler) -> None:
        handler.head(kind="application/json")
        handler.send(reply if isinstance(reply, (str, bytes)) else json.dumps(reply))

    return behave


def status(code: int, **headers: str) -> Behaviour:
    """Answers with an error."""

    def behave(handler: Handler) -> None:
        handler.head(code, "application/json", **headers)
        handler.send('{"error": {"message": "<b>no</b>"}}')

    return behave


def streams(*pieces: str | bytes, pause: float = 0.0, forever: bool = False) -> Behaviour:
    """Streams these pieces as they are, then closes the connection."""

    def behave(handler: Handler) -> None:
        handler.head()
        while True:
            for piece in pieces:
                handler.send(piece)
                handler.pause(pause)
            if not forever or handler.server.is_ending.is_set():
                return

    return behave


def silent(seconds: float = 30.0) -> Behaviour:
    """Takes the request and says nothing."""
    return lambda handler: handler.pause(seconds)


def now() -> float:
    return time.perf_counter()
