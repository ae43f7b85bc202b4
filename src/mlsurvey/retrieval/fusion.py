"""Merge rankings of the same passages by different voters. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Ranking = Sequence[tuple[int, float]]
"""(passage id, score), best first; higher is better."""

RRF_K = 60
"""Damping of reciprocal rank fusion. Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion…", SIGIR 2009."""


def reciprocal_rank(rankings: Mapping[str, Ranking], k: int = RRF_K) -> list[tuple[int, float]]:
    """Sum over voters of ``1 / (k + rank)``; looks at ranks alone. Ties go to the smaller id."""
    fused: dict[int, float] = {}
    for ranking in rankings.values():
        for rank, (passage, _) in enumerate(ranking, start=1):
            fused[passage] = fused.get(passage, 0.0) + 1.0 / (k + rank)
    return _sorted(fused)


def weighted_sum(rankings: Mapping[str, Ranking], weights: Mapping[str, float]) -> list[tuple[int, float]]:
    """Weighted sum of scores, each voter's brought to 0..1 by its own least and greatest score.

    A passage that a voter did not return gets that voter's 0. Convex combination after min-max
    normalisation: Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval",
    ACM TOIS 2023. Ties go to the smaller id.
    """
    fused: dict[int, float] = {}
    for voter, ranking in rankings.items():
        for passage, score in normalise(ranking):
            fused[passage] = fused.get(passage, 0.0) + weights.get(voter, 1.0) * score
    return _sorted(fused)


def normalise(ranking: Ranking) -> list[tuple[int, float]]:
    """Scores brought to 0..1 by the ranking's least and greatest; a single or even ranking is all 1."""
    if not ranking:
        return []
    low, high = min(s for _, s in ranking), max(s for _, s in ranking)
    return [(passage, (score - low) / (high - low) if high > low else 1.0) for passage, score in ranking]


def _sorted(fused: Mapping[int, float]) -> list[tuple[int, float]]:
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))
