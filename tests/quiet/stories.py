"""What a user does with each front end, as a program of its own: ``python stories.py NAME``."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from mlsurvey.settings import Settings

QUESTION = "How do Burn and Candle differ in GPU support?"
PATIENCE = 240.0
HOLD = 8.0
"""Seconds that a lasting process goes on: reports are sent in batches, some seconds after the first use."""
PROGRAM = [sys.executable, "-m", "mlsurvey"]
CORPUS, INDEX = Path(os.environ["MLSURVEY_CORPUS"]), Path(os.environ["MLSURVEY_INDEX"])
TOUCH_AND_WAIT = "[__import__('pathlib').Path({!r}).touch(), __import__('time').sleep(600)]"
FORK = (
    "from multiprocessing import get_context;"
    "get_context('fork').Process(target=time.sleep, args=(600,), daemon=True).start()"
)


def settings() -> Settings:
    return Settings(corpus=CORPUS, index=INDEX)


def add_many(count: int) -> None:
    """Add so many documents of sixty passages each."""
    for number in range(count):
        lines = (f"Library {number} has feature {line} of kind {number * line}.\n\n" for line in range(60))
        (CORPUS / f"{number}.md").write_text(f"# Library {number}\n\n" + "".join(lines), "utf-8")


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


# Ordinary use.


def refresh() -> None:
    subprocess.run([*PROGRAM, "refresh"], check=True)


def init() -> None:
    subprocess.run([*PROGRAM, "init", str(CORPUS)], check=True)


def ask() -> None:
    subprocess.run([*PROGRAM, "ask", QUESTION], check=True)
    subprocess.run([*PROGRAM, "search", "graphics cards"], check=True)


def mcp() -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    call = {"name": "search", "arguments": {"query": "graphics cards"}}
    messages = (
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
    )
    with subprocess.Popen([*PROGRAM, "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write("".join(json.dumps(message) + "\n" for message in messages).encode())
        process.stdin.flush()
        assert b'"id":2' in [process.stdout.readline() for _ in range(2)][1].replace(b" ", b"")
        time.sleep(HOLD)


def library() -> None:
    import onnxruntime  # noqa: F401  # a program may import it first, once it has imported mlsurvey
    import openvino  # noqa: F401

    from mlsurvey.survey import Survey

    with Survey(settings()) as survey:
        survey.refresh()
        assert survey.ask(QUESTION).statements
    time.sleep(HOLD)


def serve() -> None:
    with serving() as (process, client):
        assert client.post("/v1/ask", json={"question": QUESTION}).status_code == 200
        route = client.post("/v1/index/refresh").headers["location"]
        until(lambda: client.get(route).json()["state"] == "succeeded")
        time.sleep(HOLD)
        process.terminate()


def interface() -> None:
    from mlsurvey_tui.local import LocalEngine
    from mlsurvey_tui.start import application

    with LocalEngine(settings()) as engine:
        for number in range(2):
            (CORPUS / "new.md").write_text(f"# New\n\nNew text of version {number}.\n", "utf-8")
            engine.refresh(dry_run=True)
            engine.refresh()

    async def show() -> None:
        app = application(settings())
        async with app.run_test() as pilot:
            while not app.about:
                await pilot.pause(0.02)
            await pilot.press(*"gpu")
            await pilot.press("enter")
            await pilot.pause(HOLD)

    asyncio.run(show())


def browser() -> None:
    with page() as process:
        process.terminate()


# Ends in the middle of work.


def interface_killed() -> None:
    interface_left_by(lambda: os.kill(os.getpid(), signal.SIGKILL))


def interface_quit() -> None:
    interface_left_by(sys.exit)


def interface_left_by(leave: Callable[[], object]) -> None:
    """A refresh of the terminal interface, whose program ends while passages are embedded."""
    from mlsurvey_tui.local import LocalEngine

    add_many(20)

    def progress(phase: str, done: int, total: int) -> None:
        if phase == "embed":
            leave()

    with LocalEngine(settings()) as engine:
        engine.refresh(progress=progress)


def library_forks() -> None:
    """A refresh of the terminal interface in which a library forks."""
    child([sys.executable, "-c", f"import time; {FORK}; from mlsurvey_tui.child import main; main()"])


def child_hangs() -> None:
    """A task that never looks whether its parent is there, with a child of its own; the parent goes away."""
    hang = "from mlsurvey_tui import child; child._result = lambda *_: time.sleep(600)"
    child([sys.executable, "-c", f"import time; {FORK}; {hang}; child.main()"], stay=False)


def child(command: list[str], *, stay: bool = True) -> None:
    order = {"settings": settings().values(), "dry_run": False, "rebuild": False}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, start_new_session=True, **pipes)
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.flush()
    while b"report" not in (line := process.stdout.readline()) and stay:
        assert line
    if stay:
        process.stdin.close()
        process.wait(PATIENCE)


def pool_killed() -> None:
    pool_left_by(signal.SIGKILL)


def pool_interrupted() -> None:
    pool_left_by(signal.SIGINT)


def pool_terminated() -> None:
    pool_left_by(signal.SIGTERM)


def pool_left_by(ending: signal.Signals) -> None:
    """Worker processes that are busy when the parent ends."""
    from mlsurvey.index.workers import Pool

    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / str(number) for number in range(2)]

        def end() -> None:
            until(lambda: all(file.exists() for file in files))
            for file in files:
                file.unlink()
            if ending == signal.SIGKILL:
                os.rmdir(folder)  # noqa: PTH106
            os.kill(os.getpid(), ending)

        threading.Thread(target=end).start()
        with Pool[str, object](eval, 2) as pool:
            list(pool.map([TOUCH_AND_WAIT.format(str(file)) for file in files]))


def serve_killed() -> None:
    serve_left_by(signal.SIGKILL)


def serve_terminated() -> None:
    serve_left_by(signal.SIGTERM)
    assert last_job() == "cancelled"


def serve_in_background_terminated() -> None:
    """As a shell starts it with ``&``: its children ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve_left_by(signal.SIGTERM)
    assert last_job() == "cancelled"


def several_killed() -> None:
    with serving("--workers", "2") as (process, _):
        process.kill()


def serve_left_by(ending: signal.Signals) -> None:
    """A service that ends while a job embeds passages."""
    add_many(60)
    with serving() as (process, client):
        route = client.post("/v1/index/refresh").headers["location"]
        until(lambda: client.get(route).json().get("progress", {}).get("phase") == "embed")
        process.send_signal(ending)


def last_job() -> str:
    from mlsurvey.api.jobs import Jobs

    return Jobs(INDEX).all()[0].state


def browser_killed() -> None:
    with page() as process:
        process.kill()


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
    """A service that is ready; leaving the block waits for its end."""
    port = free_port()
    with (
        subprocess.Popen([*PROGRAM, "serve", "--port", str(port), *options]) as process,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client,
    ):
        until(lambda: is_served(client, "/v1/ready"))
        yield process, client


@contextmanager
def page() -> Iterator[subprocess.Popen[bytes]]:
    """The terminal interface on a page of a browser; leaving the block waits for the end of the server."""
    port = free_port()
    with (
        subprocess.Popen([*PROGRAM, "tui", "--web", "--port", str(port)], stdout=subprocess.DEVNULL) as process,
        httpx2.Client(base_url=f"http://localhost:{port}", timeout=30, trust_env=False) as client,
    ):
        until(lambda: is_served(client, "/"))
        asyncio.run(look(port))
        yield process


async def look(port: int) -> None:
    """Connect like the page until the interface shows its first screen, and leave the server with it."""
    from aiohttp import ClientSession

    session = ClientSession()
    socket = await session.ws_connect(f"ws://localhost:{port}/ws?width=80&height=24")
    shown = b""
    while b"mlsurvey" not in shown:
        shown += (await socket.receive(timeout=60)).data if shown else b" "
    OPEN.append((session, socket))


OPEN: list[object] = []
"""Connections that last until the program ends."""


def is_served(client: httpx2.Client, path: str) -> bool:
    try:
        return client.get(path).status_code == 200
    except httpx2.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    globals()[sys.argv[1]]()
