from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlsurvey.index.selection import Selection

PAIRS = st.dictionaries(st.integers(1, 60), st.integers(1, 20), max_size=40)
FOUND = st.dictionaries(st.integers(1, 25), st.sampled_from([0.1, 0.5, 0.9]), max_size=25)


@given(PAIRS, FOUND)
def test_each_passage_has_the_score_of_its_vector(owners: dict[int, int], scores: dict[int, float]) -> None:
    passages = sorted(owners)
    selection = Selection.of(
        np.array(passages, dtype=np.int64), np.array([owners[p] for p in passages], dtype=np.int64)
    )
    expected = sorted(((p, scores[owners[p]]) for p in passages if owners[p] in scores), key=lambda h: (-h[1], h[0]))
    assert selection.spread(list(scores.items())) == expected
    assert selection.vectors.tolist() == sorted(set(owners.values()))
    assert len(selection) == len(owners)
