"""The client for programs that do other things meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx2

from mlsurvey.client import calls, reading
from mlsurvey.client.calls import Call
from mlsurvey.client.errors import ProblemError, check, unreachable
from mlsurvey.wire.answers import Answer, Comparison, Hits
from mlsurvey.wire.documents import (
    Aspects,
    Documents,
    DocumentState,
    DocumentText,
    Entities,
    Entity,
    Stored,
    StoredBatch,
)
from mlsurvey.wire.parts import Part
from mlsurvey.wire.requests import FilterRequest
from mlsurvey.wire.service import Health, Index, Job, Jobs, ProblemType, ProblemTypes, Readiness

T = TypeVar("T")
R = TypeVar("R")


class AsyncClient:
    """A connection to a service. For one event loop; close it, or use ``async with``.

        >>> async with AsyncClient(token="…") as client:  # doctest: +SKIP
        ...     async for part in client.parts("Which Rust libraries train on a GPU?"):
        ...         print(type(part).__name__)

    Every method raises :class:`mlsurvey.client.UnreachableError` where no answer comes, and otherwise a
    :class:`mlsurvey.client.ProblemError`, which is also what the library raises in that case: an unknown name
    is a :class:`mlsurvey.errors.NotFoundError`.

    Args:
        url: of the service.
        token: as made by ``mlsurvey token``.
        timeout: seconds to wait for an answer, or for the next event of a stream.
        retries: how often a request is sent again that was turned away for want of room, or found nobody. What may
            have changed something is never sent again.
        transport: other than the network, for tests.
    """

    def __init__(
        self,
        url: str = calls.URL,
        *,
        token: str | None = None,
        timeout: float = calls.TIMEOUT,
        retries: int = 2,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx2.AsyncClient(transport=transport, **reading.settings(url, token, timeout))
        self._retries = retries

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    # Asking

    async def ask(self, question: str, **options: Unpack[calls.AskOptions]) -> Answer:
        """The cited answer to a question; it abstains rather than guesses."""
        return await self._send(calls.ask(question, options))

    async def parts(self, question: str, **options: Unpack[calls.AskOptions]) -> AsyncGenerator[Part, None]:
        """The answer in parts, as they become known; the last one is what :meth:`ask` gives.

        Closing the iterator ends the work for it.
        """
        async with self._events(calls.stream(question, options)) as events:
            async for event in events:
                if part := reading.part_of(event, self._http.base_url):
                    yield part

    async def search(self, query: str, **options: Unpack[calls.SearchOptions]) -> Hits:
        """The best passages for a query."""
        return await self._send(calls.search(query, options))

    async def compare(
        self, entities: Sequence[str], aspects: Sequence[str] = (), **options: Unpack[calls.CompareOptions]
    ) -> Comparison:
        """Two to eight libraries, point by point; without aspects, by those that tell most."""
        return await self._send(calls.compare(entities, aspects, options))

    # Names

    async def entities(self) -> Entities:
        """The libraries that the index knows."""
        return await self._send(calls.entities())

    async def entity(self, slug: str) -> Entity:
        """One library."""
        return await self._send(calls.entity(slug))

    async def aspects(self) -> Aspects:
        """The points of comparison."""
        return await self._send(calls.aspects())

    # Documents

    async def documents(self, *, limit: int = 100, offset: int = 0, filters: FilterRequest | None = None) -> Documents:
        """A page of the documents of the index, by path."""
        return await self._send(calls.list_documents(limit, offset, filters))

    async def document(self, path: str) -> DocumentState:
        """A document as it is indexed, and as its file is now."""
        return await self._send(calls.document(path))

    async def text(self, path: str, **options: Unpack[calls.TextOptions]) -> DocumentText:
        """The text of a document, or a part of it, as it was indexed. Long ones come in pieces: go on at ``end``."""
        return await self._send(calls.text(path, options))

    async def store(self, path: str, data: bytes, *, if_sha256: str | None = None, if_absent: bool = False) -> Stored:
        """Put a document into the corpus, for the next refresh.

        Args:
            path: in the corpus folder.
            data: bytes of the file.
            if_sha256: digest of the version to be replaced, as :meth:`document` tells it; else anything is replaced.
            if_absent: replace nothing.
        """
        return await self._send(calls.store(path, data, if_sha256, if_absent=if_absent))

    async def store_all(self, files: Mapping[str, bytes], *, replace: bool = False) -> StoredBatch:
        """Put several documents into the corpus; all are checked before the first is written."""
        return await self._send(calls.store_all(files, replace=replace))

    async def delete(self, path: str, *, if_sha256: str | None = None) -> None:
        """Delete a document from the corpus; the next refresh takes it out of the index."""
        await self._send(calls.delete(path, if_sha256))

    # Index and jobs

    async def index(self) -> Index:
        """The corpus, the index, and how far the two agree."""
        return await self._send(calls.index())

    async def refresh(self, **options: Unpack[calls.RefreshOptions]) -> Job:
        """Start to bring the index up to date; :meth:`follow` the job."""
        return await self._send(calls.refresh(options))

    async def evaluate(self, questions: str) -> Job:
        """Start to measure answers with gold questions, one JSON object a line; :meth:`follow` the job."""
        return await self._send(calls.evaluate(questions))

    async def jobs(self) -> Jobs:
        """Jobs that are kept, newest first."""
        return await self._send(calls.jobs())

    async def job(self, name: str) -> Job:
        """A job as it is now."""
        return await self._send(calls.job(name))

    async def follow(self, name: str) -> AsyncGenerator[Job, None]:
        """A job whenever it has come further; the last one is its end."""
        async with self._events(calls.follow(name)) as events:
            async for event in events:
                yield reading.job_of(event, self._http.base_url)

    async def cancel(self, name: str) -> Job:
        """Ask a job to stop. It does at its next step."""
        return await self._send(calls.cancel(name))

    # The service

    async def health(self) -> Health:
        """The process answers."""
        return await self._send(calls.health())

    async def ready(self) -> Readiness:
        """Questions are answered at full speed."""
        return await self._send(calls.ready())

    async def metrics(self) -> str:
        """Figures in the text format of Prometheus."""
        return await self._send(calls.metrics())

    async def problems(self) -> ProblemTypes:
        """Every type of problem, explained."""
        return await self._send(calls.problems())

    async def problem(self, slug: str) -> ProblemType:
        """What a type of problem means."""
        return await self._send(calls.problem(slug))

    async def _send(self, call: Call[T]) -> T:
        async def send() -> T:
            return reading.result(call, await self._http.request(call.method, call.path, **call.arguments()))

        return await self._patiently(call, send)

    @asynccontextmanager
    async def _events(self, call: Call[bytes]) -> AsyncIterator[httpx2.EventSource]:
        """The events of a stream; leaving the context closes the connection."""
        response = await self._patiently(call, lambda: self._open(call))
        try:
            yield httpx2.EventSource(response, reading.LONGEST_EVENT)
        except httpx2.TransportError as error:
            raise unreachable(self._http.base_url, error) from error
        finally:
            await response.aclose()

    async def _open(self, call: Call[bytes]) -> httpx2.Response:
        request = self._http.build_request(call.method, call.path, json=call.json, headers=reading.STREAM)
        response = await self._http.send(request, stream=True)
        if not response.is_success:
            try:
                await response.aread()
                check(response)
            finally:
                await response.aclose()
        return response

    async def _patiently(self, call: Call[T], send: Callable[[], Awaitable[R]]) -> R:
        """Send, and send again where that is safe and may help."""
        tried = 0
        while True:
            tried += 1
            try:
                return await send()
            except ProblemError as error:
                seconds = reading.pause(call, error, tried, self._retries)
                if seconds is None:
                    raise
            except httpx2.TransportError as error:
                seconds = reading.pause(call, error, tried, self._retries)
                if seconds is None:
                    raise unreachable(self._http.base_url, error) from error
            await asyncio.sleep(seconds)
