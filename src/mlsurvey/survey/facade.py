"""The facade: everything that a user interface (command line, API, terminal interface) needs from mlsurvey.

This is the composition root: settings, corpus, index, model and answering are wired together only here and in
:mod:`mlsurvey.survey.wiring`. Opening a survey is cheap; parts are opened when needed, and asking and searching load
PyTorch only if a reranker is set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlsurvey.calling import Cancelled, Progress, Spread
from mlsurvey.documents.collection import lay_starter
from mlsurvey.documents.staleness import stale_citations, stale_documents
from mlsurvey.errors import UsageError
from mlsurvey.settings import Settings, starter_folder, user_corpus
from mlsurvey.state import Generation, RefreshReport
from mlsurvey.survey.documents import Documents
from mlsurvey.survey.results import Results
from mlsurvey.survey.subjects import Subjects
from mlsurvey.survey.texts import checked
from mlsurvey.survey.writing import written
from mlsurvey.types import Answer, Entity, Explanation, Filters, Hit

if TYPE_CHECKING:
    from mlsurvey.answering.answer import Answerer
    from mlsurvey.answering.parts import Part
    from mlsurvey.answering.understood import Understood
    from mlsurvey.survey.overview import Overview

MODES = ("hybrid", "keyword", "dense")


class Survey(Documents, Subjects):
    """An index and its corpus, ready for questions. Thread-safe; close it, or use ``with``."""

    # Asking

    def ask(
        self, question: str, *, filters: Filters | None = None, max_statements: int = 3, after: Sequence[str] = ()
    ) -> Answer:
        """The cited answer to a question; abstains rather than guesses.

        Args:
            question: in plain words.
            filters: restrict what may be quoted.
            max_statements: per library and aspect.
            after: previous questions, oldest first: a follow-up ("and on licences?") takes from them what it leaves
                out, as reported in :attr:`mlsurvey.types.Answer.carried`.

        Raises:
            UsageError: the question is empty or too long.
            NotFoundError: a filter names a library or language that is not in the index.
            IndexingError: there is no usable index.
        """
        from mlsurvey.answering.parts import last

        return last(self.parts(question, filters=filters, max_statements=max_statements, after=after))

    def parts(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
        after: Sequence[str] = (),
        with_writer: bool = True,
    ) -> Iterator[Part]:
        """The answer in parts, as they become available; the last one is what :meth:`ask` returns.

        The order is: what was understood, what was read, each statement followed by the citations that it is the
        first to use, what is missing, each conflict likewise, sentences of a language model if one is set, the whole
        answer; all from one generation. Before the answer waits for a language model, a part says so; with
        ``with_writer`` False there is none, whatever the settings say. Closing the iterator stops the work;
        ``cancelled`` is called after each search.

        Raises:
            Interrupted: ``cancelled`` returned True. Otherwise like :meth:`ask`, when the first part is requested.
        """
        question, *after = (checked("question", text) for text in (question, *after))
        with self._answering(filters) as (answerer, resolved):
            asked = (question, resolved, max_statements, cancelled, after)
            yield from written(lambda by: by.parts(*asked), answerer, self._writing(with_writer), cancelled)

    def compare(
        self,
        entities: Sequence[str],
        aspects: Sequence[str] = (),
        *,
        question: str | None = None,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
        with_writer: bool = True,
    ) -> Answer:
        """The answer to a comparison of given libraries and aspects.

        Args:
            entities: two to eight libraries, by slug or name.
            aspects: slugs; by default those of the question, else the most informative general ones.
            question: more words for the search, shown in the answer; by default built from the names.
            filters: restrict what may be quoted.
            max_statements: per library and aspect.
            cancelled: called after every search.
            with_writer: as in :meth:`parts`.

        Raises:
            UsageError: fewer than two libraries, or more than eight.
            NotFoundError: a library or aspect is unknown; similar ones are suggested. Otherwise like :meth:`ask`.
        """
        from mlsurvey.answering.parts import last
        from mlsurvey.survey import naming

        if question is not None:
            question = checked("question", question)
        with self._answering(filters) as (answerer, resolved):
            sides = naming.sides(entities, answerer)
            asked = naming.aspects(aspects, answerer.vocabulary)
            understood = naming.comparison(sides, asked, question, answerer)
            given = (understood, resolved, max_statements, cancelled)
            return last(written(lambda by: by.compare(*given), answerer, self._writing(with_writer), cancelled))

    def _writing(self, with_writer: bool) -> Settings:
        return self.settings if with_writer else replace(self.settings, writer="none")

    @contextmanager
    def _answering(self, filters: Filters | None) -> Iterator[tuple[Answerer, Filters]]:
        """The answerer for the newest generation, and the resolved filters."""
        with self._reader.reading() as reading:
            self._check_model(reading.snapshot.generation)
            reading.prepare()
            yield reading.answerer, self._resolved(filters, reading)

    def understand(self, question: str, *, after: Sequence[str] = ()) -> Understood:
        """How a question is understood, without answering it; ``after`` as in :meth:`ask`."""
        question, *after = (checked("question", text) for text in (question, *after))
        with self._reader.reading() as reading:
            return reading.answerer.understand(question, after)

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        min_score: float = 0.0,
        filters: Filters | None = None,
        mode: str = "hybrid",
        explain: int = 0,
    ) -> Results:
        """The best passages for a query; ``mode`` is one of :data:`MODES`. Raises like :meth:`ask`.

        Hits contain the phrases in double quotes word for word; if no passage does, :attr:`Results.note` says so.
        See :meth:`mlsurvey.retrieval.search.Searcher.search` for ``offset`` and ``min_score``. The first
        ``explain`` hits are explained, from the same generation.
        """
        from mlsurvey.retrieval.search import Mode

        query = checked("query", query)
        if mode not in MODES:
            raise UsageError(f"mode {mode!r} is not known; choose one of {', '.join(MODES)}")
        with self._reader.reading() as reading:
            self._check_model(reading.snapshot.generation)
            resolved = self._resolved(filters, reading)
            hits = reading.searcher.search(query, limit, resolved, Mode(mode), offset=offset, min_score=min_score)
            explanations = reading.explained(query, hits[:explain], mode) if explain else ()
            known = reading.snapshot.known({hit.passage.path for hit in hits})
            stale = stale_documents(known, self.settings.corpus)
            note = "" if hits else reading.searcher.note(query, resolved)
            return Results(reading.snapshot.generation, tuple(hits), explanations, stale, note)

    def explain(self, query: str, hits: Iterable[Hit], *, mode: str = "hybrid") -> tuple[Explanation, ...]:
        """Why these passages are hits of the query, in the given order.

        Raises:
            IndexingError: the index has changed and no longer contains one of them; search again.
        """
        with self._reader.reading() as reading:
            return reading.explained(query, hits, mode)

    def stale(self, answer: Answer) -> Mapping[int, str]:
        """Numbers of the citations that no longer match their file, each with the reason.

        An abstention cites nothing, so its nearest passages are checked instead.
        """
        return stale_citations(answer.nearest if answer.abstained else answer.citations, self.settings.corpus)

    def stale_documents(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Those of the indexed documents whose file has changed or is gone since the refresh, each with the reason."""
        with self._reader.reading() as reading:
            return stale_documents(reading.snapshot.known(paths), self.settings.corpus)

    def entities(self) -> tuple[Entity, ...]:
        """Libraries in the index."""
        with self._reader.reading() as reading:
            return reading.snapshot.entities

    def aspects(self) -> Mapping[str, str]:
        """Aspects of comparison: slug to name."""
        with self._reader.reading() as reading:
            return {aspect.slug: aspect.name for aspect in reading.vocabulary.aspects}

    # Index

    def refresh(
        self,
        *,
        dry_run: bool = False,
        rebuild: bool = False,
        thorough: bool = False,
        progress: Progress | None = None,
        spread: Spread | None = None,
    ) -> RefreshReport:
        """Bring the index up to date with the corpus.

        A file is read if its size, times, inode or device differ from the recorded ones; with ``thorough``, every
        file is. ``spread`` says who embeds, if not this process. On first use, if the user's data folder has no corpus
        yet, the starter corpus is copied there.

        Raises:
            NotFoundError: there is no corpus folder.
            BusyError: another process is writing the index.
            EngineError: the model cannot be loaded or exported.
            StorageError: the disk refused; the index is unchanged.
        """
        from mlsurvey.survey.building import build

        corpus, notes = self._corpus_to_index(dry_run=dry_run)
        report = build(
            replace_corpus(self.settings, corpus),
            self._vocabulary_now(),  # its files may have changed too
            dry_run=dry_run,
            rebuild=rebuild,
            thorough=thorough,
            progress=progress,
            spread=spread,
        )
        return replace(report, notes=(*notes, *report.notes))

    def generation(self) -> Generation:
        """The newest generation; costs one stat call if nothing has changed. Raises like :meth:`ask`."""
        with self._reader.reading() as reading:
            self._check_model(reading.snapshot.generation)
            return reading.snapshot.generation

    def status(self) -> Overview:
        """State of corpus and index, and whether they agree; loads no model."""
        from mlsurvey.survey.overview import overview

        return overview(self.settings)

    def verify(self) -> None:
        """Read every part of the index and check it.

        Raises:
            DamagedIndexError: a part is missing or broken; the message names it.
        """
        with self._reader.reading() as reading:
            reading.snapshot.verify()

    def _corpus_to_index(self, *, dry_run: bool) -> tuple[Path, tuple[str, ...]]:
        """The corpus folder and notes, after copying the starter corpus if needed."""
        corpus = self.settings.corpus
        if corpus != user_corpus() or corpus.exists():
            return corpus, ()
        if dry_run:
            return starter_folder(), (f"the starter corpus would be copied to {corpus}",)
        lay_starter(corpus, starter_folder())
        return corpus, (f"the starter corpus was copied to {corpus}; you can change it there",)


def replace_corpus(settings: Settings, corpus: Path) -> Settings:
    """The same settings with another corpus folder."""
    return settings if corpus == settings.corpus else replace(settings, corpus=corpus)
