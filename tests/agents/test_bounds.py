"""Requests from an agent for more than the limits allow."""

from __future__ import annotations

import asyncio
import threading

import pytest
from tests.api.conftest import client_of

from mlsurvey.mcp import stdio
from mlsurvey.mcp.stdio import Desk, TurnedAwayError
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey


@pytest.fixture
def desk(indexed):
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        made = Desk(survey)
        yield made
        made.close()


def test_one_call_too_many_is_turned_away(desk, monkeypatch) -> None:
    monkeypatch.setattr(stdio, "PLACES", 1)
    free = threading.Event()

    async def flow() -> None:
        calls = [asyncio.create_task(desk.run(lambda *_: free.wait(10))) for _ in range(stdio.THREADS + 1)]
        await asyncio.sleep(0)
        with pytest.raises(TurnedAwayError, match="already running"):
            await desk.run(lambda *_: True)
        free.set()
        assert await asyncio.gather(*calls) == [True] * 3
        assert await desk.run(lambda *_: True)

    asyncio.run(flow())


def test_a_call_that_takes_too_long_is_stopped(desk, monkeypatch) -> None:
    monkeypatch.setattr(stdio, "TIME_LIMIT", 0.1)
    stopped = threading.Event()

    def work(_, cancelled) -> None:
        while not cancelled():
            pass
        stopped.set()

    async def flow() -> None:
        with pytest.raises(TurnedAwayError, match=r"0\.1 seconds"):
            await desk.run(work)

    asyncio.run(flow())
    assert stopped.wait(5)


@pytest.mark.parametrize(
    ("settings", "told"), [({"threads": 1, "queue": 0}, "already running or waiting"), ({}, "0.05 seconds")]
)
def test_over_http_the_bounds_are_those_of_the_service(indexed, tmp_path, monkeypatch, settings, told) -> None:
    free = threading.Event()
    with client_of(indexed, tmp_path, time_limit=10 if settings else 0.05, **settings) as client:
        monkeypatch.setattr(Survey, "search", lambda *_, **__: free.wait(5))
        call = {"name": "search", "arguments": {"query": "GPU"}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        headers = {"Accept": "application/json, text/event-stream"}
        if settings:
            busy = threading.Thread(target=client.get, args=("/v1/search?q=GPU",))
            busy.start()
            while not client.app.state.service.admission._admitted:
                pass
        result = client.post("/mcp", json=message, headers=headers).json()["result"]
        free.set()
        if settings:
            busy.join()
    assert result["isError"] and told in result["content"][0]["text"]
