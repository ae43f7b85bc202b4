"""Rerank the best hits with a second, more expensive model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mlsurvey.types import Hit

RERANKED: Final = 50
"""Number of hits reranked: a cross-encoder reads each (query, passage) pair, so its time grows with this."""
RERANKER: Final = "reranker"
"""Voter name of the reranker in a hit."""

_SCALE: Final = 2.0
"""Maximum fused score: answering uses hit scores, which must have the same scale with a reranker."""


class Reranker(Protocol):
    """Scores texts against a query."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return scores in 0..1, shape ``(len(texts),)``, in the order of ``texts``; higher is better."""


def rerank(query: str, hits: Sequence[Hit], reranker: Reranker) -> list[Hit]:
    """Sort the first :data:`RERANKED` hits by reranker score, which becomes their fused score; append the others.

    The others keep their order; their scores are scaled down if they would exceed the lowest reranked score.
    """
    best, others = hits[:RERANKED], hits[RERANKED:]
    if not best:
        return []
    scores = reranker.scores(query, [hit.passage.text for hit in best]).tolist()
    order = sorted(range(len(best)), key=lambda place: (-scores[place], place))
    judged = [_judged(best[place], rank, scores[place]) for rank, place in enumerate(order, start=1)]
    return [*judged, *_below(judged[-1].score, others)]


def _judged(hit: Hit, rank: int, score: float) -> Hit:
    return replace(
        hit,
        score=_SCALE * score,
        ranks={**hit.ranks, RERANKER: rank},
        scores={**hit.scores, RERANKER: score},
        shares={RERANKER: _SCALE * score},
    )


def _below(score: float, hits: Sequence[Hit]) -> list[Hit]:
    if not hits or hits[0].score <= score:
        return list(hits)
    factor = score / hits[0].score
    return [
        replace(hit, score=hit.score * factor, shares={voter: share * factor for voter, share in hit.shares.items()})
        for hit in hits
    ]
