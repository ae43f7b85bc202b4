"""Retrieve the candidates of a cell: search, split into stretches, keep those attributable to its entity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from mlsurvey.answering.candidates import Candidate, Naming, belongs, candidates, naming
from mlsurvey.answering.plan import PlannedCell
from mlsurvey.answering.score import Named
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.retrieval.search import Searcher
from mlsurvey.types import Filters, Hit
from mlsurvey.vocabulary.gazetteer import Gazetteer

PASSAGES_PER_CELL = 30
"""Passages about an entity that are searched for one cell."""
PASSAGES_NAMING = 15
"""Additional passages from anywhere that may name the entity."""
PASSAGES_PER_MEMBER = 10
"""Passages per entity of a class; a class may have a hundred entities."""
NAME_WEIGHT = 3.0
"""Weight of a name relative to the other words, if passages should contain it."""
REMEMBERED = 20_000
"""Number of sentences whose named entities are cached."""
POOL = 100
"""Passages that a set question searches for all entities together."""
REACH = 2000
"""Passages by which the members of a large class are chosen that are looked at."""

Watch = Callable[[Sequence[Hit]], None]
"""Called with the hits of each search, before they are scored; may raise to stop the retrieval."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The candidates of a cell that may be attributed to its entity, and the number of passages searched."""

    cell: PlannedCell
    named: tuple[Named, ...]
    searched: int


@dataclass(frozen=True)
class Pool:
    """The search results of a question about a class, for all its members together."""

    cell: PlannedCell
    vector: NDArray[np.float32]
    filters: Filters
    named: tuple[Named, ...]

    @cached_property
    def of_entity(self) -> Mapping[str, Sequence[Named]]:
        """For each entity, the candidates that may belong to it, in order; see :func:`belongs`."""
        found: dict[str, list[Named]] = defaultdict(list)
        for candidate, named in self.named:
            for slug in {*named.slugs, *named.opening, *candidate.passage.subjects}:
                found[slug].append((candidate, named))
        return found


class Retriever:
    """Retrieves from one snapshot."""

    def __init__(self, searcher: Searcher, gazetteer: Gazetteer) -> None:
        self.searcher = searcher
        self.snapshot = searcher.snapshot
        self.gazetteer = gazetteer
        self._read: Watch = _unwatched
        self._naming = lru_cache(maxsize=REMEMBERED)(partial(naming, gazetteer=gazetteer))

    def watched(self, read: Watch) -> Retriever:
        """A copy for one answer: shares the caches, and calls ``read`` after every search."""
        retriever = copy(self)
        retriever._read = read
        return retriever

    def cells(self, cells: Sequence[PlannedCell], filters: Filters) -> list[Retrieved]:
        """The candidates of each cell."""
        vectors = self.searcher.encoder.embed([cell.query for cell in cells]) if cells else ()
        return [self._cell(cell, vector, filters) for cell, vector in zip(cells, vectors, strict=True)]

    def _cell(self, cell: PlannedCell, vector: NDArray[np.float32], filters: Filters) -> Retrieved:
        search = self.searcher.search_vector
        if cell.entity is None:
            hits = search(cell.query, vector, PASSAGES_PER_CELL, filters)
        else:
            about = self._about(cell, vector, PASSAGES_PER_CELL, filters)
            anywhere = search(self._keywords(cell, naming=True), vector, PASSAGES_PER_CELL, filters)
            hits = _joined(about, anywhere, PASSAGES_NAMING)
        self._read(hits)
        return Retrieved(cell, tuple(self._belonging(self._named(hits, vector), cell)), len(hits))

    def _about(self, cell: PlannedCell, vector: NDArray[np.float32], most: int, filters: Filters) -> list[Hit]:
        """Passages about the cell's entity; none if the filters exclude it."""
        entity = cell.entity or ""
        if filters.entities and entity not in filters.entities:
            return []
        return self.searcher.search_vector(self._keywords(cell), vector, most, replace(filters, entities=(entity,)))

    def _keywords(self, cell: PlannedCell, naming: bool = False) -> KeywordQuery:
        """The cell's query, with extra weight on the names that a passage should contain."""
        wanted = [*cell.objects, *([cell.entity] if naming and cell.entity else [])]
        return KeywordQuery(cell.query, tuple((self.gazetteer.entities[slug].name, NAME_WEIGHT) for slug in wanted))

    def pool(self, cell: PlannedCell, filters: Filters) -> Pool:
        """The passages for a question about a class, about any entity."""
        vector = self.searcher.encoder.embed([cell.query])[0]
        hits = self.searcher.search_vector(cell.query, vector, POOL, filters)
        self._read(hits)
        return Pool(cell, vector, filters, tuple(self._named(hits, vector)))

    def nearest(self, pool: Pool) -> list[str]:
        """Entities by their best passage in a wide search for what the pool is about, nearest first."""
        hits = self.searcher.search_vector(pool.cell.query, pool.vector, REACH, pool.filters)
        return list(dict.fromkeys(slug for hit in hits for slug in hit.passage.subjects))

    def member(self, cell: PlannedCell, pool: Pool) -> Retrieved:
        """The candidates about one entity of the class: from its own passages and from the pool."""
        about = self._about(cell, pool.vector, PASSAGES_PER_MEMBER, pool.filters)
        self._read(about)
        read = {hit.passage_id for hit in about}
        others = [n for n in pool.of_entity.get(cell.entity or "", ()) if n[0].passage_id not in read]
        return Retrieved(cell, tuple(self._belonging([*self._named(about, pool.vector), *others], cell)), len(about))

    def _named(self, hits: Sequence[Hit], vector: NDArray[np.float32]) -> list[Named]:
        return [(c, self._naming(c.text)) for c in candidates(hits, self._near(hits, vector))]

    def _near(self, hits: Sequence[Hit], vector: NDArray[np.float32]) -> Mapping[int, float]:
        """Cosine of each passage with the query, including those found by keywords only."""
        near = {hit.passage_id: hit.scores["dense"] for hit in hits if "dense" in hit.scores}
        if rest := [hit.passage_id for hit in hits if hit.passage_id not in near]:
            near |= dict(zip(rest, (self.snapshot.vectors(rest) @ vector).tolist(), strict=True))
        return near

    def _belonging(self, named: Iterable[Named], cell: PlannedCell) -> list[tuple[Candidate, Naming]]:
        return [(c, n) for c, n in named if cell.entity is None or belongs(c, cell.entity, n)]


def _joined(about: Sequence[Hit], others: Sequence[Hit], most: int) -> list[Hit]:
    """The hits about the entity, then at most ``most`` others."""
    known = {hit.passage_id for hit in about}
    return [*about, *[hit for hit in others if hit.passage_id not in known][:most]]


def _unwatched(hits: Sequence[Hit]) -> None:
    """Does nothing."""
