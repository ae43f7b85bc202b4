"""Server-sent events: parts of an answer as they become available, and the progress of a job."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse

from mlsurvey.api.admission import Admission
from mlsurvey.api.problems import KINDS, RefusalError, problem, problem_of
from mlsurvey.calling import Cancelled
from mlsurvey.rendering.json import answer_value, hits_value, part_value, to_json
from mlsurvey.survey import Part, Passages, Survey, Understood, understanding
from mlsurvey.types import Answer, Waiting
from mlsurvey.wire.parts import EVENTS

HEARTBEAT = KEEPALIVE_COMMENT
"""A comment, ignored by clients, that shows the connection is alive."""
MEDIA_TYPE = "text/event-stream"
SCHEMA = {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "string"}}}
"""Schema of an event for the OpenAPI description; ``data`` is JSON."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
TOO_LONG = "the request exceeded the time limit of the service and was stopped; ask for less at once"
_NAMES = {kind: name for name, kind in EVENTS.items()}


def event_of(part: Part, survey: Survey) -> bytes:
    """Encode a part as an event. The last one, ``done``, has the whole answer."""
    if isinstance(part, Understood):
        return event("understood", understanding.value(part))
    if isinstance(part, Passages):
        return event("passages", {"read": part.read, "best": hits_value("", "", "", part.best)["hits"]})
    if isinstance(part, Waiting) and part.answer is not None:
        return event("waiting", part_value(part) | {"answer": _answer(part.answer, survey)})
    if isinstance(part, Answer):
        return event("done", _answer(part, survey))
    return event(_NAMES[type(part)], part_value(part))


def _answer(answer: Answer, survey: Survey) -> dict[str, Any]:
    return answer_value(answer, survey.stale(answer))


def event(name: str, value: Any) -> bytes:
    """Encode an event."""
    return format_sse_event(event=name, data_str=to_json(value, indent=None))


def respond(events: AsyncIterator[bytes]) -> StreamingResponse:
    """Return the events as a response."""
    return StreamingResponse(events, media_type=MEDIA_TYPE, headers=HEADERS)


class Stream:
    """Events produced by a thread and sent by the event loop. Leaving the iteration stops the thread's work."""

    def __init__(self, heartbeat: float, time_limit: float) -> None:
        self._queue: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._token = threading.Event()
        self._heartbeat = heartbeat
        self._deadline = self._loop.time() + time_limit

    async def begin(self, admission: Admission, make: Callable[[Cancelled], Iterator[bytes]]) -> AsyncIterator[bytes]:
        """Start the work and wait for the first event.

        Raises:
            MlsurveyError: the work failed before its first event.
            RefusalError: the queue is full.
        """

        def work(cancelled: Cancelled) -> None:
            events = make(cancelled)
            try:
                for one in events:
                    self._put(one)
                self._put(None)
            except BaseException as error:
                self._put(error)

        admission.start(work, self._token)
        try:
            first = await asyncio.wait_for(self._queue.get(), self._left())
        except BaseException as error:
            self._token.set()
            if isinstance(error, TimeoutError):
                raise RefusalError("time-limit", TOO_LONG) from error
            raise
        if isinstance(first, BaseException):
            raise first
        return self._events(first)

    async def _events(self, item: bytes | BaseException | None) -> AsyncIterator[bytes]:
        try:
            while item is not None:
                if isinstance(item, BaseException):
                    yield event("error", problem_of(_known(item)).model_dump(exclude_none=True))
                    return
                yield item
                item = await self._next()
        except TimeoutError:
            yield event("error", problem(KINDS["time-limit"], TOO_LONG).model_dump(exclude_none=True))
        finally:
            self._token.set()

    async def _next(self) -> bytes | BaseException | None:
        """Return the next event, or a comment if there is none for a while. Raises TimeoutError at the time limit."""
        try:
            return await asyncio.wait_for(self._queue.get(), min(self._heartbeat, self._left()))
        except TimeoutError:
            if self._left() <= 0:
                raise
            return HEARTBEAT

    def _left(self) -> float:
        return max(0.0, self._deadline - self._loop.time())

    def _put(self, item: bytes | BaseException | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)


def _known(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(type(error).__name__)
