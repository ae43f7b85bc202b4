"""The asynchronous client."""

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
from mlsurvey.types import Answer, Entity
from mlsurvey.wire.answers import Comparison, Hits
from mlsurvey.wire.coverage import Coverage
from mlsurvey.wire.documents import (
    Aspects,
    Documents,
    DocumentState,
    DocumentText,
    Entities,
    Stored,
    StoredBatch,
)
from mlsurvey.wire.parts import Part
from mlsurvey.wire.requests import FilterRequest
from mlsurvey.wire.service import Health, Index, Job, Jobs, ProblemType, ProblemTypes, Readiness
from mlsurvey.wire.subjects import Corrected, SubjectCorrection, Subjects

T = TypeVar("T")
R = TypeVar("R")


class AsyncClient:
    """A connection to a service. Use it in one event loop; close it, or use ``async with``.

        >>> async with AsyncClient(token="…") as client:  # doctest: +SKIP
        ...     async for part in client.parts("Which Rust libraries train on a GPU?"):
        ...         print(type(part).__name__)

    Arguments and errors are those of :class:`mlsurvey.client.Client`.
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
        """Close the connections."""
        await self._http.aclose()

    # Asking

    async def ask(self, question: str, **options: Unpack[calls.AskOptions]) -> Answer:
        """Answer a question with citations; abstains rather than guesses."""
        return await self._send(calls.ask(question, options))

    async def parts(self, question: str, **options: Unpack[calls.AskOptions]) -> AsyncGenerator[Part, None]:
        """Yield the answer in parts as they become available; the last one is what :meth:`ask` returns.

        Closing the iterator stops the work on the answer.
        """
        async with self._events(calls.stream(question, options)) as events:
            async for event in events:
                if part := reading.part_of(event, self._http.base_url):
                    yield part

    async def search(self, query: str, **options: Unpack[calls.SearchOptions]) -> Hits:
        """Return the best passages for a query."""
        return await self._send(calls.search(query, options))

    async def compare(
        self, entities: Sequence[str], aspects: Sequence[str] = (), **options: Unpack[calls.CompareOptions]
    ) -> Comparison:
        """Compare two to eight libraries by aspect; without aspects, by the most informative ones."""
        return await self._send(calls.compare(entities, aspects, options))

    async def coverage(self, **options: Unpack[calls.CoverageOptions]) -> Coverage:
        """Count the statements about each library, by point of comparison."""
        return await self._send(calls.coverage(options))

    # Names

    async def entities(self) -> Entities:
        """List the libraries in the index."""
        return await self._send(calls.entities())

    async def entity(self, slug: str) -> Entity:
        """Get a library."""
        return await self._send(calls.entity(slug))

    async def subjects(self) -> Subjects:
        """List what the documents are found to be about."""
        return await self._send(calls.subjects())

    async def correct(self, slug: str, correction: SubjectCorrection) -> Corrected:
        """Replace all corrections of a subject, or add one; takes effect at the next refresh."""
        return await self._send(calls.correct(slug, correction))

    async def restore(self, slug: str) -> None:
        """Forget all corrections of a subject."""
        await self._send(calls.restore(slug))

    async def aspects(self) -> Aspects:
        """List the points of comparison."""
        return await self._send(calls.aspects())

    # Documents

    async def documents(self, *, limit: int = 100, offset: int = 0, filters: FilterRequest | None = None) -> Documents:
        """Get a page of the documents in the index, by path."""
        return await self._send(calls.list_documents(limit, offset, filters))

    async def document(self, path: str) -> DocumentState:
        """Get a document's state in the index and on disk."""
        return await self._send(calls.document(path))

    async def text(self, path: str, **options: Unpack[calls.TextOptions]) -> DocumentText:
        """Get the text of a document, or a part of it, as indexed. Long texts come in parts: continue at ``end``."""
        return await self._send(calls.text(path, options))

    async def store(self, path: str, data: bytes, *, if_sha256: str | None = None, if_absent: bool = False) -> Stored:
        """Store a document in the corpus, for the next refresh.

        Args:
            path: path in the corpus folder.
            data: bytes of the file.
            if_sha256: digest of the version to replace, as returned by :meth:`document`; by default any is replaced.
            if_absent: do not replace an existing document.
        """
        return await self._send(calls.store(path, data, if_sha256, if_absent=if_absent))

    async def store_all(self, files: Mapping[str, bytes], *, replace: bool = False) -> StoredBatch:
        """Store several documents in the corpus; all are checked before the first is written."""
        return await self._send(calls.store_all(files, replace=replace))

    async def delete(self, path: str, *, if_sha256: str | None = None) -> None:
        """Delete a document from the corpus; the next refresh removes it from the index."""
        await self._send(calls.delete(path, if_sha256))

    # Index and jobs

    async def index(self) -> Index:
        """Get the state of the corpus and the index, and how far the two agree."""
        return await self._send(calls.index())

    async def refresh(self, **options: Unpack[calls.RefreshOptions]) -> Job:
        """Start a refresh of the index; :meth:`follow` the returned job."""
        return await self._send(calls.refresh(options))

    async def evaluate(self, questions: str) -> Job:
        """Start an evaluation with gold questions, one JSON object per line; :meth:`follow` the returned job."""
        return await self._send(calls.evaluate(questions))

    async def jobs(self) -> Jobs:
        """List the kept jobs, newest first."""
        return await self._send(calls.jobs())

    async def job(self, name: str) -> Job:
        """Get the current state of a job."""
        return await self._send(calls.job(name))

    async def follow(self, name: str) -> AsyncGenerator[Job, None]:
        """Yield the job on each progress update; the last one has ended."""
        async with self._events(calls.follow(name)) as events:
            async for event in events:
                yield reading.job_of(event, self._http.base_url)

    async def cancel(self, name: str) -> Job:
        """Ask a job to stop at its next step."""
        return await self._send(calls.cancel(name))

    # The service

    async def health(self) -> Health:
        """Check that the process is alive."""
        return await self._send(calls.health())

    async def ready(self) -> Readiness:
        """Check that questions are answered at full speed."""
        return await self._send(calls.ready())

    async def metrics(self) -> str:
        """Get metrics in Prometheus text format."""
        return await self._send(calls.metrics())

    async def problems(self) -> ProblemTypes:
        """List all problem types with their explanations."""
        return await self._send(calls.problems())

    async def problem(self, slug: str) -> ProblemType:
        """Explain a problem type."""
        return await self._send(calls.problem(slug))

    async def _send(self, call: Call[T]) -> T:
        async def send() -> T:
            return reading.result(call, await self._http.request(call.method, call.path, **call.arguments()))

        return await self._patiently(call, send)

    @asynccontextmanager
    async def _events(self, call: Call[bytes]) -> AsyncIterator[httpx2.EventSource]:
        """Open a stream of events; leaving the context closes the connection."""
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
        """Send a request, and retry it if that is safe and may help."""
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
