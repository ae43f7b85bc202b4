from __future__ import annotations

from mlsurvey.learned.pieces import CLS, COMMON, QUESTION, QUESTION_SHARED, SEP, STRETCH, STRETCH_SHARED, pair_types


def test_each_piece_has_the_type_of_its_side() -> None:
    assert pair_types([5001, 5002], [6001]) == [QUESTION, QUESTION, QUESTION, QUESTION, STRETCH, STRETCH]


def test_a_piece_of_both_sides_is_told_on_both() -> None:
    assert pair_types([5001, 5002], [6001, 5002, 5002]) == [
        QUESTION,
        QUESTION,
        QUESTION_SHARED,
        QUESTION,
        STRETCH,
        STRETCH_SHARED,
        STRETCH_SHARED,
        STRETCH,
    ]


def test_that_both_sides_have_a_common_word_is_not_told() -> None:
    common = max(COMMON)
    assert pair_types([common], [common]) == [QUESTION, QUESTION, QUESTION, STRETCH, STRETCH]
    assert pair_types([common + 1], [common + 1])[1] == QUESTION_SHARED


def test_the_marks_between_the_sides_are_never_shared() -> None:
    assert {CLS, SEP} <= COMMON
    assert pair_types([], []) == [QUESTION, QUESTION, STRETCH]


def test_the_four_types_differ() -> None:
    assert len({QUESTION, STRETCH, QUESTION_SHARED, STRETCH_SHARED}) == 4
