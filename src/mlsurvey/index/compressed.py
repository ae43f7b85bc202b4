"""Compression of large segments: all codes are scanned, then the nearest are rescored with their exact rows.

Product quantisation (Jégou, Douze and Schmid, "Product Quantization for Nearest Neighbor Search", TPAMI 2011) with
4-bit codes whose look-up tables stay in registers (André, Kermarrec and Le Scouarnec, "Cache locality is not
enough", VLDB 2015; FAISS calls it fast scan). Unlike an inverted file, it skips no lists, so recall does not
depend on where a query lies among the passages. See ``docs/performance.md`` for measurements.
"""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

REFINED = 4
"""Candidates rescored with exact rows, per requested hit."""
MIN_REFINED = 1024
"""Minimum rescored candidates: at a million rows they contain .999 of the true top 100; half as many, .994."""

_DIMENSIONS_PER_CODE = 2  # two bits per dimension; with one bit, recall@100 falls from .99 to .90 at a million rows
_TRAINED_ON = 8192  # rows; recall is the same with 30,000
_ITERATIONS = 10  # k-means iterations
_CHUNK = 65_536  # rows added at a time, so that rows mapped from a file are never all in memory
_MEASURED = 64  # queries used to measure recall
_SEED = 1


def can_compress(dimension: int) -> bool:
    """Whether vectors of this length can be compressed."""
    return dimension % _DIMENSIONS_PER_CODE == 0


def compress(rows: NDArray[np.float32]) -> Any:
    """Return codes of unit rows, shape (n, d) with d even, as a FAISS index: d / 4 bytes a row."""
    index = faiss.IndexPQFastScan(rows.shape[1], rows.shape[1] // _DIMENSIONS_PER_CODE, 4, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.niter, index.pq.cp.seed = _ITERATIONS, _SEED
    index.train(np.ascontiguousarray(rows[_sample(len(rows), _TRAINED_ON)]))
    for start in range(0, len(rows), _CHUNK):
        index.add(np.ascontiguousarray(rows[start : start + _CHUNK]))
    return index


def depth(k: int) -> int:
    """Number of candidates to rescore for the best ``k``."""
    return max(MIN_REFINED, REFINED * k)


def nearest(codes: Any, rows: NDArray[np.float32], query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Row numbers of the ``k`` best for a query of shape (1, d), best first; exact except for hits the codes miss."""
    found = np.sort(scan(codes, query, depth(k))[1])
    return found[best(rows[found] @ query[0], k)]


def scan(codes: Any, query: NDArray[np.float32], depth: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Approximate scores and row numbers of the ``depth`` best rows by their codes alone."""
    scores, found = codes.search(query, min(depth, codes.ntotal))
    is_there = found[0] >= 0
    return scores[0][is_there], found[0][is_there]


def best(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Positions of the ``k`` highest scores, descending; ties go to the lower position."""
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = np.flatnonzero(scores >= least)
    else:
        kept = np.arange(len(scores))
    return kept[np.argsort(-scores[kept], kind="stable")][:k]


def recall(codes: Any, rows: NDArray[np.float32], k: int = 10) -> float:
    """Mean share of the true ``k`` nearest rows that a search finds.

    The queries lie halfway between two rows, as a question lies between the passages that answer it: they are
    farther from every row than a row would be, and thus harder.
    """
    ends = _sample(len(rows), 2 * _MEASURED)
    queries = rows[ends[0::2]] + rows[ends[1::2]]
    queries /= np.maximum(np.linalg.norm(queries, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    scores = np.concatenate([queries @ rows[s : s + _CHUNK].T for s in range(0, len(rows), _CHUNK)], axis=1)
    shares = [
        len(np.intersect1d(nearest(codes, rows, query[np.newaxis], k), best(row, k))) / k
        for query, row in zip(queries, scores, strict=True)
    ]
    return float(np.mean(shares))


def _sample(count: int, wanted: int) -> NDArray[np.int64]:
    """Row numbers sampled without replacement, with a fixed seed, unordered."""
    return np.random.default_rng(_SEED).choice(count, min(count, wanted), replace=False)
