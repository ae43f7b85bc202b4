from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlsurvey.index.remembered import Remembered
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


def test_what_was_used_last_stays() -> None:
    made: list[str] = []
    remembered = Remembered[str, str](2)

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    assert [remembered.get(key, make) for key in "abacab"] == list("ABACAB")
    assert made == ["a", "b", "c", "b"], "a was used again before c came, so b had to go"


def test_sizes_count() -> None:
    remembered = Remembered[int, str](10, len)
    for size in (4, 5, 8):
        remembered.get(size, lambda size: "x" * size)
    made: list[int] = []
    remembered.get(8, lambda size: made.append(size) or "")
    assert not made
    remembered.get(5, lambda size: made.append(size) or "")
    assert made == [5]


def test_what_is_larger_than_all_room_is_given_and_not_kept() -> None:
    remembered = Remembered[int, str](3, len)
    assert remembered.get(9, lambda size: "x" * size) == "x" * 9
    assert remembered.get(9, lambda size: "y") == "y"


def test_many_are_made_in_one_go_and_in_order() -> None:
    asked: list[list[int]] = []
    remembered = Remembered[int, int](10)

    def make(keys):
        asked.append(list(keys))
        return {key: key * key for key in keys}

    assert remembered.get_all([3, 1, 2], make) == [9, 1, 4]
    assert remembered.get_all([2, 5, 3, 2], make) == [4, 25, 9, 4]
    assert asked == [[3, 1, 2], [5]]


def test_threads_may_share_it() -> None:
    remembered = Remembered[int, int](50)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: remembered.get(n % 70, lambda key: key + 1), range(4000)))
    assert found == [n % 70 + 1 for n in range(4000)]
