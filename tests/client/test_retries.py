from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest

from mlsurvey.api.problems import KINDS, problem, respond
from mlsurvey.client import Client, ForeignReplyError, ProblemError, UnavailableError, UnreachableError
from mlsurvey.client import errors as client_errors

ALIVE = httpx2.Response(200, json={"status": "alive", "version": "1"})


def refusal(slug: str, **headers: str) -> httpx2.Response:
    response = respond(problem(KINDS[slug], "no"), headers)
    return httpx2.Response(response.status_code, content=bytes(response.body), headers=dict(response.headers))


def client_of(*replies: httpx2.Response | Exception) -> tuple[Client, list[httpx2.Request]]:
    seen: list[httpx2.Request] = []
    left = list(replies)

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        reply = left.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return Client(transport=httpx2.MockTransport(answer)), seen


STORE: Callable[[Client], object] = lambda client: client.store("a.md", b"# A")  # noqa: E731
BUSY, LATE = {"Retry-After": "0"}, {"Retry-After": "3600"}


def test_a_full_queue_is_tried_again() -> None:
    client, seen = client_of(refusal("overloaded", **BUSY), httpx2.ConnectError("refused"), ALIVE)
    assert client.health().status == "alive"
    assert len(seen) == 3


def test_not_for_ever() -> None:
    client, seen = client_of(*[refusal("overloaded", **BUSY)] * 9)
    with pytest.raises(UnavailableError) as caught:
        client.health()
    assert (len(seen), caught.value.retry_after, caught.value.slug) == (3, 0.0, "overloaded")


def test_nor_beyond_a_sensible_time() -> None:
    client, seen = client_of(refusal("overloaded", **LATE), ALIVE)
    with pytest.raises(UnavailableError):
        client.health()
    assert len(seen) == 1


@pytest.mark.parametrize("reply", [refusal("time-limit", **BUSY), httpx2.ConnectError("refused")], ids=["late", "gone"])
def test_what_may_have_changed_something_is_not_sent_again(reply) -> None:
    client, seen = client_of(reply, ALIVE)
    with pytest.raises((UnavailableError, UnreachableError)):
        STORE(client)
    assert len(seen) == 1


def test_what_was_turned_away_at_the_door_is() -> None:
    stored = {"path": "a.md", "sha256": "", "bytes": 3, "created": True, "changed": True, "indexed": False}
    client, seen = client_of(refusal("overloaded", **BUSY), httpx2.Response(201, json={**stored, "refresh": "/"}))
    STORE(client)
    assert len(seen) == 2


def test_a_broken_connection_is_told_and_not_tried_again() -> None:
    client, seen = client_of(httpx2.ReadError("reset"), ALIVE)
    with pytest.raises(UnreachableError, match="reset"):
        client.health()
    assert len(seen) == 1


@pytest.mark.parametrize(
    "reply",
    [
        httpx2.Response(200, text="<html>hello</html>"),
        httpx2.Response(200, json={"status": "dead"}),
        httpx2.Response(404, text="not here"),
        httpx2.Response(302, headers={"Location": "/login"}),
        httpx2.Response(500, text="{}", headers={"Content-Type": "application/problem+json"}),
    ],
)
def test_something_else_answers(reply) -> None:
    client, _ = client_of(reply)
    with pytest.raises(ForeignReplyError, match="check that it is mlsurvey"):
        client.health()


def test_every_problem_has_its_error() -> None:
    of_slug = client_errors._OF_SLUG
    assert of_slug.keys() == KINDS.keys() - {"internal"}
    for slug, kind in KINDS.items():
        client, _ = client_of(refusal(slug))
        with pytest.raises(of_slug.get(slug, ProblemError)) as caught:
            client.health()
        assert caught.value.problem.status == kind.status  # type: ignore[attr-defined]


def test_a_stream_that_breaks_off() -> None:
    start = b'event: passages\ndata: {"read": 1, "best": []}\n\nevent: news\ndata: {}\n\n'
    fault = b'event: error\ndata: {"type": "/v1/problems/time-limit", "title": "", "status": 503, "detail": "late"}\n\n'
    kind = {"Content-Type": "text/event-stream"}
    client, _ = client_of(httpx2.Response(200, content=start + fault, headers=kind))
    parts = client.parts("Why?")
    assert next(parts).read == 1  # type: ignore[union-attr]
    with pytest.raises(UnavailableError, match="late"):
        next(parts)
    client, _ = client_of(httpx2.Response(200, text="hello", headers={"Content-Type": "text/plain"}))
    with pytest.raises((ForeignReplyError, UnreachableError)):
        next(client.parts("Why?"))


def test_a_token_is_sent_and_no_proxy_is_asked_for_this_machine() -> None:
    seen: list[httpx2.Request] = []
    transport = httpx2.MockTransport(lambda request: (seen.append(request), ALIVE)[1])
    with Client(token="secret", transport=transport) as client:
        client.health()
    assert seen[0].headers["authorization"] == "Bearer secret"
