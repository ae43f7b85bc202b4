"""Merge rankings of the same passages by different voters. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

Ranking = Sequence[tuple[int, float]]
"""(passage id, score), best first; higher is better."""

Shares = Mapping[str, Mapping[int, float]]
"""What each voter adds to the fused score of each passage."""

KEYWORD = "keyword"
DENSE = "dense"

RRF_K = 60
"""Damping of reciprocal rank fusion. Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion…", SIGIR 2009."""

BM25_PER_COSINE = 10.0
"""BM25 points that weigh as much as a whole point of cosine, where the query has a word that one passage holds and
the dense side found nothing near. Chosen with :data:`MOST_KEYWORDS` on the training questions; see
``bench/RETRIEVAL.md``."""

MOST_KEYWORDS = 0.8
"""Greatest share of the keyword side: the vectors always have a say."""


def reciprocal_rank(rankings: Mapping[str, Ranking], k: int = RRF_K) -> list[tuple[int, float]]:
    """Sum over voters of ``1 / (k + rank)``; looks at ranks alone. Ties go to the smaller id."""
    return total({v: {p: 1.0 / (k + rank) for rank, (p, _) in enumerate(r, start=1)} for v, r in rankings.items()})


def weighted_sum(rankings: Mapping[str, Ranking], weights: Mapping[str, float], depth: int) -> Shares:
    """Each voter's scores, brought to 0..1 between its floor and its greatest, times its weight.

    A passage that a voter did not return gets nothing from it. Convex combination after min-max
    normalisation: Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval",
    ACM TOIS 2023.

    Args:
        rankings: one for each voter.
        weights: 1 where a voter has none.
        depth: how many passages each voter was asked for; see :func:`floor`.
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
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def hybrid(rankings: Mapping[str, Ranking], rarity: float, depth: int) -> Shares:
    """The default fusion: a weighted sum with weights by the query. Fused scores are in 0..2."""
    return weighted_sum(rankings, query_weights(rankings, rarity, depth), depth)


def query_weights(rankings: Mapping[str, Ranking], rarity: float, depth: int) -> dict[str, float]:
    """Weights of the two sides for one query; their sum is 2.

    Before normalisation each side's scores mean something. BM25 is a sum of inverse document frequencies, so it is
    high where rare words match; a cosine near 1 is a paraphrase, and a best cosine far below 1 tells that the model
    found nothing near. A sum of the raw scores keeps both (Wang, Zhuang and Zuccon, "BERT-based Dense Retrievers
    Require Interpolation with BM25…", ICTIR 2021), and a factor adapts it to the query: the *doubt* about the
    dense side, one minus its best cosine, times the *rarity* of the query's rarest word (MaxIDF, a predictor that
    needs no search: Scholer, Williams and Turpin, "Query Association Surrogates…", 2004). A model
    whose cosines are all pressed towards 1 changes nothing: doubt and spread shrink alike.

    ``bench/RETRIEVAL.md`` has what was measured.

    Args:
        rankings: of :data:`KEYWORD` and :data:`DENSE`; where only one brought anything, it has all the weight.
        rarity: see :func:`rarity`.
        depth: how many passages each side was asked for.
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
    """How rare the rarest known word of a query is: 1 where one passage has it, near 0 where all have it.

    Its inverse document frequency, as a share of the greatest that there can be; 0 where no word is known.

    Args:
        frequencies: number of passages that hold each word.
        passages: number of passages in all.
    """
    known = [frequency for frequency in frequencies if frequency > 0]
    return math.log1p(passages / (1 + min(known))) / math.log1p(passages / 2) if known else 0.0


def normalise(ranking: Ranking, low: float) -> list[tuple[int, float]]:
    """Scores brought to 0..1 between ``low`` and the greatest; an even ranking is all 1."""
    high = ranking[0][1] if ranking else low
    return [(passage, (score - low) / (high - low) if high > low else 1.0) for passage, score in ranking]


def floor(voter: str, ranking: Ranking, depth: int) -> float:
    """About the score of the passages that a voter did not return: its least.

    A keyword search that brings fewer than it was asked for has met every passage with a word of the query: the
    rest scored nothing, so even its last hit is worth something.
    """
    return 0.0 if not ranking or (voter == KEYWORD and len(ranking) < depth) else ranking[-1][1]


def _spread(voter: str, ranking: Ranking, depth: int) -> float:
    return ranking[0][1] - floor(voter, ranking, depth)
