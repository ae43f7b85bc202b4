from __future__ import annotations

import pytest

from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer, collapse

GAZETTEER = Gazetteer(
    [
        Entity("tensorflow-net", "TensorFlow.NET", ("TF.NET",), "dotnet"),
        Entity("tensorflow-js", "TensorFlow.js", ("tfjs", "@tensorflow/tfjs"), "javascript"),
        Entity("tensorflow", "TensorFlow", ("TF",), "python"),
        Entity("tch-rs", "tch-rs", ("tch",), "rust"),
        Entity("torchsharp", "TorchSharp", (), "dotnet"),
        Entity("burn", "Burn", ("burn-rs",), "rust", plain_words=("burn",)),
        Entity("fuego", "Fuego", (), "go"),
        Entity("fuego-dart", "Fuego", (), "dart"),
    ]
)


def slugs(text: str) -> list[str]:
    return [m.slug for m in GAZETTEER.mentions(text)]


@pytest.mark.parametrize(
    "written", ["TF.NET", "tf.net", "TF .NET", "TensorFlow.NET", "TensorFlow .NET", "tensorflow-net"]
)
def test_spellings_of_a_name_are_one_name(written: str) -> None:
    assert slugs(f"We tried {written} last year.") == ["tensorflow-net"]


def test_the_longest_name_wins() -> None:
    assert slugs("TensorFlow.js is not TensorFlow.") == ["tensorflow-js", "tensorflow"]


def test_a_name_is_found_in_parts_and_in_one_piece() -> None:
    assert slugs("torch sharp, TorchSharp and tch rs") == ["torchsharp", "torchsharp", "tch-rs"]


def test_a_scoped_package_name_is_a_name() -> None:
    assert slugs("npm install @tensorflow/tfjs") == ["tensorflow-js"]


@pytest.mark.parametrize("text", ["You burn CPU cycles.", "To burn a disc, press Start.", "Burn after reading."])
def test_an_ordinary_word_is_no_mention(text: str) -> None:
    assert slugs(text) == []


@pytest.mark.parametrize(
    "text", ["We moved to Burn.", "the burn crate", "Burn's backends", "Burn is a framework", "use `burn` here"]
)
def test_an_ordinary_word_counts_where_it_is_written_like_a_name(text: str) -> None:
    assert slugs(text) == ["burn"]


def test_candidates_take_ordinary_words_too() -> None:
    assert [m.slug for m in GAZETTEER.candidates("burn vs tch")] == ["burn", "tch-rs"]


def test_a_shared_name_is_settled_by_language() -> None:
    assert GAZETTEER.mentions("Fuego")[0].slugs == ("fuego", "fuego-dart")
    assert GAZETTEER.mentions("Fuego", language="dart")[0].slug == "fuego-dart"


def test_the_span_covers_the_name_as_written() -> None:
    text = "Is TF .NET fast?"
    (mention,) = GAZETTEER.mentions(text)
    assert mention.span.of(text) == mention.surface == "TF .NET"


def test_a_later_entity_replaces_an_equal_slug() -> None:
    grown = GAZETTEER.with_entities([Entity("burn", "Burner")])
    assert grown.lookup("burner") == ("burn",)
    assert grown.lookup("burn-rs") == ()


def test_collapse_keeps_what_tells_names_apart() -> None:
    assert collapse("C#") != collapse("C++") != collapse("C")
    assert collapse("ml_algo") == collapse("ML algo") == "mlalgo"


def test_a_name_inside_a_word_is_no_mention() -> None:
    assert slugs("batch-processing stchool") == []
