"""From a question to a cited answer: understand, retrieve for each side, choose evidence, compose."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mlsurvey.answering import compose
from mlsurvey.answering.candidates import Candidate, belongs, candidates, naming
from mlsurvey.answering.compose import Citations, Finding
from mlsurvey.answering.evidence import Cell, Scored, choose, score
from mlsurvey.answering.question import AskedAspect, Understood, understand
from mlsurvey.answering.words import content_words, stem
from mlsurvey.retrieval.search import Searcher
from mlsurvey.types import Answer, Aspect, Filters, Hit, Kind, Status
from mlsurvey.vocabulary.gazetteer import Gazetteer

PASSAGES_PER_CELL = 30
"""Passages about an entity that are read for one cell."""
PASSAGES_NAMING = 15
"""Passages of other documents that name the entity, read beside them."""
ENOUGH = 0.35
"""Least estimated probability of a statement worth showing."""


class Answerer:
    """Answers questions over one snapshot. Holds the opened engines, keeps no state between questions."""

    def __init__(self, searcher: Searcher, aspects: Sequence[Aspect]) -> None:
        self.searcher = searcher
        self.snapshot = searcher.snapshot
        self.gazetteer = Gazetteer(self.snapshot.entities)
        self.aspects = tuple(aspects)

    def understand(self, question: str, filters: Filters | None = None) -> Understood:
        """What the question is taken to mean."""
        return understand(
            question, self.gazetteer, self.aspects, frequency=self.snapshot.frequency, filters=filters
        )

    def answer(self, question: str, filters: Filters | None = None, max_statements: int = 3) -> Answer:
        """The cited answer; abstains where nothing good enough was found."""
        started = time.perf_counter()
        understood = self.understand(question, filters)
        answer = self._by_cell(understood, filters or Filters(), max_statements)
        return replace(answer, timings_ms={"total": round(1000 * (time.perf_counter() - started), 1)})

    def _by_cell(self, understood: Understood, filters: Filters, limit: int) -> Answer:
        cells = self.cells(understood)
        vectors = self.searcher.encoder.embed([cell.query for cell in cells])
        findings: dict[str | None, list[list[Finding]]] = {}
        silent: dict[tuple[str | None, str | None], int] = {}
        for cell, vector in zip(cells, vectors, strict=True):
            scored, searched = self.evidence(cell, vector, filters)
            chosen = choose((s for s in scored if s.score >= ENOUGH), limit)
            findings.setdefault(cell.entity, []).append([Finding(cell.entity, cell.aspect, s) for s in chosen])
            if not chosen:
                silent[cell.entity, cell.aspect] = searched
        said = [f for groups in findings.values() for f in compose.interleave(groups)]
        return self._compose(understood, said, silent)

    def cells(self, understood: Understood) -> list[Cell]:
        """One cell for each side and asked aspect."""
        entities: Sequence[str | None] = understood.entities or (None,)
        asked: Sequence[AskedAspect | None] = understood.aspects or (None,)
        importance = self._importance(understood)
        return [Cell(e, a, self._query(e, a, understood), importance) for e in entities for a in asked]

    def _query(self, entity: str | None, asked: AskedAspect | None, understood: Understood) -> str:
        name = self.gazetteer.entities[entity].name if entity else ""
        about = " ".join((*(asked.wording if asked else ()), asked.aspect.description if asked else understood.question))
        return f"{name} {about} {' '.join(understood.terms)}".strip()

    def _importance(self, understood: Understood) -> dict[str, float]:
        """Inverse document frequency of the question's content words, names of the sides left out."""
        total = max(1, self.snapshot.generation.passages)
        said = [*understood.terms, *(w for a in understood.aspects for phrase in a.wording for w in content_words(phrase)),
                *(w for slug in understood.objects for w in content_words(self.gazetteer.entities[slug].name))]
        return {stem(w): math.log(1 + total / (1 + self.snapshot.frequency(w))) for w in said}

    def evidence(self, cell: Cell, vector: NDArray[np.float32], filters: Filters) -> tuple[list[Scored], int]:
        """Scored candidates of the cell, and the number of passages read for it."""
        hits = self._hits(cell, vector, filters)
        found = [c for c in candidates(hits) if cell.entity is None or belongs(c, cell.entity, self.gazetteer)]
        return [self._score(c, cell) for c in found], len(hits)

    def _score(self, candidate: Candidate, cell: Cell) -> Scored:
        language = self.gazetteer.entities[cell.entity].language if cell.entity else None
        return score(candidate, cell, naming(candidate.text, self.gazetteer, language))

    def _hits(self, cell: Cell, vector: NDArray[np.float32], filters: Filters) -> list[Hit]:
        search = self.searcher.search_vector
        if cell.entity is None:
            return search(cell.query, vector, PASSAGES_PER_CELL, filters)
        about = search(cell.query, vector, PASSAGES_PER_CELL, replace(filters, entities=(cell.entity,)))
        known = {hit.passage_id for hit in about}
        elsewhere = [hit for hit in search(cell.query, vector, PASSAGES_PER_CELL, filters) if hit.passage_id not in known]
        return about + elsewhere[:PASSAGES_NAMING]

    def _compose(self, understood: Understood, said: list[Finding], silent: dict[tuple[str | None, str | None], int]) -> Answer:
        citations = Citations(self.snapshot.document)
        statements = compose.statements(said, citations)
        status, reason = self._status(understood, said, silent)
        return Answer(
            question=understood.question,
            kind=understood.kind,
            status=status,
            abstained=status is Status.ABSTAINED,
            reason=reason,
            entities=understood.entities,
            aspects=tuple(a.aspect.slug for a in understood.aspects),
            statements=statements if status is not Status.ABSTAINED else (),
            citations=citations.all() if status is not Status.ABSTAINED else (),
            missing=compose.missing(silent),
            conflicts=(),
            index=self.snapshot.generation.id,
            model=self.snapshot.generation.model,
        )

    def _status(
        self, understood: Understood, said: list[Finding], silent: dict[tuple[str | None, str | None], int]
    ) -> tuple[Status, str | None]:
        if understood.unknown and not understood.entities:
            return Status.ABSTAINED, f"No document here is about {', '.join(understood.unknown)}."
        if not said:
            return Status.ABSTAINED, "No passage states this well enough to be quoted."
        if silent or understood.unknown:
            return Status.PARTIAL, "Some of what was asked for is not stated in the documents."
        return Status.ANSWERED, None
