from __future__ import annotations

import pytest

from mlsurvey.answering.conditions import condition, fact, is_denied, licences, meets
from mlsurvey.parsed import Condition
from mlsurvey.types import Category, Entity, Span

CATEGORIES = (
    Category("deep-learning", "deep learning", ("deep learning", "neural network*")),
    Category("classical", "classical", ("classical", "decision tree*")),
)
WAX = Entity("wax", "Waxworks", language="rust", kind="native", category=("deep-learning",))
BARE = Entity("bare", "Bare")


@pytest.mark.parametrize(
    ("about", "words", "values"),
    [
        ("language", "for Rust or Go", ("rust", "go")),
        ("class", "neural networks", ("deep-learning",)),
        ("kind", "wrappers around C++", ("binding",)),
        ("kind", "pure Rust", ("native",)),
        ("state", "actively maintained", ("active",)),
        ("state", "unmaintained", ("dormant",)),
        ("state", "archived", ("archived",)),
        ("licence", "MIT or Apache", ("MIT", "APACHE")),
        ("licence", "mozilla public licence", ("MPL",)),
        ("licence", "creative  commons", ("CC",)),
        ("licence", "permissive", ("MIT", "Apache", "BSD", "ISC", "Unlicense")),
    ],
)
def test_what_the_words_stand_for(about: str, words: str, values: tuple[str, ...]) -> None:
    assert condition(about, words, False, CATEGORIES) == Condition(about, words, values)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("native, not wrappers", "native"),
        ("native rather than wrappers", "native"),
        ("wrappers, not native", "binding"),
        ("not just wrappers but native", "native"),
        ("bindings instead of native code", "binding"),
        ("no bindings", "native"),
        ("non-native", "binding"),
    ],
)
def test_of_two_kinds_the_one_that_is_wanted_counts(words: str, kind: str) -> None:
    assert condition("kind", words, False, CATEGORIES) == Condition("kind", words, (kind,))


@pytest.mark.parametrize(
    ("words", "stated"),
    [
        ("wrappers", Condition("kind", "wrappers", ("binding",), negated=True)),
        ("no wrappers", Condition("kind", "no wrappers", ("native",))),
        pytest.param(
            "rather than wrappers",
            Condition("kind", "rather than wrappers", ("native",)),
        ),
    ],
)
def test_a_kind_is_denied_once(words: str, stated: Condition) -> None:
    assert condition("kind", words, True, CATEGORIES) == stated


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ("language", "of the future"),
        ("class", "spreadsheets"),
        ("kind", "lightweight"),
        ("state", "popular"),
        ("licence", "a free licence"),
        ("platform", "on Windows"),
    ],
)
def test_words_that_no_fact_is_known_by_are_no_condition(about: str, words: str) -> None:
    assert condition(about, words, False, CATEGORIES) is None


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ("licence", "not GPL"),
        ("licence", "other than MIT"),
        ("language", "except Python"),
        ("state", "isn’t maintained"),
        ("state", "no longer maintained"),
    ],
)
def test_a_condition_may_be_denied_by_its_words(about: str, words: str) -> None:
    stated = condition(about, words, False, CATEGORIES)
    assert stated is not None and stated.negated


def test_a_condition_may_be_denied_by_what_stands_around_it() -> None:
    stated = condition("licence", "GPL", True, CATEGORIES)
    assert stated == Condition("licence", "GPL", ("GPL",), negated=True)


@pytest.mark.parametrize(
    "before",
    [
        "which are no longer ",
        "which are no longer being ",
        "that are not actively ",
        "that haven't been ",
        "that have ceased to be ",
        "that stopped being ",
        "that are not yet ",
        "which are not currently ",
        "that lack a ",
        "rather than ",
        "that are not available ",
        "that are not available under ",
        "that are not licensed under the ",
        "not written in ",
    ],
)
def test_words_without_content_do_not_separate_a_negator_from_its_condition(before: str) -> None:
    assert is_denied(before)


@pytest.mark.parametrize(
    "before",
    [
        "which are ",
        "which are still ",
        "no library that is written in Rust and ",
        "not the largest, but ",
        "I am not fluent in ",
        "that are not archived, ",
        "that are not archived and ",
        "I do not know whether it is ",
        "without CUDA that are actively ",
    ],
)
def test_a_negator_of_something_else_does_not_deny_a_condition(before: str) -> None:
    assert not is_denied(before)


@pytest.mark.parametrize(
    ("words", "field", "values"),
    [
        ("native", "kind", ("native",)),
        ("are wrappers", "kind", ("binding",)),
        ("archived", "state", ("archived",)),
        ("still maintained", "state", ("active",)),
        ("MIT", "licence", ("MIT",)),
    ],
)
def test_words_may_state_nothing_but_a_fact(words: str, field: str, values: tuple[str, ...]) -> None:
    stated = fact(words, negated=False)
    assert stated is not None and (stated.field, stated.values) == (field, values)


@pytest.mark.parametrize("words", ["natively support CUDA", "wrap libtorch", "GPU support", "MIT-licensed weights", ""])
def test_words_that_say_more_than_a_fact_are_asked_of_the_documents(words: str) -> None:
    assert fact(words, negated=False) is None


def test_a_word_of_denial_in_the_name_of_a_class_denies_nothing() -> None:
    stated = condition("class", "neural networks without fuss", False, CATEGORIES)
    assert stated is not None and not stated.negated


@pytest.mark.parametrize(
    ("about", "values", "holds"),
    [
        ("language", ("rust", "go"), True),
        ("language", ("dart",), False),
        ("kind", ("native",), True),
        ("kind", ("binding",), False),
        ("class", ("deep-learning",), True),
        ("class", ("classical",), False),
    ],
)
def test_the_vocabulary_decides_and_denial_turns_it_round(about: str, values: tuple[str, ...], holds: bool) -> None:
    assert meets(WAX, {}, Condition(about, "", values)) is holds
    assert meets(WAX, {}, Condition(about, "", values, negated=True)) is not holds


@pytest.mark.parametrize(
    ("about", "fact", "words", "holds"),
    [
        ("licence", "MIT", "MIT", True),
        ("licence", "MIT OR Apache-2.0", "Apache", True),
        ("licence", "Apache-2.0", "MIT", False),
        ("licence", "LGPL-3.0", "GPL", False),
        ("licence", "LGPL-3.0", "copyleft", True),
        ("licence", "BSD-3-Clause", "permissive", True),
        ("licence", "AGPL-3.0-only", "permissive", False),
        ("licence", "CC0-1.0", "creative commons", True),
        ("licence", "GPL-3.0", "not GPL", False),
        ("state", "active", "maintained", True),
        ("state", "slow", "maintained", True),
        ("state", "dormant", "maintained", False),
        ("state", "dormant", "dead", True),
        ("state", "archived", "dead", True),
        ("state", "dormant", "archived", False),
        ("state", "archived", "archived", True),
        ("state", "archived", "no longer maintained", True),
        ("state", "active", "not abandoned", True),
    ],
)
def test_front_matter_decides(about: str, fact: str, words: str, holds: bool) -> None:
    stated = condition(about, words, False, CATEGORIES)
    assert stated is not None
    assert meets(WAX, {about: fact}, stated) is holds


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize(
    ("known", "facts", "about", "value"),
    [
        (BARE, {}, "class", "deep-learning"),
        (BARE, {}, "kind", "native"),
        (Entity("half", "Half", kind="mixed"), {}, "kind", "native"),
        (WAX, {}, "licence", "MIT"),
        (WAX, {"licence": "NOASSERTION"}, "licence", "MIT"),
        (WAX, {"state": "unknown"}, "state", "active"),
    ],
)
def test_what_is_not_known_is_neither_met_nor_failed(
    known: Entity, facts: dict[str, str], about: str, value: str, negated: bool
) -> None:
    assert meets(known, facts, Condition(about, "", (value,), negated)) is None


@pytest.mark.parametrize(
    ("words", "stated"),
    [
        ("MIT or Apache", [(("MIT", "APACHE"), False)]),
        ("MIT but not Apache", [(("MIT",), False), (("APACHE",), True)]),
        ("not MIT or Apache", [(("MIT", "APACHE"), True)]),
        ("neither GPL nor LGPL", [(("GPL", "LGPL"), True)]),
        ("BSD instead of MIT", [(("BSD",), False), (("MIT",), True)]),
        ("MIT, BSD or ISC rather than the GPL", [(("MIT", "BSD", "ISC"), False), (("GPL",), True)]),
        ("anything other than MIT", [(("MIT",), True)]),
        ("a licence", []),
    ],
)
def test_licences_that_are_wanted_stand_apart_from_those_that_are_not(
    words: str, stated: list[tuple[tuple[str, ...], bool]]
) -> None:
    found = licences(words, Span(0, len(words)), negated=False)
    assert [(c.values, c.negated) for c in found] == stated
