"""The engine of an index behind a service: what the wire brings, as the nouns that the screens know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from glob import escape
from pathlib import Path
from typing import Any

from mlsurvey.answering.parts import Cancelled
from mlsurvey.client import Client, ProblemError
from mlsurvey.errors import IndexingError, Interrupted, MlsurveyError, NoIndexError, NotFoundError, UsageError
from mlsurvey.index.records import DocumentRow
from mlsurvey.reading.scan import READABLE_SUFFIXES
from mlsurvey.survey import Found, Listed, Part, Placed, Progress
from mlsurvey.survey.citations import CHANGED, MISSING
from mlsurvey.survey.overview import Overview, Pending
from mlsurvey.types import (
    Answer,
    Citation,
    Document,
    Entity,
    Explanation,
    Filters,
    Generation,
    Hit,
    RefreshReport,
)
from mlsurvey.wire.requests import FilterRequest
from mlsurvey.wire.service import Job
from mlsurvey_tui.received import explanation_of, hit_of, noun, part_of, report_of

PAGE = 1_000
"""Documents that are listed at once."""
BATCH = 16 * 1024 * 1024
"""Bytes of documents that are sent at once."""


class RemoteEngine:
    """What the terminal interface asks, asked of a service; see :class:`mlsurvey_tui.engine.Engine`."""

    def __init__(self, client: Client, *, url: str) -> None:
        """An engine.

        Args:
            client: open; it is closed with the engine.
            url: of the service, to be shown.
        """
        self._client, self._url = client, url
        self._generation: Generation | None = None

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    # Asking

    def parts(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
    ) -> Iterator[Part]:
        """The answer in parts; ``cancelled`` is asked between two of them, and ends the work at the service."""
        stream = self._client.parts(question, filters=_filters(filters), max_statements=max_statements)
        with closing(stream):
            for part in stream:
                if cancelled is not None and cancelled():
                    raise Interrupted("stopped: nobody waits for the answer any more")
                yield part_of(part)

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
        """A comparison; it comes whole, so ``cancelled`` is not asked."""
        more = {"question": question} if question is not None else {}
        found = self._client.compare(
            entities, aspects, filters=_filters(filters), max_statements=max_statements, **more
        )
        return noun(Answer, found.answer)

    def search(self, query: str, *, limit: int = 10, filters: Filters | None = None, mode: str = "hybrid") -> Found:
        """The best passages for a query."""
        found = self._client.search(query, limit=limit, mode=_mode(mode), filters=_filters(filters))
        return Found(self._generation_of(found.index), tuple(hit_of(hit) for hit in found.hits))

    def explain(self, query: str, hits: Iterable[Hit], *, mode: str = "hybrid") -> tuple[Explanation, ...]:
        """Why these passages are hits: each is sought again, among those of its document."""
        return tuple(self._explain(query, hit, mode) for hit in hits)

    def _explain(self, query: str, hit: Hit, mode: str) -> Explanation:
        only = FilterRequest(path=[escape(hit.passage.path)])
        found = self._client.search(query, limit=PAGE, mode=_mode(mode), filters=only)
        rank = next((n for n, one in enumerate(found.hits) if one.passage_id == hit.passage_id), None)
        if rank is not None:
            again = self._client.search(query, limit=1, offset=rank, mode=_mode(mode), filters=only, explain=True)
            for one in again.hits:
                if one.passage_id == hit.passage_id and one.explanation:
                    return explanation_of(hit, one.explanation)
        raise IndexingError("the index has changed since the search; search again")

    def stale(self, answer: Answer) -> Mapping[int, str]:
        """Numbers of the citations that no longer match their file, each with the reason."""
        states: dict[str, str | None] = {}
        found: dict[int, str] = {}
        for citation in answer.nearest if answer.abstained else answer.citations:
            if citation.document not in states:
                states[citation.document] = self._digest(citation.document)
            if reason := self._reason(citation, states[citation.document]):
                found[citation.number] = reason
        return found

    def _digest(self, path: str) -> str | None:
        try:
            return self._client.document(path).file_sha256
        except NotFoundError:
            return None

    def _reason(self, citation: Citation, sha256: str | None) -> str | None:
        """Why a citation does not hold. Of a file that is newer than the index, only the digest is known."""
        if sha256 is None:
            return MISSING
        if sha256 == citation.sha256:
            return None
        try:
            text = self._client.text(citation.document, start=citation.start, end=citation.end)
        except MlsurveyError:  # not indexed, or shorter now
            return CHANGED
        return None if (text.sha256, text.text) == (sha256, citation.quote) else CHANGED

    # Names and documents

    def entities(self) -> tuple[Entity, ...]:
        """The libraries that the index knows."""
        return tuple(noun(Entity, entity) for entity in self._client.entities().entities)

    def aspects(self) -> Mapping[str, str]:
        """Points of comparison: slug to name."""
        return {aspect.slug: aspect.name for aspect in self._client.aspects().aspects}

    def documents(self, filters: Filters | None = None) -> Listed:
        """The documents of the index, by path."""
        rows: list[DocumentRow] = []
        while True:
            page = self._client.documents(limit=PAGE, offset=len(rows), filters=_filters(filters))
            rows += [noun(DocumentRow, row) for row in page.documents]
            if len(rows) >= page.total or not page.documents:
                return Listed(self._generation_of(page.index), tuple(rows))

    def document(self, path: str) -> Document:
        """A document as it was indexed."""
        row = self._client.document(path).indexed
        if row is None:
            raise NotFoundError(f"{path} is not in the index yet; refresh it")
        text = ""
        while True:
            piece = self._client.text(path, start=len(text))
            if piece.sha256 != row.sha256:
                return self.document(path)  # it was refreshed meanwhile
            text += piece.text
            if piece.end >= piece.length:
                return Document(path, text, row.sha256, row.title, row.subject, row.language, row.date)

    def is_stale(self, document: Document) -> bool:
        """Whether the file has other bytes now than when it was indexed, or is gone."""
        return self._digest(document.path) != document.sha256

    def add(
        self, paths: Sequence[Path], *, link: bool = False, into: str | None = None, replace: bool = False
    ) -> Placed:
        """Send files and folders to the corpus of the service.

        Raises:
            UsageError: a link was asked for, or a document of the name is there and ``replace`` is not given.
            NotFoundError: a file is not there.
        """
        if link:
            raise UsageError("the corpus is on another machine, where nothing can be linked; leave out --link")
        sources, skipped = _sources(paths, into)
        stored = [
            one for batch in _batches(sources) for one in self._client.store_all(batch, replace=replace).documents
        ]
        return Placed(
            added=tuple(sorted(one.path for one in stored if one.created)),
            replaced=tuple(sorted(one.path for one in stored if one.changed and not one.created)),
            unchanged=tuple(sorted(one.path for one in stored if not one.changed)),
            skipped=skipped,
        )

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """Delete documents, or all below a folder, from the corpus of the service."""
        removed: list[str] = []
        for name in names:
            folder = Filters(paths=(escape(name), f"{escape(name.rstrip('/'))}/*"))
            for path in [row.path for row in self.documents(folder).documents] or [name]:
                self._client.delete(path)
                removed.append(path)
        return tuple(sorted(removed))

    # Index

    def refresh(
        self, *, dry_run: bool = False, rebuild: bool = False, progress: Progress | None = None
    ) -> RefreshReport:
        """Have the service bring its index up to date. What ``progress`` raises cancels the job."""
        started = self._client.refresh(dry_run=dry_run, rebuild=rebuild)
        try:
            for job in self._client.follow(started.id):
                if progress is not None and job.progress is not None:
                    progress(job.progress.phase, job.progress.done, job.progress.total)
                started = job
        except BaseException:
            self._cancel(started)
            raise
        return report_of(started)

    def _cancel(self, job: Job) -> None:
        try:
            self._client.cancel(job.id)
        except MlsurveyError:  # it has ended, or the service has gone: either way nothing is left to stop
            return

    def generation(self) -> Generation:
        """The newest generation."""
        try:
            return self._generation_of(self._client.ready().index)
        except ProblemError:  # not warm yet, which does not matter here; or there is none, which the next line tells
            return self._look()

    def status(self) -> Overview:
        """The corpus, the index, and how far the two agree; places are told by the address of the service."""
        index = self._client.index()
        same = index.model_dump(exclude={"jobs", "generation", "pending"})
        pending = noun(Pending, index.pending) if index.pending else None
        generation = noun(Generation, index.generation) if index.generation else None
        return Overview(corpus=self._url, index=self._url, generation=generation, pending=pending, **same)

    def _generation_of(self, name: str) -> Generation:
        known = self._generation
        return known if known is not None and known.id == name else self._look()

    def _look(self) -> Generation:
        """Ask for the generation, which takes a look at every file of the corpus."""
        found = self._client.index().generation
        if found is None:
            raise NoIndexError(f"{self._url} has no index yet; refresh it")
        self._generation = noun(Generation, found)
        return self._generation


def _filters(filters: Filters | None) -> FilterRequest:
    wanted = filters or Filters()
    return FilterRequest.model_validate(
        {
            "entity": list(wanted.entities),
            "language": list(wanted.languages),
            "path": list(wanted.paths),
            "heading": list(wanted.headings),
            "updated_after": wanted.updated_after,
        }
    )


def _mode(mode: str) -> Any:
    return mode  # the client refuses what is none


def _sources(paths: Sequence[Path], into: str | None) -> tuple[dict[str, Path], int]:
    """Files by the name that each gets, and how many below folders are of no format that is read."""
    below = f"{into.strip('/')}/" if into else ""
    found: dict[str, Path] = {}
    skipped = 0
    for path in paths:
        if not path.exists():
            raise NotFoundError(f"no file or folder {path}")
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_dir():
                continue
            if path.is_dir() and file.suffix.lower() not in READABLE_SUFFIXES:
                skipped += 1
                continue
            found[below + file.relative_to(path.parent).as_posix()] = file
    return found, skipped


def _batches(sources: Mapping[str, Path]) -> Iterator[dict[str, bytes]]:
    """The contents, a few megabytes at a time."""
    batch: dict[str, bytes] = {}
    for name, path in sources.items():
        batch[name] = path.read_bytes()
        if sum(map(len, batch.values())) >= BATCH:
            yield batch
            batch = {}
    if batch:
        yield batch
