"""The engine for a server, over its HTTP API."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mlsurvey.calling import Cancelled, Progress
from mlsurvey.client import AsyncClient, Client, ProblemError
from mlsurvey.client.errors import error_of
from mlsurvey.errors import IndexingError, Interrupted, MlsurveyError, NoIndexError, NotFoundError, UsageError
from mlsurvey.reading.scan import READABLE_SUFFIXES
from mlsurvey.state import Generation, RefreshReport
from mlsurvey.survey import Listed, Placed, Results
from mlsurvey.types import Answer, Document, Entity, Explanation, Filters, Hit
from mlsurvey.wire import answers
from mlsurvey.wire.requests import FilterRequest
from mlsurvey_tui.remote import nouns
from mlsurvey_tui.remote.standing import Again, Standing, looked_at
from mlsurvey_tui.remote.stopping import stoppable
from mlsurvey_tui.remote.subjects import RemoteSubjects
from mlsurvey_tui.remote.uploading import batches, digest, files_of
from mlsurvey_tui.reports import report_of

if TYPE_CHECKING:
    from mlsurvey.answering.parts import Part
    from mlsurvey.survey.overview import Overview
    from mlsurvey.wire.requests import Mode
    from mlsurvey.wire.service import Job

PAGE = 1_000
"""Documents per request."""
DEPTHS = (100, 1_000)
"""Search depths for finding the hit to explain: pages that end within the same depth fit together exactly."""
TRIES = 3
"""Attempts to fetch a document whose index is replaced in the meantime."""


class RemoteEngine(RemoteSubjects):
    """The index of a server; see :class:`mlsurvey.survey.Survey` for the methods."""

    def __init__(self, url: str, token: str | None, *, client: Client | None = None) -> None:
        self._url, self._token = url, token
        self._client = client or Client(url, token=token)
        self._standing = Standing(self._client)
        self._generation: Generation | None = None
        self._asked: tuple[Answer, Again] | None = None
        """The last answer, and a function that asks for it again."""

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # Asking

    def parts(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
        after: Sequence[str] = (),
    ) -> Iterator[Part]:
        """Yield the answer in parts; ``cancelled`` is called before each part, and stops the work on the server."""
        options: dict[str, Any] = {"filters": nouns.request(filters), "max_statements": max_statements, "after": after}
        with closing(self._client.parts(question, **options)) as told:
            for one in told:
                if cancelled is not None and cancelled():
                    raise Interrupted("stopped: the answer is no longer needed")
                part = nouns.part(one)
                if isinstance(part, Answer):
                    self._asked = part, lambda: self._client.ask(question, **options)
                yield part

    def compare(
        self,
        entities: Sequence[str],
        aspects: Sequence[str] = (),
        *,
        question: str | None = None,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
    ) -> Answer:
        """Return the answer to a comparison with given sides; ``cancelled`` stops the work on the server.

        Raises:
            Interrupted: ``cancelled`` returned True. Otherwise like :meth:`mlsurvey.survey.Survey.compare`.
        """
        options: dict[str, Any] = {"filters": nouns.request(filters), "max_statements": max_statements}
        if question is not None:
            options["question"] = question

        def ask() -> Answer:
            return self._client.compare(entities, aspects, **options).answer

        async def ask_stoppably() -> Answer:
            async with AsyncClient(self._url, token=self._token) as client:
                return (await client.compare(entities, aspects, **options)).answer

        answer = ask() if cancelled is None else stoppable(ask_stoppably, cancelled)
        self._asked = answer, ask
        return answer

    def search(self, query: str, *, limit: int = 10, filters: Filters | None = None, mode: str = "hybrid") -> Results:
        """Return the best passages for a query."""
        found = self._client.search(query, limit=limit, mode=cast("Mode", mode), filters=nouns.request(filters))
        stale = {hit.document: hit.stale for hit in found.hits if hit.stale}
        return Results(
            self._known(found.index), tuple(nouns.hit(hit) for hit in found.hits), stale=stale, note=found.note or ""
        )

    def explain(self, query: str, hits: Iterable[Hit], *, mode: str = "hybrid") -> tuple[Explanation, ...]:
        """Explain why these passages are hits; each is searched for again within its document."""
        return tuple(self._explain(query, hit, cast("Mode", mode)) for hit in hits)

    def _explain(self, query: str, hit: Hit, mode: Mode) -> Explanation:
        only = FilterRequest(path=[escape(hit.passage.path)])
        for depth in DEPTHS:
            found = self._client.search(query, limit=depth, mode=mode, filters=only).hits
            rank = next((n for n, one in enumerate(found) if _is(one, hit)), None)
            if rank is None:
                continue
            limit = 1 if depth == DEPTHS[0] else max(1, DEPTHS[0] + 1 - rank)  # the page must end within this depth
            page = self._client.search(query, limit=limit, offset=rank, mode=mode, filters=only, explain=True).hits
            if page and _is(page[0], hit) and page[0].explanation is not None:
                return nouns.explanation(hit, page[0].explanation)
        raise IndexingError("the index has changed since the search; search again")

    def stale(self, answer: Answer) -> Mapping[int, str]:
        """Return, by citation number, why a quote is no longer at its place."""
        return self._standing.stale(looked_at(answer), self._again(answer))

    def _again(self, answer: Answer) -> Callable[[], Answer]:
        """Return a function that asks for an answer again; for one from the history, only the question is known."""
        asked = self._asked
        return asked[1] if asked and asked[0] is answer else lambda: self._client.ask(answer.question)

    def entities(self) -> tuple[Entity, ...]:
        """Return the libraries that the index knows by name."""
        return tuple(self._client.entities().entities)

    def aspects(self) -> Mapping[str, str]:
        """Return the points of comparison, as names by slug."""
        return {aspect.slug: aspect.name for aspect in self._client.aspects().aspects}

    # Documents

    def documents(self, filters: Filters | None = None) -> Listed:
        """Return the documents of the index, by path."""
        page = self._client.documents(limit=PAGE, filters=nouns.request(filters))
        rows = list(page.documents)
        while len(rows) < page.total and page.documents:
            page = self._client.documents(limit=PAGE, offset=len(rows), filters=nouns.request(filters))
            rows += page.documents
        return Listed(self._known(page.index), tuple(rows))

    def document(self, path: str) -> Document:
        """Return a document as indexed, assembled from the pieces that the server sends."""
        for _ in range(TRIES):
            row = self._client.document(path).indexed
            if row is None:
                raise NotFoundError(f"{path} is not in the index yet; refresh the index")
            text = self._text(path, row.sha256)
            if text is not None:
                return Document(path, text, row.sha256, row.title, row.subject, row.language, row.date)
        raise IndexingError(f"{path} keeps changing; try again")

    def _text(self, path: str, sha256: str) -> str | None:
        """Return the text of this version; None if it has been replaced in the meantime."""
        texts: list[str] = []
        start = 0
        while True:
            piece = self._client.text(path, start=start)
            if piece.sha256 != sha256:
                return None
            texts.append(piece.text)
            start = piece.end
            if start >= piece.length or not piece.text:
                return "".join(texts)

    def is_stale(self, document: Document) -> bool:
        """Whether the file has changed since it was indexed, or is gone."""
        return self._standing.digest(document.path) != document.sha256

    def add(
        self, paths: Sequence[Path], *, link: bool = False, into: str | None = None, replace: bool = False
    ) -> Placed:
        """Upload files and the contents of folders to the server, in batches.

        Raises:
            UsageError: a link was requested; or the server has different documents with these names and ``replace``
                is not set. Nothing has been sent in that case.
            NotFoundError: a source does not exist.
        """
        if link:
            raise UsageError("cannot link files into the corpus of a server; copy them instead")
        files, skipped = files_of(paths, into)
        same = frozenset() if replace else self._same(files)
        new = {name: file for name, file in files.items() if name not in same}
        stored = [one for batch in batches(new) for one in self._client.store_all(batch, replace=replace).documents]
        return Placed(
            added=tuple(sorted(one.path for one in stored if one.created)),
            replaced=tuple(sorted(one.path for one in stored if one.changed and not one.created)),
            unchanged=tuple(sorted(same.union(one.path for one in stored if not one.changed))),
            skipped=skipped,
        )

    def _same(self, files: Mapping[str, Path]) -> frozenset[str]:
        """Return the names that the server has with the same bytes. Raises UsageError on a name with other bytes."""
        try:
            known = {row.path for row in self.documents().documents}
        except NoIndexError:  # then the server reports conflicts, batch by batch
            return frozenset()
        there = {name: sha256 for name in files if name in known and (sha256 := self._standing.digest(name))}
        clashes = [name for name, sha256 in there.items() if digest(files[name]) != sha256]
        if clashes:
            more = f" and {len(clashes) - 1} more" if len(clashes) > 1 else ""
            raise UsageError(f"already in the corpus: {clashes[0]}{more}; add --replace, or --into FOLDER to keep both")
        return frozenset(there)

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """Delete documents, or all indexed documents below a folder, on the server; nothing if a name is unknown.

        Raises:
            NotFoundError: the server has no such document, and the index no such folder.
        """
        removed = []
        for path in sorted({path for name in names for path in self._named(name)}):
            with suppress(NotFoundError):  # already deleted by someone else
                self._client.delete(path)
                removed.append(path)
        return tuple(removed)

    def _named(self, name: str) -> list[str]:
        path = posixpath.normpath(name)
        if not name.endswith("/") and posixpath.splitext(path)[1].lower() in READABLE_SUFFIXES:
            found = [path] if self._standing.digest(path) else []
        else:
            found = [row.path for row in self.documents(Filters(paths=(f"{escape(path)}/*",))).documents]
        if not found:
            raise NotFoundError(f"no document or folder {name!r} at {self._url}")
        return found

    # Index

    def refresh(
        self,
        *,
        dry_run: bool = False,
        rebuild: bool = False,
        thorough: bool = False,
        progress: Progress | None = None,
    ) -> RefreshReport:
        """Refresh the server's index; ``progress`` cancels the job by raising."""
        job = self._client.refresh(dry_run=dry_run, rebuild=rebuild, thorough=thorough)
        try:
            with closing(self._client.follow(job.id)) as states:
                for job in states:  # the last state is the final one
                    if progress is not None and job.progress is not None:
                        progress(job.progress.phase, job.progress.done, job.progress.total)
        except BaseException:
            self._cancel(job)
            raise
        if job.result is not None:
            return report_of(job.result)
        if job.problem is not None:
            raise error_of(job.problem)
        raise Interrupted(f"the server stopped before refresh {job.id} ended; nothing is lost")

    def _cancel(self, job: Job) -> None:
        with suppress(MlsurveyError):  # the job has ended or the server is gone: nothing left to stop
            self._client.cancel(job.id)

    def generation(self) -> Generation:
        """Return the newest generation; its details are requested only if it has changed."""
        try:
            return self._known(self._client.ready().index)
        except ProblemError:  # not warmed up yet, which does not matter here; or no index, which is raised now
            return self._look()

    def status(self) -> Overview:
        """Return the state of the corpus and the index, and how they differ."""
        return nouns.overview(self._client.index(), self._url)

    def _known(self, index: str) -> Generation:
        known = self._generation
        return known if known is not None and known.id == index else self._look()

    def _look(self) -> Generation:
        """Request the generation. Expensive: the server checks every file of the corpus."""
        found = self._client.index().generation
        if found is None:
            raise NoIndexError(f"no index at {self._url} yet; refresh it")
        self._generation = found
        return self._generation


def _is(told: answers.Hit, hit: Hit) -> bool:
    """Whether it is the same passage; ids alone do not suffice, since each index assigns new ones."""
    span = hit.passage.span
    return (told.passage_id, told.start, told.end, told.text) == (
        hit.passage_id,
        span.start,
        span.end,
        hit.passage.text,
    )
