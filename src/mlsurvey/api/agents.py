"""The tools for agents over HTTP: ``POST /mcp``, the same as ``mlsurvey mcp``, within the limits of the service."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from fastapi import FastAPI
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from starlette.routing import Route

from mlsurvey.api.problems import RefusalError
from mlsurvey.api.service import Service
from mlsurvey.calling import Cancelled
from mlsurvey.mcp.server import TurnedAwayError, build
from mlsurvey.survey import Survey

T = TypeVar("T")

PATH = "/mcp"
LARGEST = 1024 * 1024
"""Maximum bytes of a message, far above the longest question."""


def add_agents(app: FastAPI, service: Service) -> StreamableHTTPSessionManager:
    """Add the route and return its session manager, which must run as long as the application.

    No session is kept between requests, so any worker can answer any request, and
    clients cannot leave sessions open. The frame checks host, origin and token, as
    for every route.
    """

    async def run(work: Callable[[Survey, Cancelled], T]) -> T:
        return await _work(service, work)

    manager = StreamableHTTPSessionManager(
        build(run), stateless=True, json_response=True, max_request_body_size=LARGEST
    )
    app.router.routes.append(Route(PATH, StreamableHTTPASGIApp(manager), methods=["POST"], include_in_schema=False))
    return manager


async def _work(service: Service, work: Callable[[Survey, Cancelled], T]) -> T:
    """Run work in the service's pool.

    Raises:
        TurnedAwayError: the queue is full, or the time limit is exceeded.
    """
    token = threading.Event()
    limit = service.settings.time_limit
    try:
        async with asyncio.timeout(limit):
            return await service.admission.start(lambda cancelled: work(service.survey, cancelled), token)
    except RefusalError as refusal:
        raise TurnedAwayError(str(refusal)) from refusal
    except TimeoutError as error:
        service.metrics.turned_away("time-limit")
        raise TurnedAwayError(
            f"the call took more than {limit:g} seconds and was stopped; ask for less at once"
        ) from error
    finally:
        token.set()
