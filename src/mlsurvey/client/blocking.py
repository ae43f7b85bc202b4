"""The blocking client."""

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


class Client:
    """A connection to a service. Safe to share between threads; close it, or use ``with``.

        >>> with Client(token="…") as client:  # doctest: +SKIP
        ...     for part in client.parts("Which Rust libraries train on a GPU?"):
        ...         print(type(part).__name__)

    Every method raises :class:`mlsurvey.client.UnreachableError` if there is no response, and
    :class:`mlsurvey.client.ProblemError` if the service reports a problem. The latter is also the error that the
    library raises in that case: for an unknown name, a :class:`mlsurvey.errors.NotFoundError`.

    Args:
        url: URL of the service.
        token: token created by ``mlsurvey token``.
        timeout: seconds to wait for a response, or for the next event of a stream.
        retries: how often to retry a request if the service is overloaded or unreachable. Requests that may have
            changed something are never retried.
        transport: replaces the network, for tests.
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
        """Close the connections."""
        self._http.close()

    # Asking

    def ask(self, question: str, **options: Unpack[calls.AskOptions]) -> Answer:
        """Answer a question with citations; abstains rather than guesses."""
        return self._send(calls.ask(question, options))

    def parts(self, question: str, **options: Unpack[calls.AskOptions]) -> Generator[Part, None, None]:
        """Yield the answer in parts as they become available; the last one is what :meth:`ask` returns.

        Closing the iterator stops the work on the answer.
        """
        with self._events(calls.stream(question, options)) as events:
            for event in events:
                if part := reading.part_of(event, self._http.base_url):
                    yield part

    def search(self, query: str, **options: Unpack[calls.SearchOptions]) -> Hits:
        """Return the best passages for a query."""
        return self._send(calls.search(query, options))

    def compare(
        self, entities: Sequence[str], aspects: Sequence[str] = (), **options: Unpack[calls.CompareOptions]
    ) -> Comparison:
        """Compare two to eight libraries by aspect; without aspects, by the most informative ones."""
        return self._send(calls.compare(entities, aspects, options))

    def coverage(self, **options: Unpack[calls.CoverageOptions]) -> Coverage:
        """Count the statements about each library, by point of comparison."""
        return self._send(calls.coverage(options))

    # Names

    def entities(self) -> Entities:
        """List the libraries in the index."""
        return self._send(calls.entities())

    def entity(self, slug: str) -> Entity:
        """Get a library."""
        return self._send(calls.entity(slug))

    def subjects(self) -> Subjects:
        """List what the documents are found to be about."""
        return self._send(calls.subjects())

    def correct(self, slug: str, correction: SubjectCorrection) -> Corrected:
        """Replace all corrections of a subject, or add one; takes effect at the next refresh."""
        return self._send(calls.correct(slug, correction))

    def restore(self, slug: str) -> None:
        """Forget all corrections of a subject."""
        self._send(calls.restore(slug))

    def aspects(self) -> Aspects:
        """List the points of comparison."""
        return self._send(calls.aspects())

    # Documents

    def documents(self, *, limit: int = 100, offset: int = 0, filters: FilterRequest | None = None) -> Documents:
        """Get a page of the documents in the index, by path."""
        return self._send(calls.list_documents(limit, offset, filters))

    def document(self, path: str) -> DocumentState:
        """Get a document's state in the index and on disk."""
        return self._send(calls.document(path))

    def text(self, path: str, **options: Unpack[calls.TextOptions]) -> DocumentText:
        """Get the text of a document, or a part of it, as indexed. Long texts come in parts: continue at ``end``."""
        return self._send(calls.text(path, options))

    def store(self, path: str, data: bytes, *, if_sha256: str | None = None, if_absent: bool = False) -> Stored:
        """Store a document in the corpus, for the next refresh.

        Args:
            path: path in the corpus folder.
            data: bytes of the file.
            if_sha256: digest of the version to replace, as returned by :meth:`document`; by default any is replaced.
            if_absent: do not replace an existing document.
        """
        return self._send(calls.store(path, data, if_sha256, if_absent=if_absent))

    def store_all(self, files: Mapping[str, bytes], *, replace: bool = False) -> StoredBatch:
        """Store several documents in the corpus; all are checked before the first is written."""
        return self._send(calls.store_all(files, replace=replace))

    def delete(self, path: str, *, if_sha256: str | None = None) -> None:
        """Delete a document from the corpus; the next refresh removes it from the index."""
        self._send(calls.delete(path, if_sha256))

    # Index and jobs

    def index(self) -> Index:
        """Get the state of the corpus and the index, and how far the two agree."""
        return self._send(calls.index())

    def refresh(self, **options: Unpack[calls.RefreshOptions]) -> Job:
        """Start a refresh of the index; :meth:`follow` the returned job."""
        return self._send(calls.refresh(options))

    def evaluate(self, questions: str) -> Job:
        """Start an evaluation with gold questions, one JSON object per line; :meth:`follow` the returned job."""
        return self._send(calls.evaluate(questions))

    def jobs(self) -> Jobs:
        """List the kept jobs, newest first."""
        return self._send(calls.jobs())

    def job(self, name: str) -> Job:
        """Get the current state of a job."""
        return self._send(calls.job(name))

    def follow(self, name: str) -> Generator[Job, None, None]:
        """Yield the job on each progress update; the last one has ended."""
        with self._events(calls.follow(name)) as events:
            for event in events:
                yield reading.job_of(event, self._http.base_url)

    def cancel(self, name: str) -> Job:
        """Ask a job to stop at its next step."""
        return self._send(calls.cancel(name))

    # The service

    def health(self) -> Health:
        """Check that the process is alive."""
        return self._send(calls.health())

    def ready(self) -> Readiness:
        """Check that questions are answered at full speed."""
        return self._send(calls.ready())

    def metrics(self) -> str:
        """Get metrics in Prometheus text format."""
        return self._send(calls.metrics())

    def problems(self) -> ProblemTypes:
        """List all problem types with their explanations."""
        return self._send(calls.problems())

    def problem(self, slug: str) -> ProblemType:
        """Explain a problem type."""
        return self._send(calls.problem(slug))

    def _send(self, call: Call[T]) -> T:
        def send() -> T:
            return reading.result(call, self._http.request(call.method, call.path, **call.arguments()))

        return self._patiently(call, send)

    @contextmanager
    def _events(self, call: Call[bytes]) -> Iterator[httpx2.EventSource]:
        """Open a stream of events; leaving the context closes the connection."""
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
        """Send a request, and retry it if that is safe and may help."""
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
