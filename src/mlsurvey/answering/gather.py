"""Bring the evidence for a cell: search, cut into candidates, keep those about the entity, score."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from mlsurvey.answering.candidates import Candidate, Naming, belongs, candidates, naming
from mlsurvey.answering.evidence import Cell, Scored, score
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.answering.words import content_words, stem
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.retrieval.search import Searcher
from mlsurvey.types import Filters, Hit
from mlsurvey.vocabulary.gazetteer import Gazetteer

PASSAGES_PER_CELL = 30
"""Passages about an entity that are read for one cell."""
PASSAGES_NAMING = 15
"""Passages of other documents that may name the entity, read beside them."""
PASSAGES_PER_MEMBER = 10
"""Passages about one entity of a class; a class may have a hundred entities."""
ELSEWHERE = 0.25
"""What a word counts in a cell when another part of the question holds it."""
NAME_WEIGHT = 3.0
"""Weight of a name against the other words, where passages are wanted that bear it."""
REMEMBERED = 20_000
"""Sentences of which is remembered what they name."""
POOL = 100
"""Passages that a set question reads for all entities together."""


Watch = Callable[[Sequence[Hit]], None]
"""Told the hits of each search, before they are scored; may raise to end the gathering."""


@dataclass(frozen=True)
class Pool:
    """What a question about a class has brought for all its members together."""

    cell: Cell
    vector: NDArray[np.float32]
    filters: Filters
    named: tuple[tuple[Candidate, Naming], ...]
    """The candidates, each with the entities that it names."""

    @cached_property
    def of_entity(self) -> Mapping[str, Sequence[tuple[Candidate, Naming]]]:
        """For each entity the candidates that may belong to it, in their order; see :func:`belongs`."""
        found: dict[str, list[tuple[Candidate, Naming]]] = defaultdict(list)
        for candidate, named in self.named:
            for slug in {*named.slugs, *named.opening, *candidate.passage.subjects}:
                found[slug].append((candidate, named))
        return found


class Gatherer:
    """Brings scored candidates from one snapshot."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self.snapshot = searcher.snapshot
        self.gazetteer = Gazetteer(self.snapshot.entities)
        self._read: Watch = _unwatched
        self._naming = lru_cache(maxsize=REMEMBERED)(partial(naming, gazetteer=self.gazetteer))
        self.frequency = self.snapshot.frequency

    def watched(self, read: Watch) -> Gatherer:
        """The same gatherer for one answer: it shares all that is remembered, and tells ``read`` of every search."""
        gatherer = copy(self)
        gatherer._read = read
        return gatherer

    def cells(self, understood: Understood, entities: Sequence[str | None]) -> list[Cell]:
        """One cell for each entity and asked aspect."""
        asked: Sequence[AskedAspect | None] = understood.aspects or (None,)
        return [self.cell(e, a, understood) for e in entities for a in asked]

    def cell(self, entity: str | None, asked: AskedAspect | None, understood: Understood) -> Cell:
        """What to look for about ``entity``, and in which words."""
        return Cell(
            entity=entity,
            asked=asked,
            query=self._query(entity, asked, understood),
            importance=self._weights(asked, understood),
            objects=understood.objects,
            sides=understood.entities,
        )

    def _weights(self, asked: AskedAspect | None, understood: Understood) -> dict[str, float]:
        """Importance of the question's stems for one aspect: words of other parts of the question count less."""
        importance = self.importance(understood)
        if asked is None or len(understood.aspects) < 2:
            return importance
        named = [w for slug in understood.objects for w in content_words(self.gazetteer.entities[slug].name)]
        near = {stem(w) for w in (*asked.terms, *(w for p in asked.wording for w in content_words(p)), *named)}
        return {s: weight if s in near else weight * ELSEWHERE for s, weight in importance.items()}

    def vectors(self, cells: Sequence[Cell]) -> NDArray[np.float32]:
        """Embedding of each cell's query, shape (n, dimension)."""
        return self.searcher.encoder.embed([cell.query for cell in cells])

    def _query(self, entity: str | None, asked: AskedAspect | None, understood: Understood) -> str:
        known = [self.gazetteer.entities[slug].name for slug in (*filter(None, [entity]), *understood.objects)]
        about = (*asked.wording, asked.aspect.description) if asked else (understood.question,)
        terms = asked.terms if asked and len(understood.aspects) > 1 else understood.terms
        return " ".join((*known, *about, *terms)).strip()

    def importance(self, understood: Understood) -> dict[str, float]:
        """Inverse document frequency of the stems of the question's content words; names of the sides left out."""
        total = max(1, self.snapshot.generation.passages)
        said = [*understood.terms, *(w for phrase in understood.class_words for w in content_words(phrase))]
        said += [*(w for a in understood.aspects for phrase in a.wording for w in content_words(phrase))]
        said += [w for slug in understood.objects for w in content_words(self.gazetteer.entities[slug].name)]
        return {stem(w): math.log(1 + total / (1 + self.frequency(w))) for w in said}

    def evidence(self, cell: Cell, vector: NDArray[np.float32], filters: Filters) -> tuple[list[Scored], int]:
        """Scored candidates of the cell, best first, and the number of passages read for it."""
        search = self.searcher.search_vector
        if cell.entity is None:
            hits = search(cell.query, vector, PASSAGES_PER_CELL, filters)
            self._read(hits)
            return self._scored(self._named(candidates(hits)), cell), len(hits)
        about = self._about(cell, vector, PASSAGES_PER_CELL, filters)
        anywhere = search(self._keywords(cell, naming=True), vector, PASSAGES_PER_CELL, filters)
        hits = _joined(about, anywhere, PASSAGES_NAMING)
        self._read(hits)
        return self._scored(self._named(candidates(hits)), cell), len(hits)

    def _about(self, cell: Cell, vector: NDArray[np.float32], most: int, filters: Filters) -> list[Hit]:
        """Passages about the cell's entity; none where the filters want those about others only."""
        entity = cell.entity or ""
        if filters.entities and entity not in filters.entities:
            return []
        return self.searcher.search_vector(self._keywords(cell), vector, most, replace(filters, entities=(entity,)))

    def _keywords(self, cell: Cell, naming: bool = False) -> KeywordQuery:
        """The cell's query with weight on the names that a passage should bear."""
        wanted = [*cell.objects, *([cell.entity] if naming and cell.entity else [])]
        return KeywordQuery(cell.query, tuple((self.gazetteer.entities[slug].name, NAME_WEIGHT) for slug in wanted))

    def pool(self, understood: Understood, asked: AskedAspect | None, filters: Filters) -> Pool:
        """The passages that a question about a class brings, whichever entity they are about."""
        cell = self.cell(None, asked, understood)
        vector = self.vectors([cell])[0]
        hits = self.searcher.search_vector(cell.query, vector, POOL, filters)
        self._read(hits)
        return Pool(cell, vector, filters, tuple(self._named(candidates(hits))))

    def met(self, pool: Pool) -> set[str]:
        """Entities that the pool's sentences name or stand under."""
        return {slug for c, named in pool.named for slug in (*c.passage.subjects, *named.slugs)}

    def about(self, entity: str, pool: Pool) -> tuple[list[Scored], int]:
        """Scored candidates about one entity of the class, best first, and the number of passages read for it."""
        cell = replace(pool.cell, entity=entity)
        about = self._about(cell, pool.vector, PASSAGES_PER_MEMBER, pool.filters)
        self._read(about)
        read = {hit.passage_id for hit in about}
        others = [(c, named) for c, named in pool.of_entity.get(entity, ()) if c.passage_id not in read]
        return self._scored([*self._named(candidates(about)), *others], cell), len(about)

    def _named(self, found: Iterable[Candidate]) -> Iterator[tuple[Candidate, Naming]]:
        return ((c, self._naming(c.text)) for c in found)

    def _scored(self, named: Iterable[tuple[Candidate, Naming]], cell: Cell) -> list[Scored]:
        """The candidates that belong to the cell's entity, best first."""
        kept = (score(c, cell, n) for c, n in named if cell.entity is None or belongs(c, cell.entity, n))
        return sorted(kept, key=lambda s: -s.score)


def _joined(about: Sequence[Hit], others: Sequence[Hit], most: int) -> list[Hit]:
    """The hits about the entity, then at most ``most`` others."""
    known = {hit.passage_id for hit in about}
    return [*about, *[hit for hit in others if hit.passage_id not in known][:most]]


def _unwatched(hits: Sequence[Hit]) -> None:
    """Nobody is told."""
