"""The tools, tested with the protocol's own client: over stdio and over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters, stdio_client
from tests.api.conftest import QUESTION

from mlsurvey.mcp.tools import TOOLS
from mlsurvey.rendering.json import answer_value, to_json
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey

Open = Callable[[], Any]
NAMES = ["ask", "compare", "search", "get_passage", "list_documents", "index_status"]


@pytest.fixture(params=["stdio", "http"])
def connect(request: pytest.FixtureRequest, indexed: Any, server: str) -> Open:
    """Opens a client of either kind."""
    place = ["--corpus", str(indexed.corpus), "--index", str(indexed.index)]
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "mlsurvey", "mcp", *place], env=dict(os.environ)
    )

    @asynccontextmanager
    async def opened() -> AsyncIterator[Client]:
        target = stdio_client(parameters) if request.param == "stdio" else f"{server}/mcp"
        async with Client(target) as client:
            yield client

    return opened


def run(flow: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(flow(), 240))  # type: ignore[arg-type]


def near(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without its times; the engine of a service may differ from that of a command in the last digit."""
    citations = [{**c, "score": pytest.approx(c["score"], abs=0.001)} for c in answer["citations"]]
    return {**answer, "citations": citations, "timings_ms": None}


def test_a_session(connect, indexed) -> None:
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        expected = json.loads(to_json(answer_value(survey.ask(QUESTION))))

    async def flow() -> None:
        async with connect() as client:
            assert client.server_info.name == "mlsurvey"
            assert "verbatim" in client.instructions
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == NAMES
            for tool in tools:
                assert tool.annotations.read_only_hint and not tool.annotations.destructive_hint
                assert tool.output_schema["type"] == tool.input_schema["type"] == "object"
                assert len(tool.description) > 100
            answer = await client.call_tool("ask", {"question": QUESTION})
            value = answer.structured_content
            assert {**value, "timings_ms": None} == near(expected)
            assert json.loads(answer.content[0].text) == value
            await look_around(client, value["citations"][0])
            following = {"question": "and what about its licence?", "after": [QUESTION]}
            answer = (await client.call_tool("ask", following)).structured_content
            assert (answer["entities"], answer["carried"]) == (["burn", "candle"], ["libraries"])

    run(flow)


async def look_around(client: Client, citation: dict[str, Any]) -> None:
    place = {"document": citation["document"], "start": citation["start"], "end": citation["end"]}
    passage = (await client.call_tool("get_passage", {**place, "around": 20})).structured_content
    assert passage["mark"]["text"] == citation["quote"]
    assert passage["mark"]["line_start"] == citation["line_start"]
    assert passage["text"] == passage["mark"]["before"] + citation["quote"] + passage["mark"]["after"]
    wanted = {"entities": ["burn", "Candle"], "aspects": ["gpu"]}
    comparison = (await client.call_tool("compare", wanted)).structured_content
    assert comparison["matrix"]["entities"] == ["burn", "candle"]
    found = (await client.call_tool("search", {"query": "GPU", "limit": 2, "offset": 1})).structured_content
    assert [hit["rank"] for hit in found["hits"]] == [2, 3]
    documents = (await client.call_tool("list_documents", {"path": ["rust/"]})).structured_content
    assert (documents["total"], len(documents["documents"])) == (2, 2)
    status = (await client.call_tool("index_status", {})).structured_content
    assert status["generation"]["documents"] == 4
    assert citation["document"] not in json.dumps(status)


FAULTS = [
    ("ask", {}, "question: Field required"),
    ("ask", {"question": "Why?", "speed": 1}, "speed: Extra inputs"),
    ("search", {"query": "GPU", "limit": 5000}, "limit: Input should be less than or equal to 1000"),
    ("compare", {"entities": ["burn", "zorblatt"]}, "zorblatt"),
    ("get_passage", {"document": "rust/burm.md", "start": 0, "end": 1}, "burn.md"),
    ("get_passage", {"document": "rust/burn.md", "start": 9000, "end": 9001}, "characters"),
]


def test_a_fault_says_what_to_do_and_ends_no_session(connect) -> None:
    async def flow() -> None:
        async with connect() as client:
            results = [(told, await client.call_tool(tool, arguments)) for tool, arguments, told in FAULTS]
            assert [result.is_error for _, result in results] == [True] * len(FAULTS)
            assert [told for told, result in results if told not in result.content[0].text] == []
            with pytest.raises(MCPError, match="available: ask, compare"):
                await client.call_tool("delete_everything", {})
            calls = [client.call_tool("search", {"query": f"GPU {n}", "limit": 1}) for n in range(8)]
            at_once = await asyncio.gather(*calls)
            assert [result.structured_content["query"] for result in at_once] == [f"GPU {n}" for n in range(8)]

    run(flow)


def test_a_hit_whose_file_changed_is_marked(home) -> None:
    (home.corpus / "rust" / "candle.md").unlink()
    tool = next(tool for tool in TOOLS if tool.name == "search")
    with Survey(Settings(corpus=home.corpus, index=home.index)) as survey:
        value = tool.work(survey, tool.request(query="GPU", mode="keyword"), lambda: False)
    stale = {hit["document"]: hit.get("stale") for hit in tool.reply.model_validate(value).model_dump()["hits"]}
    assert stale["rust/candle.md"] == "source is no longer there" and stale["rust/burn.md"] is None


def test_without_an_index_it_says_how_to_make_one(tmp_path) -> None:
    place = ["--corpus", str(tmp_path), "--index", str(tmp_path / "index")]
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "mlsurvey", "mcp", *place], env=dict(os.environ)
    )

    async def flow() -> None:
        async with Client(stdio_client(parameters)) as client:
            result = await client.call_tool("ask", {"question": QUESTION})
            assert result.is_error
            assert "mlsurvey refresh" in result.content[0].text

    run(flow)


def test_nothing_but_the_protocol_on_standard_output(indexed) -> None:
    first = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": first},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "ask", "arguments": {"question": "Why?"}},
        },
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "index_status", "arguments": {}}},
    ]
    place = ["--corpus", str(indexed.corpus), "--index", str(indexed.index)]
    command = [sys.executable, "-m", "mlsurvey", "mcp", *place]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        process.stdin.write("no json\n" + "".join(json.dumps(message) + "\n" for message in messages))
        process.stdin.flush()
        replies = [json.loads(process.stdout.readline()) for _ in range(3)]
        process.stdin.close()
        assert process.stdout.read() == ""
        assert process.wait(30) == 0
    assert sorted(reply["id"] for reply in replies) == [1, 2, 3]
    assert all(reply["jsonrpc"] == "2.0" for reply in replies)


LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {"Accept": "application/json, text/event-stream"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_the_route_looks_at_host_and_origin(server, headers, status) -> None:
    response = httpx2.post(
        f"{server}/mcp",
        content=json.dumps(LIST),
        headers={"Content-Type": "application/json", **HEADERS, **headers},
    )
    assert response.status_code == status, response.text


def test_the_route_is_bounded_and_takes_posts_only(server) -> None:
    large = httpx2.post(f"{server}/mcp", json={**LIST, "params": {"x": "x" * 2_000_000}}, headers=HEADERS)
    assert large.status_code == 413
    for method in ("GET", "DELETE", "PUT"):
        assert httpx2.request(method, f"{server}/mcp", headers=HEADERS).status_code == 405


def test_a_token_is_asked_for(serve, indexed, tmp_path) -> None:
    (tmp_path / "tokens").write_text("read:reading\n")
    server = serve(indexed)
    assert httpx2.post(f"{server.url}/mcp", json=LIST, headers=HEADERS).status_code == 401
    headers = {**HEADERS, "Authorization": "Bearer reading"}
    assert httpx2.post(f"{server.url}/mcp", json=LIST, headers=headers).status_code == 200
    assert not [line for line in server.lines() if "tools/list" in json.dumps(line)]
