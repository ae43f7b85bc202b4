"""Search one generation of the index."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.retrieval.fusion import Ranking, weighted_sum
from mlsurvey.types import Filters, Hit

DEPTH = 100
"""Passages that each voter may bring before fusion: enough that the best of one is rarely unknown to the other."""


class Mode(StrEnum):
    """Which voters take part."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    DENSE = "dense"


class Encoder(Protocol):
    """What turns questions into vectors."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``."""


class Searcher:
    """Searches a snapshot; holds nothing but the two."""

    def __init__(self, snapshot: Snapshot, encoder: Encoder) -> None:
        self.snapshot = snapshot
        self.encoder = encoder

    def search(
        self, query: str, limit: int = 10, filters: Filters | None = None, mode: Mode = Mode.HYBRID
    ) -> list[Hit]:
        """The best passages for ``query``, best first, at most ``limit``."""
        vector = self.encoder.embed([query])[0] if mode is not Mode.KEYWORD else None
        return self.search_vector(query, vector, limit, filters or Filters(), mode)

    def search_vector(
        self,
        query: str | KeywordQuery,
        vector: NDArray[np.float32] | None,
        limit: int,
        filters: Filters,
        mode: Mode = Mode.HYBRID,
    ) -> list[Hit]:
        """Like :meth:`search`, with the embedding of the query at hand (None: keywords alone)."""
        depth = max(limit, DEPTH)
        rankings: dict[str, Ranking] = {}
        if mode is not Mode.DENSE:
            rankings["keyword"] = self.snapshot.keyword(query, depth, filters)
        if mode is not Mode.KEYWORD and vector is not None:
            rankings["dense"] = self.snapshot.dense(vector, depth, self.snapshot.select(filters))
        return self._hits(rankings, limit)

    def _hits(self, rankings: dict[str, Ranking], limit: int) -> list[Hit]:
        fused = weighted_sum(rankings, WEIGHTS)[:limit]
        ranks = {voter: {p: rank for rank, (p, _) in enumerate(r, start=1)} for voter, r in rankings.items()}
        scores = {voter: dict(r) for voter, r in rankings.items()}
        passages = self.snapshot.passages([passage for passage, _ in fused])
        return [
            Hit(
                passage_id=identity,
                passage=passage,
                score=score,
                ranks={voter: r[identity] for voter, r in ranks.items() if identity in r},
                scores={voter: s[identity] for voter, s in scores.items() if identity in s},
            )
            for (identity, score), passage in zip(fused, passages, strict=True)
        ]


WEIGHTS = {"keyword": 1.0, "dense": 1.0}
"""Even weights: see bench/RETRIEVAL.md for what was measured."""
