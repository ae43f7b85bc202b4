from __future__ import annotations

import threading
import time

import pytest
from tests.api.conftest import QUESTION, client_of, events

from mlsurvey import errors
from mlsurvey.api.problems import KINDS, kind_of
from mlsurvey.survey import Survey

PROBLEM = "application/problem+json"


def problem(response, status: int, slug: str) -> dict:
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM), response.text
    value = response.json()
    assert (value["type"], value["status"]) == (f"/v1/problems/{slug}", status)
    assert value["title"] and value["detail"] and value["instance"] == response.headers["x-request-id"]
    return value


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "body.question"),
        ({"question": "x", "foo": 1}, "body.foo"),
        ({"question": "  "}, "body.question"),
        ({"question": "x" * 20_001}, "body.question"),
        ({"question": 7}, "body.question"),
        ({"question": "x", "stream": 0}, "body.stream"),
        ({"question": "x", "max_statements": "3"}, "body.max_statements"),
        ({"question": "x", "max_statements": 21}, "body.max_statements"),
        ({"question": "x", "max_statements": 10**400}, "body.max_statements"),
        ({"question": "x", "filters": {"genre": ["y"]}}, "body.filters.genre"),
        ({"question": "x", "filters": {"path": ["y"] * 101}}, "body.filters.path"),
        ({"question": "x", "filters": {"updated_after": "soon"}}, "body.filters.updated_after"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_an_invalid_request_names_the_field(body, place, client) -> None:
    value = problem(client.post("/v1/ask", json=body), 422, "invalid")
    assert ".".join(map(str, value["errors"][0]["place"])) == place
    assert "xxxx" not in value["detail"], "what was sent is not sent back"


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "q=",
        "q=x&limit=0",
        "q=x&limit=1001",
        "q=x&offset=1001",
        "q=x&mode=fuzzy",
        "q=x&min_score=nan",
        "q=x&min_score=1e999",
        "q=x&unknown=1",
        "q=x&updated_after=2026-13-45",
    ],
)
def test_an_invalid_query_string_is_refused(parameters, client) -> None:
    problem(client.get(f"/v1/search?{parameters}"), 422, "invalid")


@pytest.mark.parametrize(
    "content", [b"{", b"\xff\xfe", b'{"question": "\xff"}', b'{"question": "\\ud800"}', b"[" * 99999]
)
def test_a_body_that_is_no_json_is_refused(content, client) -> None:
    response = client.post("/v1/ask", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422) and response.headers["content-type"] == PROBLEM


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\x1b[31m", "\ufeff", "\u202eGPU", "🦀" * 50, "AND OR NOT", '"', "*:*", "~" * 500]
)
@pytest.mark.parametrize("mode", ["hybrid", "keyword", "dense"])
def test_odd_text_is_searched_for_like_any_other(text, mode, client) -> None:
    assert client.post("/v1/search", json={"query": text, "mode": mode}).status_code == 200
    assert client.post("/v1/ask", json={"question": text}).status_code == 200


def test_what_is_not_there_is_named(client) -> None:
    problem(client.get("/nowhere"), 404, "not-found")
    problem(client.get("/v1/documents/nowhere.md"), 404, "not-found")
    problem(client.get("/v1/jobs/nothing"), 404, "not-found")
    value = problem(client.post("/v1/compare", json={"entities": ["burn", "Cendle"]}), 404, "not-found")
    assert "did you mean Candle" in value["detail"]


def test_a_wrong_method_is_told_the_right_ones(client) -> None:
    response = client.put("/v1/ask")
    problem(response, 405, "method")
    assert response.headers["allow"] == "POST"
    assert client.delete("/v1/search").headers["allow"] == "GET, HEAD, POST"
    assert client.patch("/v1/documents/rust/burn.md").headers["allow"] == "DELETE, GET, HEAD, PUT"
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.request(method, "/v1/documents/rust/burn.md/text").headers["allow"] == "GET, HEAD"


def test_head_is_get_without_a_body(client) -> None:
    response = client.head("/v1/search?q=GPU")
    assert response.status_code == 200 and response.content == b"" and response.headers["etag"]
    assert client.head("/v1/ask").status_code == 405


def test_every_type_of_problem_is_explained(client) -> None:
    listed = client.get("/v1/problems").json()["problems"]
    assert [one["type"] for one in listed] == [f"/v1/problems/{slug}" for slug in KINDS]
    for one in listed:
        assert client.get(one["type"]).json() == one
    problem(client.get("/v1/problems/none"), 404, "not-found")


def test_every_error_has_a_type() -> None:
    named = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert {error for error in named if kind_of(error("x")).slug == "internal"} == {errors.MlsurveyError}


def test_without_an_index_the_service_is_alive_and_says_so(tmp_path) -> None:
    class Home:
        corpus, index = tmp_path / "corpus", tmp_path / "index"

    with client_of(Home, tmp_path) as client:
        assert client.get("/v1/health").status_code == 200
        problem(client.get("/v1/ready"), 503, "no-index")
        problem(client.post("/v1/ask", json={"question": QUESTION}), 503, "no-index")
        assert client.get("/v1/index").json()["generation"] is None


def test_a_fault_is_told_without_its_message(client, monkeypatch, caplog) -> None:
    def broken(*_args, **_options):
        raise RuntimeError("words of a document")

    monkeypatch.setattr(Survey, "search", broken)
    value = problem(client.post("/v1/search", json={"query": "never asked before"}), 500, "internal")
    assert "words of a document" not in str(value) + caplog.text


class Slow:
    """A survey whose answers block until they are released or nobody waits for them."""

    def __init__(self, monkeypatch) -> None:
        self.release, self.began, self.cancelled = threading.Event(), threading.Event(), threading.Event()
        monkeypatch.setattr(Survey, "parts", self.parts)

    def parts(self, *_args, cancelled, **_options):
        self.began.set()
        while not self.release.is_set():
            if cancelled():
                self.cancelled.set()
                raise errors.Interrupted("nobody waits")
            time.sleep(0.01)
        yield from ()


def test_a_full_queue_turns_requests_away(indexed, tmp_path, monkeypatch) -> None:
    with client_of(indexed, tmp_path, threads=1, queue=1) as client:
        slow = Slow(monkeypatch)
        asking = [
            threading.Thread(target=client.post, args=("/v1/ask",), kwargs={"json": {"question": f"{n}?"}})
            for n in range(2)
        ]
        for thread in asking:
            thread.start()
        deadline = time.monotonic() + 10
        while client.app.state.service.admission._admitted < 2:  # one is being processed, the other waits
            assert time.monotonic() < deadline
            time.sleep(0.01)
        response = client.post("/v1/search", json={"query": "GPU"})
        problem(response, 503, "overloaded")
        assert int(response.headers["retry-after"]) >= 1
        assert client.get("/v1/health").status_code == 200, "the event loop is free"
        slow.release.set()
        for thread in asking:
            thread.join()
        assert client.post("/v1/search", json={"query": "GPU"}).status_code == 200


@pytest.mark.parametrize("stream", [False, True])
def test_the_time_limit_stops_the_work(stream, indexed, tmp_path, monkeypatch) -> None:
    with client_of(indexed, tmp_path, time_limit=0.3) as client:
        slow = Slow(monkeypatch)
        response = client.post("/v1/ask", json={"question": QUESTION, "stream": stream})
        problem(response, 503, "time-limit")
        assert slow.cancelled.wait(5)


def test_a_fault_in_the_middle_of_a_stream_is_its_last_event(client, monkeypatch) -> None:
    whole = Survey.parts

    def parts(self, *args, **options):
        yield from list(whole(self, *args, **options))[:3]
        raise errors.StorageError("the disk is gone")

    monkeypatch.setattr(Survey, "parts", parts)
    told = events(client.post("/v1/ask", json={"question": QUESTION, "stream": True}).text)
    assert [event.name for event in told] == ["understood", "passages", "statement", "error"]
    assert told[-1].value["type"] == "/v1/problems/storage" and "the disk is gone" in told[-1].value["detail"]


def test_a_silent_stream_has_a_heartbeat(indexed, tmp_path, monkeypatch) -> None:
    with client_of(indexed, tmp_path, heartbeat=0.05) as client:
        whole = Survey.parts

        def parts(self, *args, **options):
            for part in whole(self, *args, **options):
                yield part
                time.sleep(0.12)

        monkeypatch.setattr(Survey, "parts", parts)
        text = client.post("/v1/ask", json={"question": QUESTION, "stream": True, "max_statements": 1}).text
    assert text.count(": ping") >= 5 and events(text)[-1].name == "done"


def test_nothing_is_left_in_the_queue_by_clients_that_gave_up(indexed, tmp_path, monkeypatch) -> None:
    with client_of(indexed, tmp_path, threads=1, queue=1, time_limit=0.1) as client:
        slow = Slow(monkeypatch)
        for _ in range(4):
            assert client.post("/v1/ask", json={"question": QUESTION}).status_code == 503
        slow.release.set()
        deadline = time.monotonic() + 5
        while client.post("/v1/search", json={"query": "GPU"}).status_code != 200:
            assert time.monotonic() < deadline


@pytest.mark.parametrize("stream", [False, True])
def test_work_that_refreshes_overtake_is_begun_again(stream, client, monkeypatch) -> None:
    whole, begun = Survey.parts, []

    def parts(self, *args, **options):
        begun.append(True)
        told = whole(self, *args, **options)
        yield next(told)
        if len(begun) < 3:
            raise errors.ReplacedError("generation 1 has been replaced and cleared away")
        yield from told

    monkeypatch.setattr(Survey, "parts", parts)
    response = client.post("/v1/ask", json={"question": f"Does Burn run on the GPU? {stream}", "stream": stream})
    assert response.status_code == 200 and len(begun) == 3
    if stream:
        names = [event.name for event in events(response.text)]
        assert names.count("understood") == names.count("done") == 1 and "error" not in names


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("/v1/search", r'{"query": "lamp \ud800"}'),
        ("/v1/search", r'{"query": "GPU", "filters": {"heading": ["\udfff"]}}'),
        ("/v1/search", r'{"query": "GPU", "filters": {"path": ["\udce9"]}}'),
        ("/v1/search", r'{"query": "GPU", "filters": {"entity": ["\ud800"]}}'),
        ("/v1/ask", r'{"question": "Does Burn run on a GPU? \ud800"}'),
        ("/v1/ask", r'{"question": "and CUDA?", "after": ["\udc00 Burn?"]}'),
        ("/v1/compare", r'{"entities": ["burn", "candle"], "question": "\ud800 GPU"}'),
    ],
)
def test_half_a_character_is_the_client_s_mistake(route, body, client) -> None:
    response = client.post(route, content=body, headers={"Content-Type": "application/json"})
    assert 400 <= response.status_code < 500, response.text


def test_bytes_that_are_no_text_in_a_query_string_are_left_out_of_the_search(client) -> None:
    response = client.get("/v1/search?q=GPU+caf%E9&limit=1")
    assert response.status_code == 200 and response.json()["hits"]
