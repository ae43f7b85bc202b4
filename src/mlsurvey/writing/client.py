"""One request to a language model, with limits on time and size. The only module here that uses the network.

Written with httpx2 rather than with OpenAI's package: httpx2 is a dependency already, and OpenAI's package (10 MB,
2,000 files, itself built on httpx2) reads replies without a limit on size, retries by itself, follows redirects, and
takes addresses and keys from variables of its own. One POST with a stream of lines needs none of that.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address
from types import TracebackType
from urllib.parse import urlsplit

import httpx2

from mlsurvey.calling import Cancelled
from mlsurvey.errors import Interrupted
from mlsurvey.writing.errors import ServerError, WriterError
from mlsurvey.writing.protocol import PATH, Message, Reply, body, problem_of
from mlsurvey.writing.setup import Turn

MOST_BYTES = 2 * 1024 * 1024
"""Maximum bytes of a reply; an event of a stream takes a few hundred bytes for each token."""
POLL = 0.1
"""Seconds between two looks at whether the answer is still wanted."""
LEAVING = 1.0
"""Seconds to wait for the connection to close."""
CONNECT = 5.0
EVENTS = "text/event-stream"

_End = BaseException | None


class Call:
    """A request that runs in a thread of its own, so that no server can hold up the caller.

    Iterate over it for the text as it arrives. Leaving the ``with`` block closes the connection. Entering it raises
    :class:`ServerError` if the server has failed for the same answer before, or no time is left.
    """

    def __init__(self, turn: Turn, messages: Sequence[Message], cancelled: Cancelled | None = None) -> None:
        self._turn, self._setup, self._messages, self._cancelled = turn, turn.setup, messages, cancelled
        self._pieces: queue.Queue[str | _End] = queue.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False
        self._began = time.monotonic()
        self._deadline = self._began + turn.left
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def __enter__(self) -> Call:
        if self._turn.failure is not None:
            raise ServerError(self._turn.failure)
        if self._turn.left <= 0:
            raise self._late()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._is_closed = True
        self._turn.spent += time.monotonic() - self._began
        if isinstance(error, ServerError):
            self._turn.failure = str(error)
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(LEAVING)

    def __iter__(self) -> Iterator[str]:
        """The text in pieces.

        Raises:
            ServerError: there is no usable reply, or no more of it.
            Interrupted: the answer is no longer needed.
        """
        while True:
            if self._cancelled is not None and self._cancelled():
                raise Interrupted("stopped: the answer is no longer needed")
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise self._late()
            try:
                piece = self._pieces.get(timeout=min(POLL, left))
            except queue.Empty:
                continue
            if isinstance(piece, BaseException):
                raise piece
            if piece is None:
                return
            yield piece

    def _late(self) -> ServerError:
        most = f"{self._setup.seconds:.3g} seconds"
        return ServerError(f"the model did not finish within {most}; raise 'writer_seconds', or take a faster model")

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except Exception as error:  # never lost in a thread
            self._pieces.put(ServerError(f"the model could not be asked ({type(error).__name__})"))

    async def _main(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._is_closed:
            return
        end: _End = None
        try:
            async with asyncio.timeout(max(0.0, self._deadline - time.monotonic())):
                await self._read()
        except asyncio.CancelledError:
            return
        except TimeoutError:
            end = self._late()
        except WriterError as error:
            end = error
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
            end = ServerError(_reason(error, self._setup.url))
        self._pieces.put(end)

    async def _read(self) -> None:
        url = self._setup.url.rstrip("/") + PATH
        headers = {"Accept": EVENTS, "Accept-Encoding": "identity", "User-Agent": "mlsurvey"}
        if self._setup.key:
            headers["Authorization"] = f"Bearer {self._setup.key}"
        timeout = httpx2.Timeout(self._turn.left, connect=min(CONNECT, self._turn.left))
        async with (
            httpx2.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=not _is_local(url)) as client,
            client.stream("POST", url, json=body(self._setup, self._messages), headers=headers) as response,
        ):
            if problem := problem_of(response.status_code):
                raise ServerError(problem)
            if response.headers.get("content-encoding", "identity") != "identity":
                raise ServerError("the model's server compresses its reply although it was told not to")
            await self._receive(response)

    async def _receive(self, response: httpx2.Response) -> None:
        reply = Reply()
        if EVENTS not in response.headers.get("content-type", ""):
            whole = b"".join([piece async for piece in _limited(response)])
            self._put(reply.whole(whole.decode("utf-8", "replace")))
            return
        async for line in _lines(response):
            self._put(reply.event(line))
            if reply.is_complete:
                return
        raise ServerError("the model's server closed the connection before the reply was complete")

    def _put(self, pieces: Iterator[str]) -> None:
        for piece in pieces:
            self._pieces.put(piece)


async def _limited(response: httpx2.Response) -> AsyncIterator[bytes]:
    received = 0
    async for piece in response.aiter_raw():
        received += len(piece)
        if received > MOST_BYTES:
            raise ServerError(f"the model's reply is longer than {MOST_BYTES // 1024:,} kB; the rest was not read")
        yield piece


async def _lines(response: httpx2.Response) -> AsyncIterator[str]:
    rest = b""
    async for piece in _limited(response):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace").rstrip("\r")
    if rest:
        yield rest.decode("utf-8", "replace")


def _reason(error: Exception, url: str) -> str:
    if isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout)):
        return f"no connection to the model's server at {url}; start it, or check 'writer_url'"
    if isinstance(error, (httpx2.RemoteProtocolError, httpx2.ReadError)):
        return "the model's server closed the connection before the reply was complete"
    return f"the model could not be asked ({type(error).__name__})"


def _is_local(url: str) -> bool:
    """Whether a URL is on this machine, which is never reached through a proxy."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
