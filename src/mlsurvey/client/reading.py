"""Replies and events as models, and when to retry. Pure functions."""

from __future__ import annotations

from typing import TypedDict, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import ValidationError

from mlsurvey.client.calls import Call, reader
from mlsurvey.client.errors import ProblemError, check, error_of, foreign
from mlsurvey.wire.parts import EVENTS, Part
from mlsurvey.wire.service import Job, Problem

T = TypeVar("T")

LONGEST_EVENT = 64 * 1024 * 1024
"""Maximum bytes of an event: an answer with all its quotes is one event."""
LONGEST_WAIT = 30.0
"""Longest ``Retry-After`` to wait for, in seconds; beyond that, the error is raised."""
PAUSES = (0.1, 0.5, 1.0)
"""Seconds between attempts if the connection is refused, as while a service restarts."""
CONNECT = 10.0
"""Seconds to wait for a connection."""
STREAM = {"Accept": "text/event-stream"}
REFUSED = (httpx2.ConnectError, httpx2.ConnectTimeout)
"""Failures before anything is sent."""


class Settings(TypedDict):
    """Arguments for creating an HTTP client."""

    base_url: str
    headers: dict[str, str]
    timeout: httpx2.Timeout
    trust_env: bool


def settings(url: str, token: str | None, timeout: float) -> Settings:
    """Return the settings for a service; a service on this machine is never accessed through a proxy."""
    headers = {"User-Agent": "mlsurvey-client"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    local = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
    limits = httpx2.Timeout(timeout, connect=min(timeout, CONNECT))
    return Settings(base_url=url, headers=headers, timeout=limits, trust_env=not local)


def result(call: Call[T], response: httpx2.Response) -> T:
    """Parse a reply.

    Raises:
        ProblemError: the service reported a problem.
        ForeignReplyError: the reply cannot be understood.
    """
    check(response)
    try:
        return call.reply(response.content)
    except (ValidationError, UnicodeDecodeError) as error:
        raise foreign(response.request.url) from error


def part_of(event: httpx2.ServerSentEvent, url: httpx2.URL) -> Part | None:
    """Parse a part of an answer; None for an unknown event. Raises like :func:`result`."""
    if event.event == "error":
        raise error_of(_read(Problem, event.data, url))
    model = EVENTS.get(event.event)
    return _read(model, event.data, url) if model else None


def job_of(event: httpx2.ServerSentEvent, url: httpx2.URL) -> Job:
    """Parse the job in an event. Raises like :func:`result`."""
    return _read(Job, event.data, url)


def pause(call: Call[T], error: Exception, tried: int, retries: int) -> float | None:
    """Return the seconds to wait before a retry; None if a retry is unsafe or would not help.

    A call rejected for overload was not started, so it can be retried. A call that
    exceeded the time limit may have been executed, so it is retried only if it
    changes nothing.
    """
    if tried > retries:
        return None
    if isinstance(error, ProblemError) and error.retry_after is not None and error.retry_after <= LONGEST_WAIT:
        return error.retry_after if call.reads or error.slug == "overloaded" else None
    if isinstance(error, REFUSED) and call.reads:
        return PAUSES[min(tried, len(PAUSES)) - 1]
    return None


def _read(kind: type[T], data: str, url: httpx2.URL) -> T:
    try:
        return reader(kind)(data)
    except ValidationError as error:
        raise foreign(url) from error
