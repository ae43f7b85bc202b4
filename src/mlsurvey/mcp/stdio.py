"""Serves the tools on standard input and output, to the program that started this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mcp.server.stdio import stdio_server

from mlsurvey.calling import Cancelled
from mlsurvey.mcp.server import TurnedAwayError, build
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey

T = TypeVar("T")

THREADS = 2
"""Calls handled concurrently; the question encoder takes one core for each."""
PLACES = 32
"""Calls that may wait; further ones are rejected."""
TIME_LIMIT = 60.0
"""Maximum seconds for a call, including waiting."""


class Desk:
    """Runs calls in a few threads. Use it in one event loop."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="mlsurvey")
        self._waiting = 0

    def close(self) -> None:
        """Drop waiting calls, and wait for running ones to end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def run(self, work: Callable[[Survey, Cancelled], T]) -> T:
        """Run the work; cancelling the wait stops it.

        Raises:
            TurnedAwayError: too many calls are waiting, or the time limit is exceeded.
        """
        if self._waiting >= THREADS + PLACES:
            raise TurnedAwayError(f"{self._waiting} calls are already running; wait for some of them to finish")
        token = threading.Event()
        self._waiting += 1
        try:
            async with asyncio.timeout(TIME_LIMIT):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._pool, work, self._survey, token.is_set)
        except TimeoutError as error:
            raise TurnedAwayError(
                f"the call took more than {TIME_LIMIT:g} seconds and was stopped; ask for less"
            ) from error
        finally:
            token.set()
            self._waiting -= 1


def serve(settings: Settings) -> None:
    """Serve until standard input ends. Until then, standard output is reserved for the protocol."""
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    with Survey(settings) as survey:
        desk = Desk(survey)
        try:
            server = build(desk.run)
            async with stdio_server() as (incoming, outgoing):
                await server.run(incoming, outgoing, server.create_initialization_options())
        finally:
            desk.close()
