from __future__ import annotations

import pytest

from mlsurvey.answering.candidates import Candidate, Naming, belongs, candidates, denies_naming, naming
from mlsurvey.answering.evidence import Cell, choose, features, naming_part, of_expected_type, score, speaks_of_part
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.types import Aspect, Entity, Hit, Passage, Sentence, SentenceKind, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer

GAZETTEER = Gazetteer([Entity("wax", "Waxworks"), Entity("ember", "Emberlite")])
GPU = Aspect("gpu", "GPU", strong=("gpu*", "cuda"), weak=("device*",), labels=("hardware",), narrow=("amd", "nvidia"))
NOBODY = Naming(frozenset(), frozenset())
BESIDE = "Wickframe reaches AMD cards, while Waxworks names CUDA."


def passage(*texts: str, path: str = "a.md", subjects: tuple[str, ...] = ("wax",), **more: object) -> Passage:
    """A passage with one sentence a text, each on a line of its own."""
    sentences, place = [], 0
    for text in texts:
        sentences.append(Sentence(Span(place, place + len(text)), text, **more))  # type: ignore[arg-type]
        place += len(text) + 1
    return Passage(path, 0, Span(0, place), 1, len(texts), ("Waxworks",), subjects, tuple(sentences))


def found(*passages: Passage) -> list[Candidate]:
    return list(candidates(Hit(i, p, 1.0, {"keyword": 1}, {"keyword": 1.0}) for i, p in enumerate(passages)))


def cell(entity: str = "wax", *wording: str, **importance: float) -> Cell:
    return Cell(entity, AskedAspect(GPU, wording), "query", importance)


def test_each_sentence_may_be_quoted_alone() -> None:
    assert [c.text for c in found(passage("Waxworks is fast.", "Waxworks is small."))] == [
        "Waxworks is fast.",
        "Waxworks is small.",
    ]


def test_short_bullets_are_quoted_together_with_the_line_before_them() -> None:
    texts = ("Supported back-ends of this library:", "CUDA on Linux and Windows", "Metal on recent machines")
    together = [c for c in found(passage(*texts, kind=SentenceKind.BULLET)) if len(c.sentences) > 1]
    assert [c.text for c in together] == [" ".join(texts)]
    assert together[0].span == Span(0, sum(map(len, texts)) + 2)


def test_one_place_is_offered_once() -> None:
    twice = passage("Waxworks uses the GPU.")
    assert len(found(twice, twice)) == 1


@pytest.mark.parametrize(
    ("text", "subjects", "may"),
    [
        ("It uses the GPU.", ("wax",), True),
        ("Waxworks uses the GPU.", (), True),
        ("It uses the GPU.", (), False),
        ("Emberlite uses the GPU.", ("wax",), False),
        ("It uses the GPU.", ("wax", "ember"), False),
        ("Unlike Emberlite, Waxworks uses the GPU.", ("ember",), True),
    ],
)
def test_whom_a_sentence_may_be_put_under(text: str, subjects: tuple[str, ...], may: bool) -> None:
    (candidate,) = found(passage(text, subjects=subjects))
    assert belongs(candidate, "wax", naming(text, GAZETTEER)) is may


def test_words_of_the_aspect_raise_the_score() -> None:
    good, bad = found(passage("Waxworks trains on the GPU.", "Waxworks has a logo of its own."))
    assert score(good, cell(), NOBODY).score > score(bad, cell(), NOBODY).score


def test_a_score_is_a_probability_made_of_its_features() -> None:
    (candidate,) = found(passage("Waxworks trains on the GPU by way of CUDA."))
    scored = score(candidate, cell(), NOBODY)
    assert 0.0 < scored.score < 1.0
    assert scored.features == features(candidate, cell(), NOBODY)
    assert all(0.0 <= value <= 2.0 for value in scored.features.values())


def test_near_duplicates_are_chosen_once() -> None:
    same = "Waxworks trains models on the GPU"
    pool = found(
        passage(f"{same}.", path="a.md"), passage(f"{same} too.", path="b.md"), passage("CUDA is needed here.")
    )
    chosen = choose([score(c, cell(), NOBODY) for c in pool], 3)
    assert len(chosen) == 2


def test_what_was_told_is_not_told_again() -> None:
    pool = [score(c, cell(), NOBODY) for c in found(passage("Waxworks trains on the GPU.", "Waxworks needs CUDA 12."))]
    first = choose(pool, 1)
    assert choose(pool, 1, taken=first)[0] is not first[0]


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("Waxworks runs on AMD cards.", True),
        ("Waxworks runs on CUDA.", False),
        ("Waxworks only runs on NVIDIA cards.", True),
    ],
)
def test_a_question_for_a_part_wants_that_part(text: str, speaks: bool) -> None:
    wanted = Cell("wax", AskedAspect(GPU, ("AMD",), part=("AMD",)), "query", {})
    assert speaks_of_part([score(c, wanted, NOBODY) for c in found(passage(text))], wanted) is speaks


def test_what_is_said_of_another_library_names_no_part_of_this_one() -> None:
    wanted = Cell("wax", AskedAspect(GPU, ("AMD",), part=("AMD",)), "query", {})
    pool = [score(c, wanted, Naming(frozenset({"wax", "wick"}), frozenset({"wick"}))) for c in found(passage(BESIDE))]
    assert naming_part(pool, wanted) == []


def test_a_definition_answers_what_a_thing_is() -> None:
    what_it_is = Cell("wax", AskedAspect(Aspect("purpose", "What it is"), ()), "query", {})
    opening = Naming(frozenset({"wax"}), frozenset({"wax"}))
    scores = [
        score(c, what_it_is, opening).score
        for c in found(passage("Waxworks is a framework for Rust.", "Waxworks came out of a thesis on Rust."))
    ]
    assert scores[0] > 2 * scores[1]


def test_what_is_to_be_typed_counts_less_than_what_is_so() -> None:
    gpu = cell("wax", "gpu", gpu=1.0)
    plain, command = (
        score(c, gpu, NOBODY).score for c in found(passage("wax trains on the GPU.", "wax train --device gpu"))
    )
    assert command < plain


@pytest.mark.parametrize(
    ("text", "denies"),
    [
        ("Waxworks does not mention Emberlite.", True),
        ("Waxworks loads Emberlite models, not others.", False),
        ("Waxworks loads nothing.", False),
    ],
)
def test_an_object_may_be_named_to_be_denied(text: str, denies: bool) -> None:
    assert denies_naming(text, ("ember",), GAZETTEER) is denies


def test_a_question_for_a_number_wants_one() -> None:
    pool = [score(c, cell(), NOBODY) for c in found(passage("Waxworks has many users.", "Waxworks has 40 users."))]
    assert [s.candidate.text for s in of_expected_type(pool, "How many users?")] == ["Waxworks has 40 users."]
    assert of_expected_type(pool, "Who are the users?") == pool


def test_a_row_belongs_to_the_name_that_it_opens_with() -> None:
    (row,) = found(passage("Emberlite | wrapper | Waxworks on request", kind=SentenceKind.ROW))
    named = naming(row.text, GAZETTEER)
    assert (belongs(row, "ember", named), belongs(row, "wax", named)) == (True, False)
