from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from mlsurvey.retrieval.fusion import normalise, reciprocal_rank, weighted_sum

RANKINGS = {"keyword": [(1, 9.0), (2, 5.0), (3, 1.0)], "dense": [(3, 0.9), (4, 0.5), (1, 0.1)]}
EVEN = {"keyword": 1.0, "dense": 1.0}

scores = st.floats(min_value=-10, max_value=50, allow_nan=False)
rankings = st.dictionaries(
    st.sampled_from(["keyword", "dense"]),
    st.dictionaries(st.integers(0, 30), scores, max_size=20).map(lambda d: sorted(d.items(), key=lambda i: -i[1])),
)


def test_a_passage_that_both_voters_like_comes_first() -> None:
    assert reciprocal_rank(RANKINGS)[0][0] in (1, 3)
    assert [p for p, _ in weighted_sum(RANKINGS, EVEN)][:2] == [1, 3]


def test_reciprocal_rank_is_the_published_sum() -> None:
    assert dict(reciprocal_rank(RANKINGS))[3] == 1 / 63 + 1 / 61


def test_normalised_scores_reach_from_zero_to_one() -> None:
    assert normalise(RANKINGS["keyword"]) == [(1, 1.0), (2, 0.5), (3, 0.0)]


def test_one_lone_hit_counts_whole() -> None:
    assert normalise([(7, 0.2)]) == [(7, 1.0)]


def test_a_weight_of_zero_silences_a_voter() -> None:
    fused = dict(weighted_sum(RANKINGS, {"keyword": 0.0, "dense": 1.0}))
    assert fused[2] == 0.0


@given(rankings)
def test_the_order_of_voters_does_not_matter(voters: dict[str, list[tuple[int, float]]]) -> None:
    for order in permutations(voters):
        shuffled = {name: voters[name] for name in order}
        assert [p for p, _ in reciprocal_rank(shuffled)] == [p for p, _ in reciprocal_rank(voters)]


@given(rankings)
def test_nothing_is_lost_and_nothing_invented(voters: dict[str, list[tuple[int, float]]]) -> None:
    known = {passage for ranking in voters.values() for passage, _ in ranking}
    assert {p for p, _ in weighted_sum(voters, EVEN)} == {p for p, _ in reciprocal_rank(voters)} == known
