from __future__ import annotations

import pytest

from mlsurvey.answering.question import Understood, understand
from mlsurvey.types import Aspect, Entity, Kind
from mlsurvey.vocabulary.gazetteer import Gazetteer

GAZETTEER = Gazetteer(
    [
        Entity("burn", "Burn", ("burn-rs",), "rust", plain_words=("burn",)),
        Entity("candle", "Candle", (), "rust", plain_words=("candle",)),
        Entity("tch-rs", "tch-rs", ("tch",), "rust"),
        Entity("linfa", "Linfa", (), "rust"),
        Entity("pytorch", "PyTorch", ("libtorch",), "python"),
        Entity("scikit-learn", "scikit-learn", ("sklearn",), "python"),
        Entity("ml-net", "ML.NET", (), "dotnet"),
        Entity("brain-js", "Brain.js", (), "javascript"),
    ]
)
ASPECTS = (
    Aspect("gpu", "GPU support", question=("gpu*", "cuda")),
    Aspect("ease-of-use", "Ease of use", question=("easy", "learn", "learning curve", "beginner*")),
    Aspect("native-or-wrapper", "Native or wrapper", question=("native*", "wrapper*", "bind", "binding*")),
    Aspect("maintenance", "Maintenance", question=("maintain*",)),
    Aspect("scikit-learn", "Likeness to scikit-learn", question=("scikit-learn", "sklearn", "like sklearn")),
)
IN_DOCUMENTS = frozenset(["handle", "rust", "fast", "default", "rate", "training"])


def read(question: str) -> Understood:
    return understand(question, GAZETTEER, ASPECTS, frequency=lambda word: int(word.casefold() in IN_DOCUMENTS))


def aspects(question: str) -> list[str]:
    return [a.aspect.slug for a in read(question).aspects]


@pytest.mark.parametrize(
    "question",
    [
        "Burn vs Candle on the GPU",
        "burn or candle for gpus?",
        "How do Burn and Candle differ in GPU support?",
        "Could you please tell me how burn-rs compares with candle when it comes to CUDA?",
    ],
)
def test_two_named_libraries_make_a_comparison(question: str) -> None:
    understood = read(question)
    assert (understood.kind, understood.entities) == (Kind.COMPARE, ("burn", "candle"))
    assert aspects(question) == ["gpu"]


def test_sides_keep_the_order_of_the_question() -> None:
    assert read("tch, candle, burn: learning curve").entities == ("tch-rs", "candle", "burn")


def test_what_the_sides_wrap_is_no_side() -> None:
    understood = read("are burn and tch-rs native or wrappers around libtorch")
    assert understood.entities == ("burn", "tch-rs")
    assert understood.objects == ("pytorch",)


def test_what_the_sides_resemble_is_an_aspect() -> None:
    understood = read("Does linfa or burn feel more like sklearn?")
    assert understood.entities == ("linfa", "burn")
    assert "scikit-learn" in aspects("Does linfa or burn feel more like sklearn?")


@pytest.mark.parametrize(
    "question",
    [
        "Which Rust libraries are native?",
        "list the .NET libraries that use the GPU",
        "native Rust frameworks",
        "What Go packages are maintained?",
    ],
)
def test_a_plural_class_asks_for_a_list(question: str) -> None:
    assert read(question).kind is Kind.LIST


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Which Go packages are maintained?", "go"),
        ("Which crates are native?", "rust"),
        ("which .NET libraries use the gpu", "dotnet"),
        ("Which C# libraries?", "dotnet"),
        ("pure JS frameworks", "javascript"),
        ("libraries for Flutter", "dart"),
    ],
)
def test_languages_are_recognised(question: str, language: str) -> None:
    assert read(question).languages == (language,)


def test_the_verb_go_is_no_language() -> None:
    assert read("How do I go about training with Brain.js?").languages == ()


def test_a_need_without_a_name_asks_for_a_recommendation() -> None:
    understood = read("What should I use to train on the GPU from C#?")
    assert understood.kind is Kind.RECOMMEND
    assert understood.languages == ("dotnet",)


@pytest.mark.parametrize(
    ("typed", "slug"), [("Candel", "candle"), ("linfaa", "linfa"), ("scikit-lern", "scikit-learn")]
)
def test_a_typing_error_is_corrected_and_told(typed: str, slug: str) -> None:
    understood = read(f"is {typed} fast")
    assert understood.entities == (slug,)
    assert [(c.typed, c.slug) for c in understood.corrections] == [(typed, slug)]


def test_a_word_of_the_documents_is_not_corrected() -> None:
    assert read("can it handle training").entities == ()


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Does Zephyr.NET support CUDA?", "Zephyr.NET"),
        ("what does the rusty-engine crate offer", "rusty-engine"),
        ("burn vs zumbo", "zumbo"),
    ],
)
def test_an_unknown_library_is_named(question: str, name: str) -> None:
    assert read(question).unknown == (name,)


def test_words_outside_the_lexicon_become_an_aspect_of_their_own() -> None:
    understood = read("default rate of Brain.js")
    assert [a.known for a in understood.aspects] == [False]
    assert understood.terms == ("default", "rate")


def test_a_name_does_not_count_as_an_aspect() -> None:
    gazetteer = GAZETTEER.with_entities([Entity("gpu-js", "GPU.js", (), "javascript")])
    understood = understand("Who maintains GPU.js?", gazetteer, ASPECTS, frequency=lambda _: 0)
    assert [a.aspect.slug for a in understood.aspects] == ["maintenance"]


def test_an_excluded_class_wants_the_other_one() -> None:
    assert read("Rust frameworks, no bindings please").kinds == ("native",)


@pytest.mark.parametrize("question", ["", "   ", "???", "\x1b[31m", "🔥" * 50, "a" * 5000])
def test_any_text_is_a_question(question: str) -> None:
    assert read(question).entities == ()


@pytest.mark.parametrize(
    "question",
    [
        "What is the fastest Rust library for training?",
        "what's the most mature C# framework",
        "best crate for beginners?",
    ],
)
def test_a_superlative_asks_for_a_recommendation(question: str) -> None:
    assert read(question).kind is Kind.RECOMMEND


def test_names_in_brackets_explain_a_class() -> None:
    understood = read("Which crates are bindings to a C++ runtime (libtorch, sklearn)?")
    assert (understood.kind, set(understood.objects)) == (Kind.LIST, {"pytorch", "scikit-learn"})


def test_what_somebody_knows_is_no_side_of_advice_in_another_language() -> None:
    understood = read("I know libtorch, what should I use from C#?")
    assert (understood.kind, understood.objects) == (Kind.RECOMMEND, ("pytorch",))


def test_an_off_topic_superlative_is_no_call_for_advice() -> None:
    assert read("Which cheese goes best with wine?").kind is Kind.LOOKUP


def test_a_typing_error_in_a_word_with_endings_is_mended() -> None:
    assert aspects("is burn still maintaned") == ["maintenance"]


@pytest.mark.parametrize(
    "question", ["Is there something like sklearn for Rust?", "How do I run a sklearn model in Rust?"]
)
def test_what_another_language_has_is_asked_for_in_this_one(question: str) -> None:
    understood = read(question)
    assert (understood.kind, understood.entities, understood.objects) == (Kind.RECOMMEND, (), ("scikit-learn",))
    assert understood.languages == ("rust",)


@pytest.mark.parametrize("question", ["Should I use Linfa?", "When should I use Linfa?", "Why use Linfa?"])
def test_whether_to_use_a_library_is_a_question_about_it(question: str) -> None:
    understood = read(question)
    assert (understood.kind, understood.entities) == (Kind.LOOKUP, ("linfa",))


def test_the_latest_version_is_no_superlative() -> None:
    understood = read("What is the latest version of Linfa?")
    assert (understood.kind, understood.entities) == (Kind.LOOKUP, ("linfa",))


def test_an_example_in_brackets_is_no_part_that_evidence_must_name() -> None:
    aspect = Aspect("gpu", "GPU support", question=("gpu*",), narrow=("cuda",))

    def part(question: str) -> tuple[str, ...]:
        return understand(question, GAZETTEER, (aspect,), frequency=lambda _: 0).aspects[0].part

    assert part("Which libraries use CUDA GPUs?") == ("CUDA",)
    assert part("Which libraries are for GPUs (kernels, CUDA)?") == ()


def test_a_library_of_the_language_is_itself_what_one_may_use() -> None:
    understood = read("can i use the Linfa clustering from Rust")
    assert (understood.kind, understood.entities) == (Kind.LOOKUP, ("linfa",))


def test_the_data_on_which_something_is_measured_is_no_library() -> None:
    understood = read("What accuracy does Linfa reach on ImageNet?")
    assert (understood.kind, understood.unknown) == (Kind.LOOKUP, ())


def test_libs_that_nobody_maintains_are_a_list_asked_for_by_denial() -> None:
    understood = read("rust libs that nobody maintains any more")
    assert (understood.kind, understood.languages) == (Kind.LIST, ("rust",))
    assert [(a.aspect.slug, a.denied) for a in understood.aspects] == [("maintenance", True)]


def test_a_contraction_is_no_typing_error() -> None:
    assert read("Why shouldn't I use Linfa?").question == "Why shouldn't I use Linfa?"


def test_an_unknown_name_in_a_list_is_told_and_cuts_nothing_off() -> None:
    understood = read("Burn, zorbl, Candle or Linfa: which is easy to learn?")
    assert understood.entities == ("burn", "candle", "linfa")
    assert understood.unknown == ("zorbl",)
