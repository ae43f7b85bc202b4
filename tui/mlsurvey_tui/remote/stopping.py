"""Stop a request to a server while it waits for the reply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from mlsurvey.calling import Cancelled
from mlsurvey.errors import Interrupted

T = TypeVar("T")

INTERVAL = 0.1
"""Seconds between two checks whether the reply is still needed."""


def stoppable(send: Callable[[], Coroutine[Any, Any, T]], cancelled: Cancelled) -> T:
    """Return the reply to a request, sent in an event loop of its own. Call it in a worker thread.

    Args:
        send: sends the request; it is cancelled if the reply is no longer needed. The connection is then closed, which
            stops the work on the server.
        cancelled: called ten times a second.

    Raises:
        Interrupted: ``cancelled`` returned True. Other errors are those of ``send``.
    """
    return asyncio.run(_watched(send, cancelled))


async def _watched(send: Callable[[], Coroutine[Any, Any, T]], cancelled: Cancelled) -> T:
    sending = asyncio.create_task(send())
    while not (await asyncio.wait({sending}, timeout=INTERVAL))[0]:
        if cancelled():
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
            raise Interrupted("stopped: the answer is no longer needed")
    return await sending
