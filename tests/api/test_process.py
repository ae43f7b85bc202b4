"""Behaviour visible only on a real server: signals, sockets, several processes, the log."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time

import httpx2
import pytest
from tests.api.conftest import QUESTION, events, wait_for

from mlsurvey.settings import Settings
from mlsurvey.survey import Survey

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="POSIX signals")]

ASK = {"question": QUESTION}


def test_a_refresh_by_another_process_is_picked_up_without_a_failed_request(serve, home) -> None:
    server = serve(home)
    first = server.client.post("/v1/ask", json=ASK)  # loads the models, which may take longer than both refreshes
    assert first.status_code == 200
    seen, failed, stop = [first.json()["index"]], [], threading.Event()

    def ask() -> None:
        with httpx2.Client(base_url=server.url, timeout=30, trust_env=False) as client:
            while not stop.is_set():
                response = client.post("/v1/ask", json=ASK)
                (seen if response.status_code == 200 else failed).append(response.json()["index"])

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for path in ("go/gorgonia.md", "hostile.md"):
            (home.corpus / path).unlink()
            with Survey(Settings(corpus=home.corpus, index=home.index)) as survey:
                last = survey.refresh().generation
        deadline = time.monotonic() + 20
        while last not in seen and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == [] and seen[-1] == last and len(set(seen)) >= 2
    assert server.client.get("/v1/search?q=gorgonia&mode=keyword").json()["hits"] == []


def test_sigterm_lets_running_requests_end(serve, indexed) -> None:
    server = serve(indexed)
    with httpx2.stream("POST", f"{server.url}/v1/ask", json={**ASK, "stream": True}, trust_env=False) as response:
        parts = response.iter_text()
        first = next(parts)
        server.process.send_signal(signal.SIGTERM)
        told = events(first + "".join(parts))
    assert told[-1].name == "done"
    assert server.process.wait(20) == 0
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{server.url}/v1/health", trust_env=False)


def test_a_client_that_goes_away_ends_its_work(serve, indexed) -> None:
    server = serve(indexed, "--threads", "1")
    host, port = server.url.removeprefix("http://").split(":")
    body = b'{"question": "Which libraries support GPUs, and which of them run in a browser?"}'
    lines = ("POST /v1/ask HTTP/1.1", f"Host: {host}", "Content-Type: application/json", f"Content-Length: {len(body)}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    for _ in range(20):
        with socket.create_connection((host, int(port))) as gone:
            gone.sendall(head.encode() + body)
    began = time.monotonic()
    assert server.client.get("/v1/search?q=GPU").status_code == 200
    assert time.monotonic() - began < 5
    assert server.client.get("/v1/health").status_code == 200


def test_processes_share_the_index_and_the_jobs(serve, home) -> None:
    server = serve(home, "--workers", "2", "--threads", "1")
    (home.corpus / "go" / "gorgonia.md").unlink()
    route = server.client.post("/v1/index/refresh").headers["location"]
    states = {wait_for(server.client, route)["state"] for _ in range(8)}
    assert states == {"succeeded"}
    deadline = time.monotonic() + 20
    while any(server.client.get("/v1/search?q=gorgonia&mode=keyword").json()["hits"] for _ in range(8)):
        assert time.monotonic() < deadline
    text = server.client.get("/metrics").text
    assert 'route="/v1/search",status="200"' in text and "mlsurvey_index_documents 3.0" in text
    assert server.stop() == 0


def test_a_server_that_is_killed_loses_nothing_that_it_acknowledged(serve, home) -> None:
    server = serve(home)
    acknowledged: dict[str, bytes] = {}

    def upload() -> None:
        with httpx2.Client(base_url=server.url, timeout=30, trust_env=False) as client:
            for number in range(100_000):
                data = f"# Document {number}\n\n{'word ' * 2000}\n".encode()
                if client.put(f"/v1/documents/up/{number}.md", content=data).status_code != 201:
                    return
                acknowledged[f"up/{number}.md"] = data

    def upload_until_killed() -> None:
        with contextlib.suppress(httpx2.TransportError):
            upload()

    thread = threading.Thread(target=upload_until_killed)
    thread.start()
    while len(acknowledged) < 20:
        time.sleep(0.01)
    route = server.client.post("/v1/index/refresh").headers["location"]
    time.sleep(0.3)
    server.process.kill()
    thread.join()
    assert len(acknowledged) >= 20
    assert {name: (home.corpus / name).read_bytes() for name in acknowledged} == acknowledged
    again = serve(home)
    assert again.client.post("/v1/ask", json=ASK).status_code == 200
    assert wait_for(again.client, route)["state"] in ("succeeded", "cancelled", "failed")


def test_the_log_is_structured_and_tells_no_question(serve, indexed) -> None:
    server = serve(indexed)
    server.client.get("/v1/search?q=zebrafinch", headers={"X-Request-Id": "my-id"})
    server.client.post("/v1/ask", json={"question": "zebrafinch " * 3000})
    server.client.post("/v1/ask", json={"question": "Does Zebrafinch support GPUs?"})
    server.stop()
    text = server.log.read_text("utf-8")
    assert "zebrafinch" not in text.lower()
    mine = [line for line in server.lines() if line.get("request_id") == "my-id"]
    assert [(line["route"], line["status"]) for line in mine] == [("/v1/search", 200)] and mine[0]["ms"] > 0


def test_an_address_that_is_taken_is_told_in_one_line(serve, indexed) -> None:
    server = serve(indexed)
    other = serve(indexed, "--port", server.url.rpartition(":")[2], wait=False)
    assert other.process.wait(30) == 7
    assert "choose another --port" in other.log.read_text("utf-8").splitlines()[-1]


def test_without_a_token_no_other_machine_is_served(serve, indexed) -> None:
    server = serve(indexed, "--host", "0.0.0.0", wait=False)
    assert server.process.wait(30) == 2
    assert "mlsurvey token" in server.log.read_text("utf-8")
