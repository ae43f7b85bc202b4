"""A third-party cross-encoder in place of the bundled judge."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mlsurvey.answering.score import Judge
from mlsurvey.learned.pieces import Pair
from mlsurvey.retrieval.rerank import Reranker

SURE: Final = 1e-6
"""Scores are clipped to this distance from 0 and 1, where the logit is infinite."""


class OtherJudge:
    """The cross-encoder decides whether a stretch answers; the bundled judge decides whether it denies."""

    def __init__(self, cross_encoder: Reranker, beside: Judge) -> None:
        self._cross_encoder, self._beside = cross_encoder, beside

    def judge(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Logits of *answers* and *denies*, shape (pairs, 2)."""
        answers = [self._answers(asked, list(of)) for asked, of in groupby(pairs, lambda pair: pair.asked)]
        denies = self._beside.judge(pairs)[:, 1]
        return np.stack([np.concatenate([np.empty(0, dtype=np.float32), *answers]), denies], axis=1)

    def _answers(self, asked: str, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        scores = self._cross_encoder.scores(asked, [pair.stretch for pair in pairs]).astype(np.float64)
        scores = np.clip(scores, SURE, 1.0 - SURE)
        return np.log(scores / (1.0 - scores)).astype(np.float32)
