"""From a question to a cited answer: understand, gather evidence, compose, or stay silent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from mlsurvey.answering import compose
from mlsurvey.answering.compose import Citations, Draft
from mlsurvey.answering.evidence import Scored, choose
from mlsurvey.answering.gather import Gatherer
from mlsurvey.answering.parts import Cancelled, Part, Read, last, told
from mlsurvey.answering.question import Understood, understand
from mlsurvey.answering.sets import members, recommendation
from mlsurvey.answering.sides import by_side
from mlsurvey.answering.silence import judge
from mlsurvey.retrieval.search import Searcher
from mlsurvey.types import Answer, Citation, Filters, Kind, Status
from mlsurvey.vocabulary.load import Vocabulary

NEAREST = 3
"""Passages offered beside an abstention."""


class Answerer:
    """Answers questions over one snapshot. Holds the opened engines, keeps no state between questions."""

    def __init__(self, searcher: Searcher, vocabulary: Vocabulary) -> None:
        self.snapshot = searcher.snapshot
        self.vocabulary = vocabulary
        self.gatherer = Gatherer(searcher)
        self.gazetteer = self.gatherer.gazetteer

    def understand(self, question: str) -> Understood:
        """What the question is taken to mean."""
        return understand(
            question,
            self.gazetteer,
            self.vocabulary.aspects,
            categories=self.vocabulary.categories,
            frequency=self.gatherer.frequency,
        )

    def answer(self, question: str, filters: Filters | None = None, max_statements: int = 3) -> Answer:
        """The cited answer; abstains where nothing good enough was found.

        Args:
            question: in plain words.
            filters: restrict what may be quoted.
            max_statements: for each entity and aspect.
        """
        return last(self.parts(question, filters, max_statements))

    def parts(
        self,
        question: str,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
    ) -> Iterator[Part]:
        """The answer in parts, the whole of it last; ``cancelled`` is asked after every search.

        Raises:
            Interrupted: it was cancelled.
        """
        started = time.perf_counter()
        understood = self.understand(question)
        yield from self._parts(understood, filters or Filters(), max_statements, cancelled, started)

    def compare(
        self,
        understood: Understood,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
    ) -> Iterator[Part]:
        """The parts of an answer to what is given as understood already; see :meth:`parts`."""
        yield from self._parts(understood, filters or Filters(), max_statements, cancelled, time.perf_counter())

    def _parts(
        self, understood: Understood, filters: Filters, limit: int, cancelled: Cancelled | None, started: float
    ) -> Iterator[Part]:
        yield understood
        read = Read(cancelled)
        read.check()
        understood, draft = self._draft(understood, self.gatherer.watched(read), filters, limit)
        yield read.passages()
        answer = self._compose(understood, draft, filters)
        yield from told(replace(answer, timings_ms={"total": round(1000 * (time.perf_counter() - started), 1)}))

    def _draft(
        self, understood: Understood, gatherer: Gatherer, filters: Filters, limit: int
    ) -> tuple[Understood, Draft]:
        if understood.unknown and not understood.entities:
            return understood, Draft((), ())
        if understood.kind is Kind.LIST:
            return understood, members(understood, gatherer, self.vocabulary, filters)
        if understood.kind is Kind.RECOMMEND:
            return understood, recommendation(understood, gatherer, self.vocabulary, filters, limit)
        return by_side(understood, gatherer, self.vocabulary, filters, limit)

    def _compose(self, understood: Understood, draft: Draft, filters: Filters) -> Answer:
        judged = judge(
            understood, draft.findings, draft.silent, self.gatherer.importance(understood), self.gazetteer.entities
        )
        abstains = judged.status is Status.ABSTAINED
        citations = Citations(self.snapshot.document)
        return Answer(
            question=understood.question,
            kind=understood.kind,
            status=judged.status,
            abstained=abstains,
            reason=judged.reason,
            entities=draft.entities,
            aspects=tuple(a.aspect.slug for a in understood.aspects),
            statements=() if abstains else compose.statements(draft.findings, citations),
            conflicts=() if abstains else compose.conflicts(draft.disputes, citations),
            citations=citations.all(),
            missing=compose.missing(draft.silent),
            index=self.snapshot.generation.id,
            model=self.snapshot.generation.model,
            groups=draft.groups,
            nearest=self._nearest(understood, draft, filters) if abstains else (),
        )

    def _nearest(self, understood: Understood, draft: Draft, filters: Filters) -> tuple[Citation, ...]:
        """What a person may look at instead of an answer: the best that was read, or that any search brings."""
        scored: list[Scored] = list(draft.nearest)
        if not scored:
            cell = self.gatherer.cell(None, None, understood)
            scored, _ = self.gatherer.evidence(cell, self.gatherer.vectors([cell])[0], filters)
        return compose.nearest(choose(scored, NEAREST), self.snapshot.document)
