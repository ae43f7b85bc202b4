"""Fusion of rankings of the same passages by different voters. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

Ranking = Sequence[tuple[int, float]]
"""(passage id, score), best first; higher is better."""

Shares = Mapping[str, Mapping[int, float]]
"""Contribution of each voter to the fused score of each passage."""

KEYWORD = "keyword"
DENSE = "dense"

RRF_K = 60
"""Damping constant of reciprocal rank fusion. Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion…", SIGIR 2009."""

BM25_PER_COSINE = 10.0
"""BM25 points that weigh as much as a cosine of 1, if a word of the query occurs in a single passage and the dense
side found nothing close. Tuned together with :data:`MOST_KEYWORDS` on the training questions; see
``bench/RETRIEVAL.md``.
"""

MOST_KEYWORDS = 0.8
"""Maximum share of the keyword side: vectors always count."""


def reciprocal_rank(rankings: Mapping[str, Ranking], k: int = RRF_K) -> list[tuple[int, float]]:
    """Sum over voters of ``1 / (k + rank)``; uses ranks only. Ties go to the smaller id."""
    return total({v: {p: 1.0 / (k + rank) for rank, (p, _) in enumerate(r, start=1)} for v, r in rankings.items()})


def weighted_sum(rankings: Mapping[str, Ranking], weights: Mapping[str, float], depth: int) -> Shares:
    """Normalise each voter's scores to 0..1 between its floor and its maximum, and multiply by its weight.

    A passage gets nothing from a voter that did not return it. Convex combination after min-max
    normalisation: Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval",
    ACM TOIS 2023.

    Args:
        rankings: one per voter.
        weights: weight per voter; 1 if missing.
        depth: number of passages requested from each voter; see :func:`floor`.
    """
    return {
        voter: {p: weights.get(voter, 1.0) * score for p, score in normalise(ranking, floor(voter, ranking, depth))}
        for voter, ranking in rankings.items()
    }


def total(shares: Shares) -> list[tuple[int, float]]:
    """Sum over voters, best first; ties go to the smaller id."""
    fused: dict[int, float] = {}
    for share in shares.values():
        for passage, score in share.items():
            fused[passage] = fused.get(passage, 0.0) + score
    ordered = sorted([(-score, passage) for passage, score in fused.items()])  # plain tuples sort fastest
    return [(passage, -score) for score, passage in ordered]


def hybrid(rankings: Mapping[str, Ranking], rarity: float, depth: int) -> Shares:
    """The default fusion: a weighted sum with query-dependent weights. Fused scores are in 0..2."""
    return weighted_sum(rankings, query_weights(rankings, rarity, depth), depth)


def query_weights(rankings: Mapping[str, Ranking], rarity: float, depth: int) -> dict[str, float]:
    """Weights of the two sides for one query; they sum to 2.

    Before normalisation, scores are meaningful on each side. BM25 is a sum of inverse document frequencies, so it is
    high if rare words match; a cosine near 1 is a paraphrase, and a best cosine far below 1 means that the model
    found nothing close. A sum of the raw scores keeps both (Wang, Zhuang and Zuccon, "BERT-based Dense Retrievers
    Require Interpolation with BM25…", ICTIR 2021), and a factor adapts it to the query: the *doubt* about the
    dense side, one minus its best cosine, times the *rarity* of the query's rarest word (MaxIDF, a predictor that
    needs no search: Scholer, Williams and Turpin, "Query Association Surrogates…", 2004). A model
    whose cosines are all close to 1 does not change this: doubt and spread shrink alike.

    See ``bench/RETRIEVAL.md`` for measurements.

    Args:
        rankings: of :data:`KEYWORD` and :data:`DENSE`; if only one has results, it gets all the weight.
        rarity: see :func:`rarity`.
        depth: number of passages requested from each side.
    """
    keyword, dense = rankings.get(KEYWORD, ()), rankings.get(DENSE, ())
    if not keyword or not dense:
        return {KEYWORD: 2.0 if keyword else 0.0, DENSE: 2.0 if dense else 0.0}
    doubt = max(0.0, 1.0 - dense[0][1])
    words = rarity * doubt * _spread(KEYWORD, keyword, depth) / BM25_PER_COSINE
    vectors = _spread(DENSE, dense, depth)
    share = MOST_KEYWORDS * (words / (words + vectors) if words + vectors else 0.5)
    return {KEYWORD: 2.0 * share, DENSE: 2.0 * (1.0 - share)}


def rarity(frequencies: Iterable[int], passages: int) -> float:
    """Rarity of the rarest known word of a query: 1 if one passage has it, near 0 if all do.

    Its inverse document frequency, relative to the maximum possible; 0 if no word is known.

    Args:
        frequencies: number of passages containing each word.
        passages: total number of passages.
    """
    known = [frequency for frequency in frequencies if frequency > 0]
    return math.log1p(passages / (1 + min(known))) / math.log1p(passages / 2) if known else 0.0


def normalise(ranking: Ranking, low: float) -> list[tuple[int, float]]:
    """Normalise scores to 0..1 between ``low`` and the maximum; if all are equal, all become 1."""
    high = ranking[0][1] if ranking else low
    return [(passage, (score - low) / (high - low) if high > low else 1.0) for passage, score in ranking]


def floor(voter: str, ranking: Ranking, depth: int) -> float:
    """Estimate the score of passages that a voter did not return: its lowest returned score.

    A keyword search that returns fewer passages than requested has found all passages with a word of the query: the
    rest score 0, so its last hit still counts.
    """
    return 0.0 if not ranking or (voter == KEYWORD and len(ranking) < depth) else ranking[-1][1]


def _spread(voter: str, ranking: Ranking, depth: int) -> float:
    return ranking[0][1] - floor(voter, ranking, depth)
