"""The same as a survey, asked over the HTTP API."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mlsurvey.client import Client, ProblemError
from mlsurvey.client.errors import error_of
from mlsurvey.errors import IndexingError, Interrupted, MlsurveyError, NoIndexError, NotFoundError, UsageError
from mlsurvey.reading.scan import READABLE_SUFFIXES
from mlsurvey.survey import Found, Listed, Placed
from mlsurvey.types import Answer, Document, Entity, Explanation, Filters, Generation, Hit, RefreshReport
from mlsurvey.wire import answers
from mlsurvey.wire.requests import FilterRequest
from mlsurvey_tui.engine import Cancelled, Progress
from mlsurvey_tui.remote import nouns
from mlsurvey_tui.remote.standing import Again, Standing, looked_at
from mlsurvey_tui.remote.uploading import batches, digest, files_of
from mlsurvey_tui.reports import report_of

if TYPE_CHECKING:
    from mlsurvey.answering.parts import Part
    from mlsurvey.survey.overview import Overview
    from mlsurvey.wire.requests import Mode
    from mlsurvey.wire.service import Job

PAGE = 1_000
"""Documents that are asked for at once."""
DEPTHS = (100, 1_000)
"""Hits among which one is sought that is to be explained: within one of these depths, pages fit together exactly."""
TRIES = 3
"""How often a document is fetched whose index is replaced meanwhile."""


class RemoteEngine:
    """A server's index; the docstrings of :class:`mlsurvey.survey.Survey` hold here."""

    def __init__(self, url: str, token: str | None, *, client: Client | None = None) -> None:
        self._url = url
        self._client = client or Client(url, token=token)
        self._standing = Standing(self._client)
        self._generation: Generation | None = None
        self._asked: tuple[Answer, Again] | None = None
        """The last answer, and how it is asked for again."""

    def close(self) -> None:
        """Let go of the connections."""
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
        """The answer in parts; ``cancelled`` is asked between two of them, and ends the work at the server."""
        options: dict[str, Any] = {"filters": nouns.request(filters), "max_statements": max_statements, "after": after}
        with closing(self._client.parts(question, **options)) as told:
            for one in told:
                if cancelled is not None and cancelled():
                    raise Interrupted("stopped: nobody waits for the answer any more")
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
        """The answer to a comparison whose sides are given; it cannot be stopped on its way."""
        options: dict[str, Any] = {"filters": nouns.request(filters), "max_statements": max_statements}
        if question is not None:
            options["question"] = question

        def ask() -> answers.Answer:
            return self._client.compare(entities, aspects, **options).answer

        answer = nouns.answer(ask())
        self._asked = answer, ask
        return answer

    def search(self, query: str, *, limit: int = 10, filters: Filters | None = None, mode: str = "hybrid") -> Found:
        """The best passages for a query."""
        found = self._client.search(query, limit=limit, mode=cast("Mode", mode), filters=nouns.request(filters))
        return Found(self._known(found.index), tuple(nouns.hit(hit) for hit in found.hits))

    def explain(self, query: str, hits: Iterable[Hit], *, mode: str = "hybrid") -> tuple[Explanation, ...]:
        """Why these passages are hits: each is sought again, among those of its document."""
        return tuple(self._explain(query, hit, cast("Mode", mode)) for hit in hits)

    def _explain(self, query: str, hit: Hit, mode: Mode) -> Explanation:
        only = FilterRequest(path=[escape(hit.passage.path)])
        for depth in DEPTHS:
            found = self._client.search(query, limit=depth, mode=mode, filters=only).hits
            rank = next((n for n, one in enumerate(found) if _is(one, hit)), None)
            if rank is None:
                continue
            limit = 1 if depth == DEPTHS[0] else max(1, DEPTHS[0] + 1 - rank)  # so that the page ends at this depth
            page = self._client.search(query, limit=limit, offset=rank, mode=mode, filters=only, explain=True).hits
            if page and _is(page[0], hit) and page[0].explanation is not None:
                return nouns.explanation(hit, page[0].explanation)
        raise IndexingError("the index has changed since the search; search again")

    def stale(self, answer: Answer) -> Mapping[int, str]:
        """Numbers of the citations whose quote no longer stands at its place, each with the reason."""
        return self._standing.stale(looked_at(answer), self._again(answer))

    def _again(self, answer: Answer) -> Callable[[], answers.Answer]:
        """How an answer is asked for again; of one from the history, only the question is known."""
        asked = self._asked
        return asked[1] if asked and asked[0] is answer else lambda: self._client.ask(answer.question)

    def entities(self) -> tuple[Entity, ...]:
        """Libraries that the index knows by name."""
        return tuple(nouns.entity(entity) for entity in self._client.entities().entities)

    def aspects(self) -> Mapping[str, str]:
        """Points of comparison: slug to name."""
        return {aspect.slug: aspect.name for aspect in self._client.aspects().aspects}

    # Documents

    def documents(self, filters: Filters | None = None) -> Listed:
        """The index's documents, by path."""
        page = self._client.documents(limit=PAGE, filters=nouns.request(filters))
        rows = list(page.documents)
        while len(rows) < page.total and page.documents:
            page = self._client.documents(limit=PAGE, offset=len(rows), filters=nouns.request(filters))
            rows += page.documents
        return Listed(self._known(page.index), tuple(nouns.row(row) for row in rows))

    def document(self, path: str) -> Document:
        """A document as it was indexed, put together from the pieces in which it comes."""
        for _ in range(TRIES):
            row = self._client.document(path).indexed
            if row is None:
                raise NotFoundError(f"{path} is not in the index yet; refresh it")
            text = self._text(path, row.sha256)
            if text is not None:
                return Document(path, text, row.sha256, row.title, row.subject, row.language, row.date)
        raise IndexingError(f"{path} is being replaced over and over; try again")

    def _text(self, path: str, sha256: str) -> str | None:
        """The text of this version; None where another one has taken its place meanwhile."""
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
        """Whether the file has other bytes now than when it was indexed, or is gone."""
        return self._standing.digest(document.path) != document.sha256

    def add(
        self, paths: Sequence[Path], *, link: bool = False, into: str | None = None, replace: bool = False
    ) -> Placed:
        """Send files, and what is in folders, to the server, a few at a time.

        Raises:
            UsageError: a link was asked for; or there are other documents of these names at the server, and
                ``replace`` is not given. Nothing was sent then.
            NotFoundError: a source is not there.
        """
        if link:
            raise UsageError("the corpus is at a server, where nothing of this machine can be linked; copy it")
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
        """Those that the server has with the same bytes. Raises UsageError where it has others of these names."""
        try:
            known = {row.path for row in self.documents().documents}
        except NoIndexError:  # then the server says what is in the way, batch by batch
            return frozenset()
        there = {name: sha256 for name in files if name in known and (sha256 := self._standing.digest(name))}
        clashes = [name for name, sha256 in there.items() if digest(files[name]) != sha256]
        if clashes:
            more = f" and {len(clashes) - 1} more" if len(clashes) > 1 else ""
            raise UsageError(f"already in the corpus: {clashes[0]}{more}; add --replace, or --into FOLDER to keep both")
        return frozenset(there)

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """Delete documents, or all that the index has below a folder, at the server; nothing where a name is unknown.

        Raises:
            NotFoundError: the server has no document, and the index no folder, of such a name.
        """
        removed = []
        for path in sorted({path for name in names for path in self._named(name)}):
            with suppress(NotFoundError):  # somebody was faster
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
        self, *, dry_run: bool = False, rebuild: bool = False, progress: Progress | None = None
    ) -> RefreshReport:
        """Have the server refresh its index; ``progress`` cancels the job by raising."""
        job = self._client.refresh(dry_run=dry_run, rebuild=rebuild)
        try:
            with closing(self._client.follow(job.id)) as states:
                for job in states:  # the last state is the end
                    if progress is not None and job.progress is not None:
                        progress(job.progress.phase, job.progress.done, job.progress.total)
        except BaseException:
            self._cancel(job)
            raise
        if job.result is not None:
            return report_of(job.result)
        if job.problem is not None:
            raise error_of(job.problem)
        raise Interrupted(f"the server stopped before the refresh {job.id} had ended; nothing is lost")

    def _cancel(self, job: Job) -> None:
        with suppress(MlsurveyError):  # it has ended, or the server has gone: either way nothing is left to stop
            self._client.cancel(job.id)

    def generation(self) -> Generation:
        """The newest generation; its figures are asked for where it is another one."""
        try:
            return self._known(self._client.ready().index)
        except ProblemError:  # not warm yet, which does not matter here; or there is none, which is told now
            return self._look()

    def status(self) -> Overview:
        """The corpus, the index, and how far the two agree."""
        return nouns.overview(self._client.index(), self._url)

    def _known(self, index: str) -> Generation:
        known = self._generation
        return known if known is not None and known.id == index else self._look()

    def _look(self) -> Generation:
        """Ask for the generation, for which the server takes a look at every file of the corpus."""
        found = self._client.index().generation
        if found is None:
            raise NoIndexError(f"there is no index at {self._url} yet; refresh it")
        self._generation = Generation(**dict(found))
        return self._generation


def _is(told: answers.Hit, hit: Hit) -> bool:
    """Whether it is the same passage: numbers are given anew with each index."""
    span = hit.passage.span
    return (told.passage_id, told.start, told.end, told.text) == (
        hit.passage_id,
        span.start,
        span.end,
        hit.passage.text,
    )
