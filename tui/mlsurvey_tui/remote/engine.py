"""The same as a survey, asked over the HTTP API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mlsurvey.client import Client
from mlsurvey.errors import Interrupted, MlsurveyError, NoIndexError, NotFoundError
from mlsurvey.survey import Found, Listed, Placed
from mlsurvey.survey.citations import CHANGED, MISSING
from mlsurvey.types import Answer, Document, Entity, Explanation, Filters, Generation, Hit, RefreshReport
from mlsurvey.wire import answers, parts
from mlsurvey_tui.engine import Cancelled, Progress
from mlsurvey_tui.remote import nouns
from mlsurvey_tui.remote.uploading import files_of
from mlsurvey_tui.reports import report_of

if TYPE_CHECKING:
    from mlsurvey.answering.parts import Part
    from mlsurvey.survey.overview import Overview
    from mlsurvey.wire.requests import Mode
    from mlsurvey.wire.service import Job

PAGE = 1_000
"""Documents that are asked for at once."""
MOST_EXPLAINED = 50


class RemoteEngine:
    """A server's index; the docstrings of :class:`mlsurvey.survey.Survey` hold here."""

    def __init__(self, url: str, token: str | None, *, client: Client | None = None) -> None:
        self._url = url
        self._client = client or Client(url, token=token)
        self._generation: Generation | None = None

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
    ) -> Iterator[Part]:
        """The answer in parts: what was understood, what was read, the whole."""
        options = {"filters": nouns.request(filters), "max_statements": max_statements}
        with closing(self._client.parts(question, **options)) as told:  # type: ignore[arg-type]  # the options' types are the client's
            for part in told:
                if cancelled is not None and cancelled():
                    raise Interrupted("stopped: nobody waits for the answer any more")
                if isinstance(part, parts.Understood):
                    yield nouns.understood(part)
                elif isinstance(part, parts.Passages):
                    yield nouns.passages(part)
                elif isinstance(part, answers.Answer):
                    yield nouns.answer(part)

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
        more = nouns.request(filters)
        if question is None:
            told = self._client.compare(entities, aspects, filters=more, max_statements=max_statements)
        else:
            told = self._client.compare(
                entities, aspects, question=question, filters=more, max_statements=max_statements
            )
        return nouns.answer(told.answer)

    def search(self, query: str, *, limit: int = 10, filters: Filters | None = None, mode: str = "hybrid") -> Found:
        """The best passages for a query."""
        found = self._client.search(query, limit=limit, mode=cast("Mode", mode), filters=nouns.request(filters))
        return Found(self._known(found.index), tuple(nouns.hit(hit) for hit in found.hits))

    def explain(self, query: str, hits: Iterable[Hit], *, mode: str = "hybrid") -> tuple[Explanation, ...]:
        """Why these passages are hits; the search is made again for it."""
        found = self._client.search(query, limit=MOST_EXPLAINED, mode=cast("Mode", mode), explain=True)
        told = {hit.passage_id: nouns.explanation(hit) for hit in found.hits}
        explanations = [told.get(hit.passage_id) for hit in hits]
        if None in explanations:
            raise NotFoundError("the index has changed since; search again")
        return tuple(explanation for explanation in explanations if explanation is not None)

    def stale(self, answer: Answer) -> Mapping[int, str]:
        """Numbers of the citations whose file is another by now, each with the reason."""
        cited = answer.nearest if answer.abstained else answer.citations
        now = {path: self._digest(path) for path in dict.fromkeys(citation.document for citation in cited)}
        return {
            citation.number: MISSING if now[citation.document] is None else CHANGED
            for citation in cited
            if now[citation.document] != citation.sha256
        }

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
        piece = self._client.text(path)
        texts = [piece.text]
        while piece.end < piece.length and piece.text:
            piece = self._client.text(path, start=piece.end)
            texts.append(piece.text)
        indexed = self._client.document(path).indexed
        title = indexed.title if indexed else path
        return Document(path, "".join(texts), piece.sha256, title)

    def is_stale(self, document: Document) -> bool:
        """Whether the file has other bytes now than when it was indexed, or is gone."""
        return self._digest(document.path) != document.sha256

    def add(
        self, paths: Sequence[Path], *, link: bool = False, into: str | None = None, replace: bool = False
    ) -> Placed:
        """Send files, and what is in folders, to the server; ``link`` has no meaning there."""
        files, skipped = files_of(paths, into)
        if not files:
            return Placed((), (), (), skipped)
        stored = self._client.store_all(files, replace=replace).documents
        return Placed(
            added=tuple(one.path for one in stored if one.created),
            replaced=tuple(one.path for one in stored if one.changed and not one.created),
            unchanged=tuple(one.path for one in stored if not one.changed),
            skipped=skipped,
        )

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """Delete documents at the server."""
        removed = []
        for name in names:
            self._client.delete(name)
            removed.append(name)
        return tuple(removed)

    # Index

    def refresh(
        self, *, dry_run: bool = False, rebuild: bool = False, progress: Progress | None = None
    ) -> RefreshReport:
        """Have the server refresh its index; ``progress`` cancels the job by raising."""
        job = self._client.refresh(dry_run=dry_run, rebuild=rebuild)
        with closing(self._client.follow(job.id)) as states:
            for job in states:  # the last state is the end
                if progress is not None and job.progress is not None:
                    self._tell(job, progress)
        if job.state == "succeeded" and job.result is not None:
            return report_of(job.result)
        detail = job.problem.detail if job.problem else f"the job has {job.state}"
        raise (Interrupted if job.state == "cancelled" else MlsurveyError)(detail)

    def _tell(self, job: Job, progress: Progress) -> None:
        assert job.progress is not None
        try:
            progress(job.progress.phase, job.progress.done, job.progress.total)
        except Interrupted:
            self._client.cancel(job.id)
            raise

    def generation(self) -> Generation:
        """The newest generation; its figures are asked for where it is another one."""
        return self._known(self._client.ready().index)

    def status(self) -> Overview:
        """The corpus, the index, and how far the two agree."""
        return nouns.overview(self._client.index(), self._url)

    def _known(self, index: str) -> Generation:
        if self._generation is None or self._generation.id != index:
            found = self._client.index().generation
            if found is None:
                raise NoIndexError("there is no index at the server yet")
            self._generation = Generation(**dict(found))
        return self._generation

    def _digest(self, path: str) -> str | None:
        try:
            return self._client.document(path).file_sha256
        except NotFoundError:
            return None
