from __future__ import annotations

import pytest

from mlsurvey.answering.names import blank, find_names, languages_in, looks_unknown, proper_names, respelt
from mlsurvey.types import Entity, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer

GAZETTEER = Gazetteer(
    [
        Entity("candle", "Candle", (), "rust"),
        Entity("scikit-learn", "scikit-learn", ("sklearn",), "python"),
        Entity("brain-js", "Brain.js", (), "javascript"),
        Entity("tch-rs", "tch-rs", ("tch",), "rust"),
        Entity("onnx-go", "ONNX Go", ("onnxruntime",), "go"),
        Entity("onnx-rust", "ONNX Rust", ("onnxruntime",), "rust"),
    ]
)
IN_DOCUMENTS = {"handle": 40, "candle": 90, "candles": 90, "training": 7, "rust": 9}


def frequency(word: str) -> int:
    return IN_DOCUMENTS.get(word.casefold(), 0)


@pytest.mark.parametrize(
    ("question", "languages"),
    [
        ("Which Go packages are maintained?", ("go",)),
        ("a pure go library", ("go",)),
        ("written in golang", ("go",)),
        ("Which crates are native?", ("rust",)),
        ("which .NET libraries use the gpu", ("dotnet",)),
        ("Which C# libraries?", ("dotnet",)),
        ("pure JS frameworks", ("javascript",)),
        ("for Node.js", ("javascript",)),
        ("libraries for Flutter", ("dart",)),
        ("from Python to Rust", ("python", "rust")),
        ("from Rust to Python, not Rust", ("rust", "python")),
    ],
)
def test_languages_are_recognised_in_their_order(question: str, languages: tuple[str, ...]) -> None:
    assert languages_in(question) == languages


@pytest.mark.parametrize("question", ["How do I go about training?", "ML.NET", "Brain.js", "rusty gophers", ""])
def test_no_language_is_named(question: str) -> None:
    assert languages_in(question) == ()


def test_names_stand_in_the_order_of_the_question() -> None:
    names = find_names("tch or sklearn, or rather candle?", GAZETTEER, frequency, None)
    assert [(m.surface, m.slug) for m in names.mentions] == [
        ("tch", "tch-rs"),
        ("sklearn", "scikit-learn"),
        ("candle", "candle"),
    ]
    assert names.corrections == ()


@pytest.mark.parametrize(("language", "slug"), [("rust", "onnx-rust"), ("go", "onnx-go"), (None, "onnx-go")])
def test_the_language_settles_a_shared_name(language: str | None, slug: str) -> None:
    (mention,) = find_names("onnxruntime on Windows", GAZETTEER, frequency, language).mentions
    assert mention.slug == slug


def test_a_mended_name_stands_where_it_was_typed() -> None:
    question = "is scikit-lern better than Candle"
    names = find_names(question, GAZETTEER, frequency, None)
    assert [(m.span.of(question), m.slug) for m in names.mentions] == [
        ("scikit-lern", "scikit-learn"),
        ("Candle", "candle"),
    ]
    assert [(c.typed, c.slug) for c in names.corrections] == [("scikit-lern", "scikit-learn")]


@pytest.mark.parametrize(
    ("word", "slugs"),
    [
        ("candel", ("candle",)),
        ("Candles", ("candle",)),
        ("scikitlaern", ("scikit-learn",)),
        ("handle", ()),
        ("bandle", ()),
        ("cnadel", ()),
        ("tchh", ()),
        ("umbrella", ()),
    ],
    ids=["swap", "plural", "swap in a compound", "own word", "first letter", "two errors", "short", "no name"],
)
def test_only_a_typing_error_of_a_long_name_is_mended(word: str, slugs: tuple[str, ...]) -> None:
    assert respelt(word, GAZETTEER, frequency) == slugs


@pytest.mark.parametrize(
    ("words", "is_unknown"),
    [
        ("zumbo", True),
        ("the zumbo", True),
        ("Zephyr.NET", True),
        ("rust-training", True),
        ("rust", False),
        ("Rust training", False),
        ("the other one", False),
        ("", False),
    ],
)
def test_a_name_is_unknown_where_no_document_has_its_rarest_word(words: str, is_unknown: bool) -> None:
    assert looks_unknown(words, frequency) is is_unknown


@pytest.mark.parametrize(
    "words",
    [".pth", ".safetensors", ".gguf", ".pb", ".mlmodel", ".npz", ".parquet", ".ipynb", ".h5", "*.json", ".xlsx"],
)
def test_the_ending_of_a_file_name_is_no_unknown_name(words: str) -> None:
    assert looks_unknown(words, lambda _: 0) is False


def test_blanked_text_keeps_its_positions() -> None:
    assert blank("Candle and tch", [Span(0, 6), Span(11, 14)]) == "       and    "


@pytest.mark.timeout(20)
@pytest.mark.parametrize("word", ["a_" * 5_000 + "+", "AA" + "a" * 50_000 + "+"])
def test_long_words_are_looked_at_once(word: str) -> None:
    assert looks_unknown(word, lambda _: 1) is False


def test_what_is_blanked_may_overlap() -> None:
    assert blank("abcdef", [Span(3, 5), Span(0, 1), Span(2, 4)]) == " b   f"


@pytest.mark.timeout(20)
def test_misspelt_name_is_found_among_a_hundred_thousand() -> None:
    gazetteer = Gazetteer([*(Entity(f"b{n}", f"Bx{n:06}") for n in range(100_000)), Entity("tensorix", "Tensorix")])
    words = " ".join(f"word{n}" for n in range(2_000))
    found = find_names(f"{words} tensorx", gazetteer, lambda _: 0, None)
    assert [correction.slug for correction in found.corrections] == ["tensorix"]


@pytest.mark.parametrize(
    ("words", "is_unknown"),
    [
        ("on-training", False),
        ("on-glorp", True),
        ("tch-glorp", True),
        ("off-candles", False),
        ("candles-free", False),
        ("glorp-free", True),
    ],
)
def test_a_known_word_joined_to_a_function_word_or_free_is_no_name(words: str, is_unknown: bool) -> None:
    assert looks_unknown(words, frequency) is is_unknown


@pytest.mark.parametrize(
    ("question", "wording", "names"),
    [
        ("Which libraries are written in Fortran?", ["written in Fortran"], ["Fortran"]),
        ("Which of them run on a Cortex-M board?", ["run on a Cortex-M board"], ["Cortex-M"]),
        ("Training on several cards?", ["Training on several cards"], []),
        ("which are written in fortran", ["written in fortran"], []),
    ],
)
def test_capitals_within_a_sentence_make_a_name(question: str, wording: list[str], names: list[str]) -> None:
    assert proper_names(question, wording) == names
