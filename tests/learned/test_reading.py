from __future__ import annotations

import pytest

from mlsurvey.learned.reading import Mark, Reading, Word
from mlsurvey.types import Span

LABELS = ("O", "S", "asked")
QUESTION = "is Wax Works easy to learn"
SCORES = [(0.9, 0.1, 0.0), (0.2, 0.8, 0.0), (0.4, 0.6, 0.0), (0.1, 0.0, 0.9), (0.1, 0.0, 0.9), (0.3, 0.0, 0.7)]


def read(scores: list[tuple[float, ...]] = SCORES, negated: tuple[float, ...] = (0.0,) * 6) -> Reading:
    """The words of the question with these scores."""
    words, place = [], 0
    for word, its, no in zip(QUESTION.split(), scores, negated, strict=True):
        words.append(Word(Span(place, place + len(word)), its, no))
        place += len(word) + 1
    return Reading(tuple(words), LABELS, {}, {})


def test_words_side_by_side_with_one_label_are_one_mark() -> None:
    marks = read().marks()
    assert [(m.span.of(QUESTION), m.label) for m in marks] == [("Wax Works", "S"), ("easy to learn", "asked")]
    assert [m.score for m in marks] == pytest.approx([0.7, 2.5 / 3])


def test_plain_words_part_marks_and_are_none() -> None:
    scores = [*SCORES[:4], (1.0, 0.0, 0.0), SCORES[5]]
    assert [m.span.of(QUESTION) for m in read(scores).marks()] == ["Wax Works", "easy", "learn"]
    assert read([(1.0, 0.0, 0.0)] * 6).marks() == ()


def test_a_mark_is_negated_where_most_of_it_is() -> None:
    first, second = read(negated=(0.0, 0.9, 0.2, 0.9, 0.0, 0.1)).marks()
    assert (first.negated, second.negated) == (True, False)


def test_of_a_span_the_words_that_it_touches_are_averaged() -> None:
    inside = QUESTION.index("ax W")
    assert read().of(Span(inside, inside + 4), ("S", "O")) == pytest.approx({"S": 0.7, "O": 0.3})
    assert list(read().of(Span(0, 2), ("asked", "O"))) == ["asked", "O"]


def test_a_span_without_words_has_no_label() -> None:
    assert read().of(Span(500, 510), ("S", "O")) == {"S": 0.0, "O": 0.0}
    assert read().of(Span(2, 3), ("S",)) == {"S": 0.0}


def test_the_likeliest_label_is_a_words_own() -> None:
    reading = read()
    assert [reading.label(word) for word in reading.words] == ["O", "S", "S", "asked", "asked", "asked"]


def test_an_empty_question_has_no_marks() -> None:
    assert Reading((), LABELS, {}, {}).marks() == ()


def test_one_word_is_a_mark_of_its_own() -> None:
    reading = Reading((Word(Span(3, 6), (0.0, 1.0, 0.0), 0.6),), LABELS, {}, {})
    assert reading.marks() == (Mark(Span(3, 6), "S", 1.0, negated=True),)
