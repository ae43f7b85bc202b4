"""The terminal interface in a browser: who gets in, what the page loads, and what a reload finds."""

from __future__ import annotations

import asyncio
import shlex
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp.test_utils import TestClient, TestServer

from mlsurvey.settings import Settings
from mlsurvey_tui import kept
from mlsurvey_tui.web import LoopbackServer, command, far, near

HERE = {"Host": "localhost:8000"}
COUNTS = """
import json, struct, sys
def say(kind, data):
    sys.stdout.buffer.write(kind + struct.pack(">I", len(data)) + data)
    sys.stdout.buffer.flush()
sys.stdout.buffer.write(b"__GANGLION__\\n")
say(b"D", b"started")
heard, read = 0, sys.stdin.buffer.read
while head := read(5):
    data = read(struct.unpack(">I", head[1:])[0])
    if head[:1] == b"D":
        heard += 1
        say(b"D", b"heard %d" % heard)
    elif json.loads(data)["type"] == "resize":
        say(b"D", b"drawn %(height)d" % {b"height": json.loads(data)["height"]})
    elif json.loads(data)["type"] == "quit":
        break
"""
"""An interface that counts the keys it hears."""


def running(script: str, story: Any, seconds: float = 60.0) -> None:
    """Tell a story to a server of an interface."""

    async def run() -> None:
        server = LoopbackServer(shlex.join([sys.executable, "-c", script]), port=8000, seconds=seconds)
        async with TestClient(TestServer(await server._make_app())) as client:
            await story(client, server.kept)

    asyncio.run(run())


async def opened(client: TestClient, session: str) -> Any:
    return await client.ws_connect(f"/ws/{session}?width=80&height=24", headers=HERE)


async def said(socket: Any, words: bytes) -> None:
    """Wait for words of the interface."""
    while words not in (message := await asyncio.wait_for(socket.receive(), 20)).data:
        assert isinstance(message.data, bytes)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:8000"}, 200),
        ({"Host": "127.0.0.1:8000", "Origin": "http://localhost:8000"}, 200),
        ({"Host": "evil.example:8000"}, 403),
        ({"Host": "localhost:8000", "Origin": "http://evil.example"}, 403),
        ({"Host": "localhost:8000", "Origin": "http://localhost:3000"}, 403),
        ({"Host": "localhost:8000", "Origin": "null"}, 403),
        ({"Host": "localhost:8000", "Origin": "http://localhost:bad"}, 403),
    ],
)
def test_a_browser_gets_in_from_this_machine_only(headers, status) -> None:
    async def story(client, _) -> None:
        assert (await client.get("/", headers=headers)).status == status

    running("", story)


def test_the_page_has_a_title_and_loads_nothing_from_elsewhere() -> None:
    async def story(client, _) -> None:
        reply = await client.get("/", headers=HERE)
        page = await reply.text()
        assert "<title>mlsurvey</title>" in page and "//" not in page.replace("</", "")
        policy = reply.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; ") and "http" not in policy
        for file in ("/own/session.js", "/own/terminal.css", "/own/icon.svg", "/static/js/textual.js"):
            assert (await client.get(file, headers=HERE)).status == 200 and file in page
        styles = await (await client.get("/own/terminal.css", headers=HERE)).text()
        font = styles.partition('url("')[2].partition('"')[0]
        assert (await client.get(font, headers=HERE)).status == 200

    running("", story)


def test_a_tab_that_is_loaded_again_finds_its_interface(monkeypatch) -> None:
    monkeypatch.setattr(kept, "PAUSE", 0.0)

    async def story(client, _) -> None:
        session = str(uuid4())
        first = await opened(client, session)
        await said(first, b"started")
        await first.send_json(["stdin", "a"])
        await said(first, b"heard 1")
        await first.close()
        again = await opened(client, session)
        await said(again, b"drawn 24")  # whole, at the size of the tab
        await again.send_json(["stdin", "a"])
        await said(again, b"heard 2")
        other = await opened(client, str(uuid4()))
        await other.send_json(["stdin", "a"])
        await said(other, b"heard 1")

    running(COUNTS, story)


def test_an_interface_without_a_tab_ends_after_a_while() -> None:
    async def story(client, interfaces) -> None:
        session = str(uuid4())
        socket = await opened(client, session)
        await said(socket, b"started")
        interface = interfaces._interfaces[session]
        await socket.close()
        async with asyncio.timeout(20):
            while interfaces._interfaces:
                await asyncio.sleep(0.02)
        assert await interface._process.wait() == 0

    running(COUNTS, story, seconds=0.0)


def test_an_interface_that_does_not_end_is_killed(monkeypatch) -> None:
    monkeypatch.setattr(kept, "PATIENCE", 0.2)
    processes = []

    async def story(client, interfaces) -> None:
        await opened(client, session := str(uuid4()))
        async with asyncio.timeout(20):
            while session not in interfaces._interfaces or interfaces._interfaces[session]._task is None:
                await asyncio.sleep(0.02)
        processes.append(interfaces._interfaces[session]._process)

    async def deaf(client, interfaces) -> None:
        await story(client, interfaces)
        await interfaces.end_all(None)
        assert await asyncio.wait_for(processes[0].wait(), 20) != 0

    running("import time; time.sleep(300)", deaf)


def test_the_browser_runs_the_same_command(indexed) -> None:
    text = command(near(Settings(corpus=indexed.corpus, index=indexed.index)), "nord")
    assert f"--corpus {indexed.corpus}" in text and text.endswith("--theme nord") and " -m mlsurvey tui " in text


def test_the_browser_runs_the_same_command_for_a_server(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text("secret", "utf-8")
    words = shlex.split(command(far("http://there:1/?a=b c", Path("token")), None))
    place = ["--server", "http://there:1/?a=b c", "--token-file", f"{tmp_path}/token"]
    assert words[1:] == ["-m", "mlsurvey", "tui", *place]
    assert shlex.split(command(far("http://there:1", None), None))[-2:] == ["--server", "http://there:1"]
