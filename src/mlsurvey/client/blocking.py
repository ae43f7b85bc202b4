"""The client for programs that wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
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


class Client:
    """A connection to a service. Safe to share between threads; close it, or use ``with``.

        >>> with Client(token="…") as client:  # doctest: +SKIP
        ...     for part in client.parts("Which Rust libraries train on a GPU?"):
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
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._http = httpx2.Client(transport=transport, **reading.settings(url, token, timeout))
        self._retries = retries

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    # Asking

    def ask(self, question: str, **options: Unpack[calls.AskOptions]) -> Answer:
        """The cited answer to a question; it abstains rather than guesses."""
        return self._send(calls.ask(question, options))

    def parts(self, question: str, **options: Unpack[calls.AskOptions]) -> Generator[Part, None, None]:
        """The answer in parts, as they become known; the last one is what :meth:`ask` gives.

        Closing the iterator ends the work for it.
        """
        with self._events(calls.stream(question, options)) as events:
            for event in events:
                if part := reading.part_of(event, self._http.base_url):
                    yield part

    def search(self, query: str, **options: Unpack[calls.SearchOptions]) -> Hits:
        """The best passages for a query."""
        return self._send(calls.search(query, options))

    def compare(
        self, entities: Sequence[str], aspects: Sequence[str] = (), **options: Unpack[calls.CompareOptions]
    ) -> Comparison:
        """Two to eight libraries, point by point; without aspects, by those that tell most."""
        return self._send(calls.compare(entities, aspects, options))

    # Names

    def entities(self) -> Entities:
        """The libraries that the index knows."""
        return self._send(calls.entities())

    def entity(self, slug: str) -> Entity:
        """One library."""
        return self._send(calls.entity(slug))

    def aspects(self) -> Aspects:
        """The points of comparison."""
        return self._send(calls.aspects())

    # Documents

    def documents(self, *, limit: int = 100, offset: int = 0, filters: FilterRequest | None = None) -> Documents:
        """A page of the documents of the index, by path."""
        return self._send(calls.list_documents(limit, offset, filters))

    def document(self, path: str) -> DocumentState:
        """A document as it is indexed, and as its file is now."""
        return self._send(calls.document(path))

    def text(self, path: str, **options: Unpack[calls.TextOptions]) -> DocumentText:
        """The text of a document, or a part of it, as it was indexed. Long ones come in pieces: go on at ``end``."""
        return self._send(calls.text(path, options))

    def store(self, path: str, data: bytes, *, if_sha256: str | None = None, if_absent: bool = False) -> Stored:
        """Put a document into the corpus, for the next refresh.

        Args:
            path: in the corpus folder.
            data: bytes of the file.
            if_sha256: digest of the version to be replaced, as :meth:`document` tells it; else anything is replaced.
            if_absent: replace nothing.
        """
        return self._send(calls.store(path, data, if_sha256, if_absent=if_absent))

    def store_all(self, files: Mapping[str, bytes], *, replace: bool = False) -> StoredBatch:
        """Put several documents into the corpus; all are checked before the first is written."""
        return self._send(calls.store_all(files, replace=replace))

    def delete(self, path: str, *, if_sha256: str | None = None) -> None:
        """Delete a document from the corpus; the next refresh takes it out of the index."""
        self._send(calls.delete(path, if_sha256))

    # Index and jobs

    def index(self) -> Index:
        """The corpus, the index, and how far the two agree."""
        return self._send(calls.index())

    def refresh(self, **options: Unpack[calls.RefreshOptions]) -> Job:
        """Start to bring the index up to date; :meth:`follow` the job."""
        return self._send(calls.refresh(options))

    def evaluate(self, questions: str) -> Job:
        """Start to measure answers with gold questions, one JSON object a line; :meth:`follow` the job."""
        return self._send(calls.evaluate(questions))

    def jobs(self) -> Jobs:
        """Jobs that are kept, newest first."""
        return self._send(calls.jobs())

    def job(self, name: str) -> Job:
        """A job as it is now."""
        return self._send(calls.job(name))

    def follow(self, name: str) -> Generator[Job, None, None]:
        """A job whenever it has come further; the last one is its end."""
        with self._events(calls.follow(name)) as events:
            for event in events:
                yield reading.job_of(event, self._http.base_url)

    def cancel(self, name: str) -> Job:
        """Ask a job to stop. It does at its next step."""
        return self._send(calls.cancel(name))

    # The service

    def health(self) -> Health:
        """The process answers."""
        return self._send(calls.health())

    def ready(self) -> Readiness:
        """Questions are answered at full speed."""
        return self._send(calls.ready())

    def metrics(self) -> str:
        """Figures in the text format of Prometheus."""
        return self._send(calls.metrics())

    def problems(self) -> ProblemTypes:
        """Every type of problem, explained."""
        return self._send(calls.problems())

    def problem(self, slug: str) -> ProblemType:
        """What a type of problem means."""
        return self._send(calls.problem(slug))

    def _send(self, call: Call[T]) -> T:
        def send() -> T:
            return reading.result(call, self._http.request(call.method, call.path, **call.arguments()))

        return self._patiently(call, send)

    @contextmanager
    def _events(self, call: Call[bytes]) -> Iterator[httpx2.EventSource]:
        """The events of a stream; leaving the context closes the connection."""
        response = self._patiently(call, lambda: self._open(call))
        try:
            yield httpx2.EventSource(response, reading.LONGEST_EVENT)
        except httpx2.TransportError as error:
            raise unreachable(self._http.base_url, error) from error
        finally:
            response.close()

    def _open(self, call: Call[bytes]) -> httpx2.Response:
        request = self._http.build_request(call.method, call.path, json=call.json, headers=reading.STREAM)
        response = self._http.send(request, stream=True)
        if not response.is_success:
            try:
                response.read()
                check(response)
            finally:
                response.close()
        return response

    def _patiently(self, call: Call[T], send: Callable[[], R]) -> R:
        """Send, and send again where that is safe and may help."""
        tried = 0
        while True:
            tried += 1
            try:
                return send()
            except ProblemError as error:
                seconds = reading.pause(call, error, tried, self._retries)
                if seconds is None:
                    raise
            except httpx2.TransportError as error:
                seconds = reading.pause(call, error, tried, self._retries)
                if seconds is None:
                    raise unreachable(self._http.base_url, error) from error
            time.sleep(seconds)
