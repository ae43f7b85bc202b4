from __future__ import annotations

import pytest

from mlsurvey.types import Kind

from .test_parse import LIST, aspects, parse


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("[language Rust] crates that [asked are easy and use the GPU]", ["ease-of-use", "gpu"]),
        ("[language Rust] crates that [asked are easy, use the GPU]", ["ease-of-use", "gpu"]),
        ("[language Rust] crates that [asked are easy as well as fast]", ["ease-of-use"]),
        ("[language Rust] crates that [asked run on the GPU and with CUDA]", ["gpu"]),
        ("[language Rust] crates that [asked serve zero copy and handle the rate]", ["serve-zero-copy-handle"]),
    ],
    ids=["and", "comma", "one known", "the same twice", "none known"],
)
def test_a_stretch_asks_for_each_matter_that_it_names(text: str, slugs: list[str]) -> None:
    assert aspects(parse(text, LIST)) == slugs


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("[language Rust] crates without [asked GPU support]", "without GPU support"),
        ("crates without any [asked native code]", "without any native code"),
        ("crates lacking a [asked stable API]", "lacking a stable API"),
        ("which crates lack [asked documentation]", "lack documentation"),
        ("crates with [asked GPU support]", "GPU support"),
    ],
)
def test_what_is_to_be_missing_is_read_with_the_word_that_says_so(text: str, wording: str) -> None:
    (asked,) = parse(text, LIST).aspects
    assert asked.wording == (wording,)


def test_a_negation_in_one_part_of_a_stretch_turns_that_part_only() -> None:
    understood = parse("[language Rust] crates that [asked are easy but need no CUDA]", LIST)
    assert [(a.aspect.slug, a.negated) for a in understood.aspects] == [("ease-of-use", False), ("gpu", True)]


@pytest.mark.parametrize(
    "text",
    [
        "is [S Linfa] [asked easy and not only fast on the GPU]",
        "is [S Linfa] [asked easy], not just [asked on the GPU]",
        "more than just [asked the GPU], is [S Linfa] [asked easy]",
    ],
)
def test_what_a_question_wants_more_than_is_not_asked_for(text: str) -> None:
    assert aspects(parse(text)) == ["ease-of-use"]


def test_what_alone_is_asked_for_is_kept_whatever_stands_before_it() -> None:
    assert aspects(parse("does [S Linfa] use [asked not only the GPU]")) == ["gpu"]


@pytest.mark.parametrize("text", ["is [S Linfa] [asked easy], [asked hype]", "[asked hype]: is [S Linfa] [asked easy]"])
def test_a_few_words_that_name_no_matter_join_the_one_beside_them(text: str) -> None:
    (asked,) = parse(text).aspects
    assert (asked.aspect.slug, set(asked.wording)) == ("ease-of-use", {"easy", "hype"})


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("is [S Linfa] [asked easy] and [asked serving models]", ["ease-of-use", "serving-models"]),
        ("is [S Linfa] [asked easy], and [asked serving models]", ["ease-of-use", "serving-models"]),
        ("is [S Linfa] [asked easy and fast]", ["ease-of-use"]),
        ("is [S Linfa] [asked easy]. [asked serving models]", ["ease-of-use"]),
    ],
)
def test_what_an_and_joins_is_asked_for_too(text: str, slugs: list[str]) -> None:
    assert aspects(parse(text)) == slugs


def test_many_words_that_name_no_matter_are_one_of_their_own() -> None:
    understood = parse("is [S Linfa] [asked easy], [asked serving models behind the default rate]")
    assert aspects(understood) == ["ease-of-use", "serving-models-behind-default"]


def test_a_verb_takes_the_name_behind_it_along() -> None:
    (asked,) = parse("[language Rust] crates that [asked load] [R+ PyTorch]", LIST).aspects
    assert asked.words == "load PyTorch"


def test_a_name_asks_for_nothing_where_other_words_do() -> None:
    parser_aspects = aspects(parse("does [S Linfa] [asked maintain] [R+ CUDA Go]"))
    assert parser_aspects == ["maintenance"]


@pytest.mark.parametrize(("side", "kind"), [("[S|K scikit-learn]", Kind.COMPARE), ("[K|S scikit-learn]", Kind.LOOKUP)])
def test_a_name_that_hardly_is_a_side_makes_no_comparison(side: str, kind: Kind) -> None:
    assert parse(f"load {side} models with [S Linfa]", {"lookup": 0.9}).kind is kind


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("[R+ copyleft] [language Rust] crates", [("licence", False)]),
        ("[language Rust] crates rather than [R+ copyleft] ones", [("licence", True)]),
        ("[language Rust] crates under [licence MIT but not Apache]", [("licence", False), ("licence", True)]),
    ],
)
def test_words_of_licences_are_no_unknown_libraries(text: str, stated: list[tuple[str, bool]]) -> None:
    understood = parse(text, LIST)
    assert understood.unknown == ()
    assert [(c.field, c.negated) for c in understood.conditions if c.field == "licence"] == stated


def test_a_language_that_members_are_free_of_is_not_theirs() -> None:
    understood = parse("[language Python]-free libraries on the [asked GPU]", LIST)
    assert understood.languages == ()
    assert "Python-free" in understood.aspects[0].wording


@pytest.mark.parametrize("text", ["[asked licensed]", "[asked a licence]"])
def test_what_a_condition_decides_is_not_asked_once_more(text: str) -> None:
    understood = parse(f"[licence MIT] [language Rust] crates, {text}, on the [asked GPU]", LIST)
    assert "licence" not in aspects(understood)


def test_the_one_word_of_a_comparison_is_its_matter() -> None:
    assert aspects(parse("[S Linfa] or [S Burn]: CUDA?")) == ["gpu"]


def test_what_stands_like_a_library_and_is_a_word_of_the_documents_is_asked_for() -> None:
    understood = parse("[S Burn] vs [S Candle]: [S serving] and [asked GPU]")
    assert (understood.entities, understood.unknown) == (("burn", "candle"), ())
    assert [a.words for a in understood.aspects] == ["serving", "GPU"]


def test_a_thing_that_is_no_library_belongs_to_what_is_asked() -> None:
    understood = parse("[language Rust] libraries that [asked handle] [R+ zero copy]", LIST)
    assert [a.words for a in understood.aspects] == ["handle zero copy"]
