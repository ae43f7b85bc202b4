from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from mlsurvey.answering.asked import Recogniser
from mlsurvey.answering.parse import Parser, asked_stretches
from mlsurvey.answering.understood import Understood
from mlsurvey.learned.reading import Reading
from mlsurvey.parsed import Condition
from mlsurvey.types import Aspect, Category, Entity, Kind, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer

from .samples import marked, reading

GAZETTEER = Gazetteer(
    [
        Entity("burn", "Burn", ("burn-rs",), "rust", plain_words=("burn",)),
        Entity("candle", "Candle", (), "rust", plain_words=("candle",)),
        Entity("tch-rs", "tch-rs", ("tch",), "rust"),
        Entity("linfa", "Linfa", (), "rust"),
        Entity("pytorch", "PyTorch", ("libtorch",), "python"),
        Entity("scikit-learn", "scikit-learn", ("sklearn",), "python"),
        Entity("onnx-go", "ONNX Go", ("onnxruntime",), "go"),
        Entity("onnx-rust", "ONNX Rust", ("onnxruntime",), "rust"),
    ]
)
ASPECTS = (
    Aspect("gpu", "GPU support", question=("gpu*", "cuda")),
    Aspect("ease-of-use", "Ease of use", question=("easy", "learning curve")),
    Aspect("maintenance", "Maintenance", question=("maintain*",)),
    Aspect("licence", "Licence", question=("licen*",)),
)
CATEGORIES = (Category("deep-learning", "deep learning", ("deep learning", "neural network*")),)
IN_DOCUMENTS = frozenset(["fast", "handle", "the", "default", "rate", "of", "model", "serving", "zero", "copy"])
LIST, ADVICE = {"list": 0.7, "lookup": 0.3}, {"recommend": 0.7, "lookup": 0.3}


class Canned:
    """A reader that returns the same reading for every question."""

    def __init__(self, said: Reading) -> None:
        self.said = said

    def read(self, question: str) -> Reading:
        return self.said


def parse(
    text: str, kinds: dict[str, float] | None = None, flags: dict[str, float] | None = None, *, in_field: bool = True
) -> Understood:
    """The understanding of a question that is read as marked."""

    def embed(texts: Sequence[str]) -> np.ndarray:
        return np.zeros((len(texts), 2), dtype=np.float32)

    parser = Parser(
        GAZETTEER,
        Canned(reading(text, kinds, flags)),
        Recogniser(ASPECTS, embed),
        frequency=lambda word: int(word.casefold() in IN_DOCUMENTS),
        categories=CATEGORIES,
        in_field=in_field,
    )
    return parser(marked(text)[0])


def aspects(understood: Understood) -> list[str]:
    return [a.aspect.slug for a in understood.aspects]


def test_two_sides_make_a_comparison_whatever_else_the_network_says() -> None:
    understood = parse("[S Candle] vs [S Burn] on the [asked GPU]", LIST)
    assert (understood.kind, understood.entities) == (Kind.COMPARE, ("candle", "burn"))
    assert aspects(understood) == ["gpu"]


def test_a_side_that_is_named_twice_is_one() -> None:
    understood = parse("[S Linfa]: is [S linfa] [asked easy]?")
    assert (understood.kind, understood.entities) == (Kind.LOOKUP, ("linfa",))


def test_each_name_has_the_role_that_its_words_have() -> None:
    understood = parse("I know [K sklearn]: does [S tch-rs] wrap [R+ libtorch] on the [asked GPU]?")
    assert understood.entities == ("tch-rs",)
    assert understood.objects == ("pytorch",)
    assert understood.known == ("scikit-learn",)


@pytest.mark.parametrize(("label", "kinds"), [("R+", LIST), ("R~", ADVICE), ("S", {"list": 0.9})])
def test_the_names_of_a_question_about_a_class_are_no_sides(label: str, kinds: dict[str, float]) -> None:
    understood = parse(f"[language Rust] libraries that load [{label} PyTorch] models", kinds)
    assert understood.kind.value in kinds and understood.kind is not Kind.LOOKUP
    assert (understood.entities, understood.objects) == ((), ("pytorch",))


def test_where_no_name_is_a_side_the_likeliest_becomes_one() -> None:
    understood = parse("loading [R+ PyTorch] models with [K|S Linfa]")
    assert (understood.entities, understood.objects, understood.known) == (("linfa",), ("pytorch",), ())


def test_a_name_of_which_the_network_says_nothing_still_is_one() -> None:
    assert parse("What is Linfa?").entities == ("linfa",)


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("does training burn the [asked GPU]", ()),
        ("does [W burn] harm the [asked GPU]", ()),
        ("does [S burn] use the [asked GPU]", ("burn",)),
        ("does burn-rs use the [asked GPU]", ("burn",)),
    ],
)
def test_an_ordinary_word_is_a_name_only_where_it_is_read_as_one(text: str, entities: tuple[str, ...]) -> None:
    assert parse(text).entities == entities


def test_a_language_settles_a_name_that_libraries_share() -> None:
    assert parse("is [S onnxruntime] for [language Rust] [asked easy]").entities == ("onnx-rust",)
    assert parse("is [S onnxruntime] for [language Go] [asked easy]").entities == ("onnx-go",)


@pytest.mark.parametrize(
    ("text", "kinds", "kind"),
    [
        ("which [language Rust] ones use the [asked GPU]", {"list": 0.5, "lookup": 0.4}, Kind.LIST),
        ("what to use for the [asked GPU]", {"recommend": 0.5, "lookup": 0.4}, Kind.RECOMMEND),
        ("which [language Rust] ones use the [asked GPU]", {"compare": 0.6, "list": 0.4}, Kind.LIST),
        ("does [S Linfa] use the [asked GPU]", {"list": 0.6, "lookup": 0.4}, Kind.LOOKUP),
        ("what is like [S Linfa] but uses the [asked GPU]", {"recommend": 0.9}, Kind.RECOMMEND),
        ("which are like [S Zumbo] on the [asked GPU]", {"list": 0.9}, Kind.LOOKUP),
    ],
    ids=["list", "advice", "no sides", "one side", "surely advice", "of an unknown library"],
)
def test_the_network_says_what_is_wanted_within_what_the_names_allow(
    text: str, kinds: dict[str, float], kind: Kind
) -> None:
    assert parse(text, kinds).kind is kind


@pytest.mark.parametrize("name", ["Zephyr.NET", "rusty-engine", "zumbo"])
def test_an_unknown_library_is_named(name: str) -> None:
    understood = parse(f"is [S {name}] [asked easy]?")
    assert (understood.unknown, understood.entities) == ((name,), ())


def test_an_unknown_library_that_is_named_twice_is_one() -> None:
    understood = parse("is [S zumbo] [asked easy]? does [S zumbo] use the [asked GPU]?")
    assert (understood.kind, understood.unknown) == (Kind.LOOKUP, ("zumbo",))


def test_beside_an_unknown_side_no_other_name_becomes_one() -> None:
    understood = parse("does [S zumbo] [asked load] [R+ PyTorch] models?")
    assert (understood.unknown, understood.entities, understood.objects) == (("zumbo",), (), ("pytorch",))


def test_an_unknown_side_is_compared_too() -> None:
    understood = parse("[S Linfa] or [S zumbo]: which is [asked easy]?")
    assert (understood.kind, understood.entities, understood.unknown) == (Kind.COMPARE, ("linfa",), ("zumbo",))


@pytest.mark.parametrize("text", ["is [S the model] [asked easy]?", "is [K zumbo] [asked easy]?", "is zumbo easy?"])
def test_what_documents_speak_of_or_nobody_asks_about_is_no_unknown_library(text: str) -> None:
    assert parse(text).unknown == ()


@pytest.mark.parametrize(
    ("typed", "slug"), [("Candel", "candle"), ("linfaa", "linfa"), ("scikit-lern", "scikit-learn")]
)
def test_a_typing_error_is_corrected_and_told(typed: str, slug: str) -> None:
    understood = parse(f"is [S {typed}] [asked fast]")
    assert (understood.entities, understood.unknown) == ((slug,), ())
    assert [(c.typed, c.slug) for c in understood.corrections] == [(typed, slug)]


def test_an_ordinary_word_that_is_nearly_a_name_is_none() -> None:
    understood = parse("is [S Linfa] [asked easy] with [W candles]")
    assert (understood.objects, understood.corrections) == ((), ())


def test_a_word_of_the_documents_is_not_corrected() -> None:
    understood = parse("can it [asked handle the default rate]")
    assert (understood.entities, understood.corrections) == ((), ())


def test_each_stretch_is_a_matter_of_its_own() -> None:
    understood = parse("[S Linfa]: [asked GPU support], [asked learning curve] and who [asked maintains] it")
    assert aspects(understood) == ["gpu", "ease-of-use", "maintenance"]
    assert [a.wording for a in understood.aspects] == [("GPU support",), ("learning curve",), ("maintains",)]


def test_a_matter_goes_on_behind_a_name() -> None:
    understood = parse("[asked does] [S Linfa] [asked use CUDA]")
    assert [(a.aspect.slug, a.wording) for a in understood.aspects] == [("gpu", ("does Linfa use CUDA",))]


def test_stretches_that_ask_for_the_same_are_one_matter() -> None:
    understood = parse("[S Linfa]: [asked GPU], [asked easy] start, [asked CUDA]")
    assert [(a.aspect.slug, a.wording) for a in understood.aspects] == [
        ("gpu", ("GPU", "CUDA")),
        ("ease-of-use", ("easy",)),
    ]


def test_words_outside_the_lexicon_are_a_matter_of_their_own() -> None:
    (asked,) = parse("what is the [asked default rate] of [S Linfa]").aspects
    assert (asked.known, asked.aspect.slug, asked.words) == (False, "default-rate", "default rate")


@pytest.mark.parametrize("text", ["default rate of [S Linfa]", "[S Linfa] vs [S tch-rs] by default rate"])
def test_the_whole_question_is_asked_where_no_stretch_of_it_is_sure(text: str) -> None:
    (asked,) = parse(text).aspects
    assert (asked.known, asked.words) == (False, marked(text)[0])


@pytest.mark.parametrize("text", ["What is [S Linfa]?", "[S Linfa] vs [S tch-rs]", "compare [S Linfa], [S tch-rs]"])
def test_nothing_is_asked_by_names_alone_nor_by_a_bare_comparison(text: str) -> None:
    assert parse(text).aspects == ()


def test_conditions_that_facts_decide_are_kept_with_their_words() -> None:
    understood = parse(
        "[kind native] [language Rust] [class deep learning libraries] [!licence under GPL] for the [asked GPU]", LIST
    )
    assert understood.conditions == (
        Condition("kind", "native", ("native",)),
        Condition("language", "Rust", ("rust",)),
        Condition("class", "deep learning libraries", ("deep-learning",)),
        Condition("licence", "under GPL", ("GPL",), negated=True),
    )
    assert (understood.languages, understood.categories) == (("rust",), ("deep-learning",))
    assert aspects(understood) == ["gpu"]


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("which Rust crates use the [asked GPU]", ("rust",)),
        ("which .NET libraries use the [asked GPU] from Python", ("dotnet",)),
        ("which Rust libraries need no Python for the [asked GPU]", ("rust",)),
        ("which Rust libraries call Python on the [asked GPU]", ("rust",)),
        ("which Python libraries use the [asked GPU]", ("python",)),
        ("which [language Go] libraries have a Rust core on the [asked GPU]", ("go",)),
        ("which libraries are like [R~ ONNX Go] on the [asked GPU]", ()),
        ("which non-Python libraries use the [asked GPU]", ()),
    ],
)
def test_a_set_is_of_the_languages_that_it_names_marked_or_not(text: str, languages: tuple[str, ...]) -> None:
    assert parse(text, {"list": 0.9}).languages == languages


def test_a_language_that_is_not_marked_is_no_condition_on_one_library() -> None:
    assert parse("does [S Linfa] train faster than Rust or Go on the [asked GPU]").conditions == ()


def test_a_condition_that_no_fact_decides_is_asked_of_the_documents() -> None:
    understood = parse("which [language Rust] libraries do [asked zero copy] [other model serving]", LIST)
    assert [c.field for c in understood.conditions] == ["language"]
    assert [a.words for a in understood.aspects] == ["zero copy; model serving"]


def test_a_list_wants_each_known_matter_and_takes_other_words_for_a_piece_of_the_one_beside_them() -> None:
    understood = parse("which libraries [asked use the GPU], [asked even partly], and have an [asked easy API]?", LIST)
    assert [(a.aspect.slug, a.wording) for a in understood.aspects] == [
        ("gpu", ("use the GPU", "even partly")),
        ("ease-of-use", ("easy API",)),
    ]


def test_languages_of_a_set_are_alternatives() -> None:
    understood = parse("which [language Go], [language Dart] and [language Rust] libraries use the [asked GPU]", LIST)
    assert understood.languages == ("go", "dart", "rust")
    assert len(understood.conditions) == 1


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("which [language Rust] or Go libraries use the [asked GPU]", {"rust", "go"}),
        ("which libraries in Go, Dart and [language Rust] use the [asked GPU]", {"go", "dart", "rust"}),
        ("which [language Rust]/Go/C# libraries use the [asked GPU]", {"rust", "go", "dotnet"}),
        ("which [language Rust] libraries, if I go with the [asked GPU]", {"rust"}),
    ],
)
def test_languages_in_a_row_with_a_marked_one_are_asked_for_too(text: str, languages: set[str]) -> None:
    assert set(parse(text, LIST).languages) == languages


def test_such_a_condition_asks_nothing_of_one_library() -> None:
    assert aspects(parse("does [S Linfa] use the [asked GPU] for [other model serving]")) == ["gpu"]


def test_conditions_alone_are_enough_for_a_list() -> None:
    understood = parse("[kind native] [language Rust] libraries", LIST)
    assert (understood.kind, understood.aspects) == (Kind.LIST, ())


def test_likely_flags_are_kept() -> None:
    assert parse("is [S Linfa] [asked easy]?", flags={"yesno": 0.9, "count": 0.2, "not": 0.5}).flags == ("yesno", "not")


def test_a_question_in_another_language_keeps_its_names_and_the_words_that_are_known() -> None:
    understood = parse("Welche ist [asked mit der GPU] und [asked mit dem Rest] besser, [S Linfa] oder [S tch-rs]?")
    assert understood.tongue == "German"
    assert (understood.entities, aspects(understood)) == (("linfa", "tch-rs"), ["gpu"])


@pytest.mark.parametrize(
    ("text", "is_worded"), [("is [S Linfa] [asked easy]?", True), ("default rate of [S Linfa]", False)]
)
def test_whether_the_matter_was_read_is_told(text: str, is_worded: bool) -> None:
    assert parse(text).is_worded is is_worded


@pytest.mark.parametrize("question", ["", "   ", "???", "\x1b[31m", "🔥" * 50, "a" * 5000])
def test_any_text_is_a_question(question: str) -> None:
    understood = parse(question)
    assert (understood.question, understood.entities, understood.kind) == (question, (), Kind.LOOKUP)


@pytest.mark.parametrize(
    ("between", "count"),
    [(", ", 2), (" and ", 2), (" vs. ", 2), ("? ", 2), (" & ", 2), (" Linfa ", 1), (" v1.2 ", 1), (" sandy ", 1)],
)
def test_stretches_are_joined_unless_a_mark_or_a_conjunction_parts_them(between: str, count: int) -> None:
    first, second = "speed", "size"
    question = f"{first}{between}{second}"
    spans = [Span(len(question) - len(second), len(question)), Span(0, len(first))]
    joined = asked_stretches(question, spans)
    assert [s.of(question) for s in joined] == ([first, second] if count == 2 else [question])


def test_the_members_of_a_set_may_be_those_that_lack_it() -> None:
    understood = parse("[language Rust] libraries that do [asked not support GPUs]", LIST)
    (asked,) = understood.aspects
    assert (asked.aspect.slug, asked.words, asked.negated) == ("gpu", "not support GPUs", True)


def test_a_question_about_one_library_turns_nothing_round() -> None:
    (asked,) = parse("Does [S Burn] [asked not support GPUs]?").aspects
    assert not asked.negated


def test_words_that_deny_alone_ask_for_nothing() -> None:
    understood = parse("[language Rust] libraries that are [kind native] [asked rather than] [kind wrappers]", LIST)
    assert understood.aspects == ()
    assert [(c.values, c.negated) for c in understood.conditions if c.field == "kind"] == [
        (("native",), False),
        (("binding",), True),
    ]


def test_a_word_before_an_apostrophe_is_whole() -> None:
    (asked,) = parse("[language Rust] libraries that don'[asked t use the GPU]", LIST).aspects
    assert (asked.words, asked.negated) == ("don't use the GPU", True)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Does [S ONNX] [asked Go have captions]?", "have captions"),
        ("Are there [asked captions for ONNX] [S Go]?", "captions for"),
    ],
)
def test_what_is_asked_holds_no_piece_of_a_name(text: str, asked: str) -> None:
    understood = parse(text)
    assert (understood.entities, understood.aspects[0].words) == (("onnx-go",), asked)


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("[language Rust] libraries that somebody [asked maintains]", False),
        ("[language Rust] libraries that nobody [asked maintains any more]", True),
        ("[language Rust] libraries that [asked nobody maintains]", True),
    ],
)
def test_a_set_that_asks_for_upkeep_in_any_words_is_decided_by_the_state(text: str, negated: bool) -> None:
    understood = parse(text, LIST)
    assert understood.aspects == ()
    assert [(c.values, c.negated) for c in understood.conditions if c.field == "state"] == [(("active",), negated)]


def test_words_that_lead_to_a_fact_are_part_of_it() -> None:
    understood = parse("[language Rust] crates that are [asked not available under] [licence MIT]", LIST)
    assert understood.aspects == ()
    assert [(c.values, c.negated) for c in understood.conditions if c.field == "licence"] == [(("MIT",), True)]
