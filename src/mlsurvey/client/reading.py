"""Replies and events as models, and when to try again. Pure."""

from __future__ import annotations

from typing import TypedDict, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ValidationError

from mlsurvey.client.calls import Call
from mlsurvey.client.errors import ProblemError, check, error_of, foreign
from mlsurvey.wire.parts import EVENTS, Part
from mlsurvey.wire.service import Job, Problem

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

LONGEST_EVENT = 64 * 1024 * 1024
"""Bytes of an event: an answer with all its quotes is one."""
LONGEST_WAIT = 30.0
"""Seconds of ``Retry-After`` that are waited for; beyond, the caller is told."""
PAUSES = (0.1, 0.5, 1.0)
"""Seconds between tries where the connection was refused, as by a service that is just being started again."""
CONNECT = 10.0
"""Seconds to wait for a connection."""
STREAM = {"Accept": "text/event-stream"}
REFUSED = (httpx2.ConnectError, httpx2.ConnectTimeout)
"""Failures before anything was sent."""


class Settings(TypedDict):
    """What an HTTP client is made with."""

    base_url: str
    headers: dict[str, str]
    timeout: httpx2.Timeout
    trust_env: bool


def settings(url: str, token: str | None, timeout: float) -> Settings:
    """Settings for a service; one on this machine is never sought behind a proxy."""
    headers = {"User-Agent": "mlsurvey-client"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    local = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
    limits = httpx2.Timeout(timeout, connect=min(timeout, CONNECT))
    return Settings(base_url=url, headers=headers, timeout=limits, trust_env=not local)


def result(call: Call[T], response: httpx2.Response) -> T:
    """What a reply says.

    Raises:
        ProblemError: a problem.
        ForeignReplyError: nothing that can be understood.
    """
    check(response)
    try:
        return call.reply(response.content)
    except (ValidationError, UnicodeDecodeError) as error:
        raise foreign(response.request.url) from error


def part_of(event: httpx2.ServerSentEvent, url: httpx2.URL) -> Part | None:
    """A part of an answer; None for an event that this client does not know. Raises like :func:`result`."""
    if event.event == "error":
        raise error_of(_model(Problem, event.data, url))
    model = EVENTS.get(event.event)
    return _model(model, event.data, url) if model else None


def job_of(event: httpx2.ServerSentEvent, url: httpx2.URL) -> Job:
    """A job as it was at an event. Raises like :func:`result`."""
    return _model(Job, event.data, url)


def pause(call: Call[T], error: Exception, tried: int, retries: int) -> float | None:
    """Seconds after which to send a call again; None where that could do harm, or would not help.

    What was turned away for want of room was not begun, so it may be sent again;
    what ran out of time may have been done, and is sent again only if it changes nothing.
    """
    if tried > retries:
        return None
    if isinstance(error, ProblemError) and error.retry_after is not None and error.retry_after <= LONGEST_WAIT:
        return error.retry_after if call.reads or error.slug == "overloaded" else None
    if isinstance(error, REFUSED) and call.reads:
        return PAUSES[min(tried, len(PAUSES)) - 1]
    return None


def _model(model: type[M], data: str, url: httpx2.URL) -> M:
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise foreign(url) from error
