"""Work off the event loop: a bounded pool, a bounded queue, a time limit, and cancellation if the client is gone."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from mlsurvey.api.metrics import Metrics
from mlsurvey.api.problems import RefusalError
from mlsurvey.calling import Cancelled

T = TypeVar("T")

RETRY_AFTER = 1
"""Seconds after which a rejected client may retry: a full queue is less than a minute of work."""


class Admission:
    """Admits a limited number of requests and rejects the rest. Create and use it on the event loop's thread."""

    def __init__(self, threads: int, queue: int, time_limit: float, metrics: Metrics) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="mlsurvey")
        self._places = threads + queue
        self._time_limit = time_limit
        self._metrics = metrics
        self._admitted = 0

    def close(self) -> None:
        """Wait for running work to end, and drop queued work."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def run(self, request: Request, work: Callable[[Cancelled], T]) -> T:
        """Run the work in a thread.

        Raises:
            RefusalError: the queue is full, or the time limit is exceeded.
            ClientDisconnect: the client has disconnected.
        """
        token = threading.Event()
        try:
            async with asyncio.timeout(self._time_limit):
                return await _while_connected(request, self._submit(work, token))
        except TimeoutError as error:
            self._metrics.turned_away("time-limit")
            detail = f"the request took more than {self._time_limit:g} seconds and was stopped; ask for less at once"
            raise RefusalError("time-limit", detail, headers={"Retry-After": str(RETRY_AFTER)}) from error
        finally:
            token.set()

    def start(self, work: Callable[[Cancelled], T], token: threading.Event) -> asyncio.Future[T]:
        """Run the work in a thread; setting the token stops it. Raises RefusalError if the queue is full."""
        if self._admitted >= self._places:
            self._metrics.turned_away("queue")
            detail = f"{self._places} requests are already running or waiting; try again in a moment"
            raise RefusalError("overloaded", detail, headers={"Retry-After": str(RETRY_AFTER)})
        self._admitted += 1
        submitted = time.perf_counter()

        def timed() -> T:
            self._metrics.stage("queue", time.perf_counter() - submitted)
            return work(token.is_set)

        loop = asyncio.get_running_loop()
        future = self._pool.submit(timed)
        future.add_done_callback(lambda _: _safely(loop, self._leave))
        return asyncio.wrap_future(future)

    async def _submit(self, work: Callable[[Cancelled], T], token: threading.Event) -> T:
        return await self.start(work, token)

    def _leave(self) -> None:
        self._admitted -= 1


def _safely(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)


async def _while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of the work; the work is cancelled if the client disconnects."""
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return await working
    finally:
        watching.cancel()
        working.cancel()


async def _gone(request: Request) -> None:
    """Return when the client has closed the connection. The body must already have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
