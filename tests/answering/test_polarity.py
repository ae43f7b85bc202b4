from __future__ import annotations

import pytest

from mlsurvey.answering.polarity import affirmed, denies, free_of, is_more, is_silent, is_turned
from mlsurvey.types import Span


@pytest.mark.parametrize(
    "text",
    [
        "It supports CUDA.",
        "GPU acceleration works out of the box.",
        "It is actively maintained.",
        "A notable notebook knows another note.",
        "It has decision trees.",
        "",
    ],
)
def test_no_word_says_no(text: str) -> None:
    assert not denies(text)


@pytest.mark.parametrize(
    "text",
    [
        "It does not use the GPU.",
        "There is no GPU support yet.",
        "It doesn’t offer any form of GPU acceleration.",
        "It can't train.",
        "GPU training is currently not available.",
        "It works without a GPU.",
        "It is CPU only.",
        "GPU kernels were removed.",
        "Version 2 dropped CUDA.",
        "It LACKS a GPU back-end.",
        "The project was abandoned by its maintainer.",
        "It runs on the CPU instead of the GPU.",
        "It runs on the GPU, but not on Windows.",
    ],
)
def test_a_word_says_no_whatever_it_is_said_of(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize(
    ("question", "stretch"),
    [
        ("Which crates do not support GPUs?", "support GPUs"),
        ("Which crates don't run on a phone?", "run on a phone"),
        ("Which need no server?", "need no server"),
        ("Which aren’t bindings?", "bindings"),
        ("What runs neither here nor in the browser?", "in the browser"),
        ("Which cannot really train?", "train"),
    ],
)
def test_a_question_may_ask_for_the_contrary(question: str, stretch: str) -> None:
    start = question.index(stretch)
    assert is_turned(question, Span(start, start + len(stretch)))


@pytest.mark.parametrize(
    ("question", "stretch"),
    [
        ("Which crates support GPUs?", "support GPUs"),
        ("I do not know: which of them support GPUs?", "support GPUs"),
        ("Which run without a server?", "run without a server"),
        ("Which take notes?", "take notes"),
        ("Which train and do not crash?", "train"),
        ("Which do not only run models?", "run models"),
        ("Which train, not just infer?", "infer"),
    ],
)
def test_a_negation_elsewhere_turns_nothing(question: str, stretch: str) -> None:
    start = question.index(stretch)
    assert not is_turned(question, Span(start, start + len(stretch)))


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("not support GPUs", "support GPUs"),
        ("need no server", "need server"),
        ("rather than", ""),
        ("run on it", "run on it"),
    ],
)
def test_the_affirmative_form_leaves_negations_out(words: str, kept: str) -> None:
    assert affirmed(words) == kept


@pytest.mark.parametrize(
    "text",
    [
        "The documents of Waxworks name no GPU support.",
        "The README of Waxworks does not mention a browser.",
        "Automatic differentiation is not documented.",
        "No document of Waxworks mentions a GPU.",
        "No guide for Waxworks describes training.",
        "Not documented for Waxworks: GPU support, quantisation.",
        "Whether it is maintained cannot be verified.",
    ],
)
def test_a_statement_may_tell_that_documents_are_silent(text: str) -> None:
    assert is_silent(text)


@pytest.mark.parametrize(
    "text", ["Waxworks has no GPU support.", "It names its layers.", "Documents are stored.", "It does not run."]
)
def test_a_denial_is_no_silence(text: str) -> None:
    assert not is_silent(text)


@pytest.mark.parametrize(
    ("question", "stretch", "more"),
    [
        ("It trains, not just infers?", "infers", True),
        ("Is it good not only for trees but for nets?", "good not only for trees", True),
        ("I want more than plain inference.", "inference", True),
        ("Is it not for trees?", "trees", False),
        ("Does it use more than 8 GPUs?", "GPUs", False),
        ("Not only that: does it train?", "train", False),
    ],
)
def test_a_question_may_want_more_than_what_it_names(question: str, stretch: str, more: bool) -> None:
    start = question.index(stretch)
    assert is_more(question, Span(start, start + len(stretch))) is more


def test_a_thing_may_be_asked_to_be_missing_by_a_suffix() -> None:
    span = free_of("a GPU-free build", Span(2, 5))
    assert span and span.of("a GPU-free build") == "GPU-free"
    assert free_of("a GPU build", Span(2, 5)) is None
