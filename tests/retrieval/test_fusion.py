from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsurvey.retrieval.fusion import (
    DENSE,
    KEYWORD,
    hybrid,
    normalise,
    query_weights,
    rarity,
    reciprocal_rank,
    total,
    weighted_sum,
)

RANKINGS = {KEYWORD: [(1, 9.0), (2, 5.0), (3, 1.0)], DENSE: [(3, 0.9), (4, 0.5), (1, 0.1)]}
EVEN = {KEYWORD: 1.0, DENSE: 1.0}
FULL = 3
"""A depth that the rankings above fill."""

Rankings = dict[str, list[tuple[int, float]]]


def ranked(scores: st.SearchStrategy[float]) -> st.SearchStrategy[list[tuple[int, float]]]:
    found = st.dictionaries(st.integers(0, 30), scores, max_size=20)
    return found.map(lambda d: sorted(d.items(), key=lambda hit: (-hit[1], hit[0])))


rankings = st.fixed_dictionaries(
    {}, optional={KEYWORD: ranked(st.floats(0, 80)), DENSE: ranked(st.floats(-1, 1.0000002))}
)
shares_of_one = st.floats(0, 1)
depths = st.integers(20, 40)


def test_a_passage_that_both_voters_like_comes_first() -> None:
    assert reciprocal_rank(RANKINGS)[0][0] in (1, 3)
    assert [p for p, _ in total(weighted_sum(RANKINGS, EVEN, FULL))][:2] == [1, 3]


def test_reciprocal_rank_is_the_published_sum() -> None:
    assert dict(reciprocal_rank(RANKINGS))[3] == 1 / 63 + 1 / 61


def test_normalised_scores_reach_from_zero_to_one() -> None:
    assert normalise(RANKINGS[KEYWORD], 1.0) == [(1, 1.0), (2, 0.5), (3, 0.0)]


def test_one_lone_hit_counts_whole() -> None:
    assert normalise([(7, 0.2)], 0.2) == [(7, 1.0)]


def test_a_weight_of_zero_silences_a_voter() -> None:
    assert dict(total(weighted_sum(RANKINGS, {KEYWORD: 0.0}, FULL)))[2] == 0.0


def test_the_last_of_a_keyword_search_that_found_all_there_is_still_counts() -> None:
    rarely = {KEYWORD: [(1, 8.0), (2, 8.0)], DENSE: RANKINGS[DENSE]}
    assert weighted_sum(rarely, EVEN, depth=100)[KEYWORD] == {1: 1.0, 2: 1.0}
    assert weighted_sum(RANKINGS, EVEN, depth=100)[KEYWORD][3] == pytest.approx(1 / 9)
    assert weighted_sum(RANKINGS, EVEN, FULL)[KEYWORD][3] == 0.0


def test_a_rare_word_speaks_for_the_keyword_side() -> None:
    common, rare = (query_weights(RANKINGS, r, FULL)[KEYWORD] for r in (0.5, 1.0))
    assert common < rare


def test_a_near_paraphrase_speaks_for_the_dense_side() -> None:
    far = {**RANKINGS, DENSE: [(p, score - 0.5) for p, score in RANKINGS[DENSE]]}
    assert query_weights(RANKINGS, 1.0, FULL)[DENSE] > query_weights(far, 1.0, FULL)[DENSE]


def test_a_model_with_cosines_close_to_one_gets_the_same_weights() -> None:
    pressed = {**RANKINGS, DENSE: [(p, 1 - (1 - score) / 5) for p, score in RANKINGS[DENSE]]}
    assert query_weights(pressed, 0.8, FULL) == pytest.approx(query_weights(RANKINGS, 0.8, FULL))


@pytest.mark.parametrize("side", [KEYWORD, DENSE])
def test_a_side_that_is_alone_decides(side: str) -> None:
    for voters in ({side: RANKINGS[side]}, {**RANKINGS, **{v: [] for v in RANKINGS if v != side}}):
        assert [p for p, _ in total(hybrid(voters, 0.5, FULL))] == [p for p, _ in RANKINGS[side]]


def test_rarity_is_that_of_the_rarest_known_word() -> None:
    assert rarity([0, 1, 900], 1000) == 1.0
    assert rarity([0, 300, 900], 1000) == rarity([300], 1000)
    assert 0 < rarity([1000], 1000) < 0.2
    assert rarity([0], 1000) == rarity([], 0) == 0.0


@given(st.lists(st.integers(0, 50)), st.integers(50, 10**7))
def test_rarity_is_a_share(frequencies: list[int], passages: int) -> None:
    assert 0 <= rarity(frequencies, passages) <= 1


@given(rankings)
def test_the_order_of_voters_does_not_matter(voters: Rankings) -> None:
    for order in permutations(voters):
        shuffled = {name: voters[name] for name in order}
        assert [p for p, _ in reciprocal_rank(shuffled)] == [p for p, _ in reciprocal_rank(voters)]
        assert total(hybrid(shuffled, 0.5, 20)) == total(hybrid(voters, 0.5, 20))


@given(rankings, shares_of_one, depths)
def test_nothing_is_lost_and_nothing_invented(voters: Rankings, rare: float, depth: int) -> None:
    known = {passage for ranking in voters.values() for passage, _ in ranking}
    assert {p for p, _ in total(hybrid(voters, rare, depth))} == {p for p, _ in reciprocal_rank(voters)} == known


@given(rankings, shares_of_one, depths)
def test_fused_scores_are_within_zero_and_two(voters: Rankings, rare: float, depth: int) -> None:
    assert all(-1e-9 <= score <= 2 + 1e-9 for _, score in total(hybrid(voters, rare, depth)))


@given(rankings, shares_of_one, shares_of_one, depths)
def test_weights_add_up_and_rarity_never_takes_from_keywords(
    voters: Rankings, one: float, other: float, depth: int
) -> None:
    low, high = (query_weights(voters, rare, depth) for rare in sorted((one, other)))
    assert low[KEYWORD] <= high[KEYWORD] + 1e-9
    assert sum(high.values()) == pytest.approx(2.0 if any(voters.values()) else 0.0)


@given(rankings, shares_of_one, depths)
def test_better_with_both_sides_is_never_worse(voters: Rankings, rare: float, depth: int) -> None:
    scores = {side: dict(voters.get(side, ())) for side in (KEYWORD, DENSE)}
    fused = dict(total(hybrid(voters, rare, depth)))
    both = [p for p in fused if all(p in found for found in scores.values())]
    for a in both:
        assert all(fused[a] >= fused[b] - 1e-9 for b in both if all(s[a] >= s[b] for s in scores.values()))
