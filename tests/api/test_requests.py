"""Requests as other programs send them: HEAD, broken JSON, headers, unknown parameters, clients that leave."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator

import pytest
from tests.api.conftest import QUESTION, Server, serving
from tests.api.test_problems import problem

from mlsurvey.api.bodies import parse
from mlsurvey.api.negotiation import is_acceptable, is_json
from mlsurvey.api.problems import RefusalError

JSON = {"Content-Type": "application/json"}
READ = ("/v1/health", "/v1/search?q=GPU", "/v1/documents/rust/burn.md", "/v1/documents/rust/burn.md/text", "/docs")
READ += ("/openapi.json", "/docs/assets/favicon.png", "/nowhere", "/v1/search", "/mcp", "/v1/jobs", "/v1/problems")


@pytest.fixture(scope="module")
def server(indexed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server")) as start:
        yield start(indexed)


def connection(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)


def faults(server: Server) -> list[dict]:
    return [line for line in server.lines() if line["level"] not in ("INFO", "WARNING")]


def test_head_has_the_headers_of_get_and_keeps_the_connection(server) -> None:
    one = connection(server)
    for path in READ:
        told = []
        for method in ("GET", "HEAD"):
            one.request(method, path)
            response = one.getresponse()
            body = response.read()
            headers = {name.lower(): value for name, value in response.getheaders()}
            told.append((response.status, {k: v for k, v in headers.items() if k not in ("date", "x-request-id")}))
        assert body == b"" and told[0] == told[1], path
        assert "content-length" in told[1][1]
    one.close()
    assert faults(server) == []


def test_head_of_a_stream_ends_at_once(writing) -> None:
    service = writing.app.state.service
    job = service.jobs.create("refresh", {"dry_run": True}, alone=False)  # never started, so it stays queued
    response = writing.head(f"/v1/jobs/{job.id}/events")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/docs", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
        ("/docs/assets/favicon.png", "GET, HEAD"),
        ("/mcp", "POST"),
        ("/v1/documents/a.md/text", "GET, HEAD"),
    ],
)
@pytest.mark.parametrize("method", ["OPTIONS", "PROPFIND"])
def test_other_methods_are_told_the_right_ones(method, path, allowed, client) -> None:
    response = client.request(method, path)
    problem(response, 405, "method")
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "line 1, column 1"),
        (b'{"question": "x"', "line 1, column 17"),
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b'{"a": 1,}', "line 1, column"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a":\n\nNaN}', "NaN is not a number at line 3, column 1"),
        (b'["NaN", -Infinity]', "-Infinity is not a number at line 1, column 9"),
        (b'{"a": "\\"NaN", "b": "\\ud800"}', "half of a surrogate pair at line 1, column 21"),
        (b'{"\\udc00": 1}', "line 1, column 2"),
        (b'{"a": "\n"}', "line 1, column 8"),
        (b'{"a":\n "\xe9"}', "not UTF-8 at line 2, column 3"),
        (b"\xff\xfe{\0}\0", "not UTF-8 at line 1, column 1"),
        (b"1" * 5_000, "an integer of more than 4,300 digits at line 1, column 1"),
        (b'{"a": 1, "a": 2}', "'a' occurs twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deeply"),
        (b"{} {}", "line 1, column 4"),
    ],
)
def test_broken_json_is_named_with_its_place(body, told) -> None:
    with pytest.raises(RefusalError) as refused:
        parse(body)
    assert (refused.value.kind.slug, told in str(refused.value)) == ("malformed", True), str(refused.value)


def test_json_that_looks_odd_is_read() -> None:
    assert parse(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert parse(b'"\\ud83e\\udd80 \\\\ud800 NaN"') == "\U0001f980 \\ud800 NaN"
    assert parse(b'[{"a": 1}, {"a": 1e999}]')[0] == {"a": 1}


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search", "/v1/compare", "/v1/chat/completions", "/v1/index/refresh"])
def test_broken_bodies_are_never_a_fault(path, client) -> None:
    def post(content: bytes, **headers: str):
        return client.post(path, content=content, headers=JSON | headers)

    assert "line 1, column" in problem(post(b"{"), 400, "malformed")["detail"]
    for content in (b"[]", b"3", b'"x"', b'{"\xc3\xa9": 1}', b'{"a": ' + b"[" * 500 + b"]" * 500 + b"}"):
        problem(post(content), 422, "invalid")
    assert "Content-Type is missing" in problem(client.post(path, content=b"{}"), 415, "media-type")["detail"]
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"):
        problem(post(b"{}", **{"Content-Type": kind}), 415, "media-type")
    problem(post(b"{}", **{"Content-Encoding": "gzip"}), 415, "media-type")
    problem(post(b"{}", Accept="text/csv"), 406, "not-acceptable")


def test_an_error_in_the_body_of_a_chat_has_both_forms(client) -> None:
    value = client.post("/v1/chat/completions", content=b"{", headers=JSON).json()
    assert value["error"]["code"] == "malformed" and value["error"]["message"] == value["detail"]


def test_a_form_of_another_type_is_refused(client) -> None:
    problem(client.post("/v1/documents:batch", json={}), 415, "media-type")


@pytest.mark.parametrize(
    ("accept", "is_met"),
    [
        ("", True),
        ("*/*", True),
        ("application/*;q=0.1", True),
        ("text/html, */*;q=0.1", True),
        ("text/html, *; q=.2", True),
        ("APPLICATION/JSON;charset=utf-8", True),
        ("text/csv", False),
        ("text/*", False),
        ("application/json;q=0", False),
        ("*/*, application/json;q=0", False),
        ("application/problem+json", False),
        ("json", False),
    ],
)
def test_accept_is_met_or_not(accept, is_met) -> None:
    assert is_acceptable(accept, ["application/json"]) is is_met


def test_json_by_its_content_type() -> None:
    assert all(map(is_json, ("application/json", "application/ld+json", 'Application/JSON; charset="UTF-8"')))
    assert not any(map(is_json, ("", "text/json", "application/jsonl", "application/json; charset=utf-16")))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/documents?langage=rust",
        "/v1/documents/rust/burn.md?part=1",
        "/v1/documents/rust/burn.md/text?begin=1",
        "/v1/search?q=GPU&lang=rust",
        "/v1/coverage?laguage=rust",
        "/v1/entities?language=rust",
        "/v1/aspects?x=",
        "/v1/jobs?state=running",
        "/v1/index?x=1",
        "/v1/models?x=1",
        "/v1/health?verbose=1",
    ],
)
def test_an_unknown_parameter_is_refused_and_the_known_ones_are_listed(path, client) -> None:
    value = problem(client.get(path), 422, "invalid")
    name = path.partition("?")[2].rpartition("&")[2].partition("=")[0]
    assert value["errors"][0]["place"] == ["query", name]
    assert ("no parameters" in value["detail"]) is not any(
        word in path for word in ("documents?", "text?", "search", "coverage")
    )


def test_documents_of_a_language_are_of_that_language(client) -> None:
    rows = client.get("/v1/documents?language=rust").json()["documents"]
    assert [row["path"] for row in rows] == ["rust/burn.md", "rust/candle.md"]
    assert "known: entity, heading, language" in client.get("/v1/documents?x=1").json()["detail"]
    assert [row["path"] for row in client.get("/v1/documents?language=Go").json()["documents"]] == ["go/gorgonia.md"]


@pytest.mark.parametrize("route", ["/v1/documents", "/v1/search?q=GPU", "/v1/coverage"])
def test_an_unknown_language_is_told_with_those_there_are(route, client) -> None:
    asked = f"{route}{'&' if '?' in route else '?'}language="
    value = problem(client.get(f"{asked}rsut"), 404, "not-found")
    assert value["detail"].startswith("no language 'rsut' in the index; available: ")
    assert "did you mean rust" in value["detail"]
    assert "did you mean" not in problem(client.get(f"{asked}cobol"), 404, "not-found")["detail"]


def test_clients_that_leave_are_no_fault(server, indexed) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    before = sorted(indexed.corpus.rglob("*"))
    form = (
        'multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name="files"; filename="half.md"'
    )
    cut = [
        ("PUT /v1/documents/half.md", "text/markdown\r\n\r\n# Half"),
        ("POST /v1/documents:batch", f"{form}\r\n\r\n# Half"),
        ("POST /v1/ask", 'application/json\r\n\r\n{"ques'),
        ("POST /v1/chat/completions", 'application/json\r\n\r\n{"mod'),
        ("POST /v1/index/refresh", "application/json\r\n\r\n{"),
        ("POST /mcp", "application/json\r\n\r\n{"),
    ]
    for line, rest in cut:
        with socket.create_connection((host, int(port))) as gone:
            head = (
                f"{line} HTTP/1.1\r\nHost: {host}\r\nX-Request-Id: cut\r\nContent-Length: 9999\r\nContent-Type: {rest}"
            )
            gone.sendall(head.encode())
    body = f'{{"question": "{QUESTION} Which run in a browser?", "stream": true}}'
    with socket.create_connection((host, int(port))) as gone:
        head = f"POST /v1/ask HTTP/1.1\r\nHost: {host}\r\nX-Request-Id: stream\r\nContent-Type: application/json\r\n"
        gone.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    deadline = time.monotonic() + 20
    while len(told := [line for line in server.lines() if line.get("request_id") in ("cut", "stream")]) < len(cut) + 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert {(line["level"], line["status"]) for line in told} == {("INFO", 499)}
    assert faults(server) == [] and sorted(indexed.corpus.rglob("*")) == before
