from __future__ import annotations

import pytest

from mlsurvey.answering.candidates import Naming, belongs, naming
from mlsurvey.answering.features import NAMES, features
from mlsurvey.answering.plan import PlannedCell
from mlsurvey.types import SentenceKind, Span

from .samples import GAZETTEER, NOBODY, cell, found, passage


def of(text: str, its: PlannedCell | None = None, named: Naming | None = None, **more: object) -> dict[str, float]:
    """The features of one sentence."""
    (candidate,) = found(passage(text, **more))  # type: ignore[arg-type]
    return features(candidate, its or cell(), naming(text, GAZETTEER) if named is None else named)


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
    assert features(together[0], cell(), NOBODY)["run"] == 1.0


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


def test_a_row_belongs_to_the_name_that_it_opens_with() -> None:
    (row,) = found(passage("Emberlite | wrapper | Waxworks on request", kind=SentenceKind.ROW))
    named = naming(row.text, GAZETTEER)
    assert (belongs(row, "ember", named), belongs(row, "wax", named)) == (True, False)
    assert features(row, cell("ember"), named)["row"] == 1.0


def test_every_feature_has_a_value_in_the_order_in_which_they_are_fitted() -> None:
    values = of("Waxworks trains on the GPU by way of CUDA.")
    assert tuple(values) == NAMES
    assert all(0.0 <= value <= 2.0 for value in values.values())


@pytest.mark.parametrize(
    ("text", "strong"),
    [("It is very fast.", 0.0), ("It has a GPU.", 0.7), ("Its GPU code is CUDA, on many GPUs.", 1.0)],
)
def test_a_second_wording_of_the_aspect_adds_less_than_the_first(text: str, strong: float) -> None:
    assert of(text)["strong"] == strong


def test_a_label_or_the_heading_may_say_what_it_is_about() -> None:
    assert of("It runs everywhere.", label="Hardware")["label"] == 1.0
    assert of("It runs everywhere.", label="Licence")["label"] == 0.0


def test_words_count_by_their_rarity() -> None:
    asked = cell("wax", importance={"train": 1.0, "vulkan": 3.0})
    assert of("It can train models.", asked)["terms"] == 0.25
    assert of("It has a Vulkan back-end.", asked)["terms"] == 0.75
    assert of("Training on Vulkan works.", asked)["whole"] == 1.0
    assert of("It has a logo.", asked)["terms"] == of("It has a logo.", asked)["whole"] == 0.0


def test_what_stands_above_a_sentence_counts_as_context() -> None:
    values = of("It runs everywhere.", cell("wax", importance={"waxwork": 1.0}))
    assert (values["terms"], values["context"], values["whole"]) == (0.0, 1.0, 1.0)


def test_other_words_of_the_question_count_by_themselves() -> None:
    asked = cell("wax", importance={"gpu": 1.0}, rest={"linux": 1.0, "window": 1.0})
    assert of("The GPU works on Linux.", asked)["rest"] == 0.5


@pytest.mark.parametrize(
    ("text", "subjects", "said"),
    [
        ("Waxworks is a library for Rust.", ("wax",), {"opens", "named", "defines"}),
        ("Waxworks came out of a thesis.", ("wax",), {"opens", "named"}),
        ("It came out of Waxworks at last.", ("wax",), {"named"}),
        ("Emberlite is like Waxworks.", ("wax",), {"named", "foreign", "others"}),
        ("Emberlite is like Waxworks.", ("ember",), {"named", "foreign", "others", "elsewhere"}),
        ("It has a logo of its own.", ("wax",), set()),
    ],
)
def test_whom_a_sentence_names(text: str, subjects: tuple[str, ...], said: set[str]) -> None:
    values = of(text, subjects=subjects)
    about = {"opens", "named", "defines", "foreign", "elsewhere", "others"}
    assert {name for name in about if values[name]} == said


def test_what_the_side_has_to_do_with_is_no_other_library() -> None:
    asked = cell("wax", objects=("ember", "wick"))
    values = of("Waxworks loads Emberlite models.", asked)
    assert (values["others"], values["object"]) == (0.0, 0.5)


@pytest.mark.parametrize(
    ("text", "compares"),
    [
        ("Waxworks is faster than Emberlite.", 1.0),
        ("Waxworks came after Emberlite.", 0.0),
        ("Waxworks is faster than Wickframe.", 0.0),
        ("Waxworks is faster now.", 0.0),
    ],
)
def test_a_comparison_is_one_with_another_side(text: str, compares: float) -> None:
    assert of(text, cell("wax", sides=("wax", "ember")))["compares"] == compares


def test_what_is_to_be_typed_is_told_from_what_is_so() -> None:
    assert of("wax train --device gpu")["command"] == 1.0
    assert of("Waxworks trains -- on the GPU -- fast.")["command"] == 0.0
    assert of("wax.train(gpu)", kind=SentenceKind.CODE)["code"] == 1.0


@pytest.mark.parametrize(
    ("text", "figure"), [("It has 40 users.", 1.0), ("It has thousands of users.", 1.0), ("It has many users.", 0.0)]
)
def test_a_figure_counts_only_where_a_number_is_asked_for(text: str, figure: float) -> None:
    assert of(text, cell("wax", wants_figure=True))["figure"] == figure
    assert of(text, cell("wax"))["figure"] == 0.0


@pytest.mark.parametrize(
    ("path", "is_history"),
    [("wax/CHANGELOG.md", 1.0), ("wax/docs/release-notes.md", 1.0), ("wax/exchanges.md", 0.0), ("wax/README.md", 0.0)],
)
def test_release_notes_are_known_by_their_file(path: str, is_history: float) -> None:
    assert of("CUDA bindings were added.", path=path)["release_notes"] == is_history


def test_without_a_library_in_the_question_no_sentence_is_of_another() -> None:
    values = of("Emberlite uses the GPU.", cell(None))
    assert (values["foreign"], values["opens"], values["named"]) == (0.0, 0.0, 0.0)
