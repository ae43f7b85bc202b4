from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from mlsurvey.answering.other import SURE, OtherJudge
from mlsurvey.learned.pieces import Pair

PAIRS = [Pair("GPU?", "It runs on GPUs.", ()), Pair("GPU?", "It has a logo.", ()), Pair("Licence?", "MIT.", ())]
SCORES = {"It runs on GPUs.": 0.75, "It has a logo.": 0.0, "MIT.": 1.0}


class Known:
    """Fixed scores; the denial logit is the length of the stretch."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([SCORES[text] for text in texts], dtype=np.float32)

    def judge(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        return np.array([(9.0, len(pair.stretch)) for pair in pairs], dtype=np.float32).reshape(-1, 2)


def test_what_answers_comes_from_the_cross_encoder_and_what_denies_from_the_judge_beside_it() -> None:
    judged = OtherJudge(Known(), Known()).judge(PAIRS)
    assert (judged.shape, judged.dtype) == ((3, 2), np.float32)
    assert judged[:, 1].tolist() == [len(pair.stretch) for pair in PAIRS]
    assert judged[0, 0] == pytest.approx(np.log(3.0))


def test_a_score_at_the_end_of_its_range_has_a_finite_logit() -> None:
    judged = OtherJudge(Known(), Known()).judge(PAIRS)
    assert judged[1, 0] == pytest.approx(np.log(SURE / (1.0 - SURE)), rel=1e-3)
    assert np.isfinite(judged[2, 0]) and judged[2, 0] > 10


def test_no_pairs_have_no_judgement() -> None:
    assert OtherJudge(Known(), Known()).judge([]).shape == (0, 2)
