from __future__ import annotations

from pathlib import Path

import pytest

from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.load import load_vocabulary

CORPUS = Path(__file__).parents[2] / "corpus"
ENTITIES = load_vocabulary([CORPUS]).entities


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("TF.js", "tensorflow-js"),
        ("tfjs", "tensorflow-js"),
        ("brainjs", "brain-js"),
        ("mlnet", "ml-net"),
        ("TF.NET", "tensorflow-net"),
        ("torch sharp", "torchsharp"),
        ("tch rs", "tch-rs"),
        ("TFLite", "litert"),
        ("MXNet", "mxnet"),
        ("sklearn", "scikit-learn"),
        ("rust-learn", "rustlearn"),
        ("Fuego", "fuego"),
    ],
)
def test_names_as_people_type_them(words: str, slug: str):
    assert Gazetteer(ENTITIES).lookup(words) == (slug,)


def test_ordinary_words_are_no_names_in_running_text():
    text = "The heat will burn a candle, the brain reads and an arrow shows the way."
    assert Gazetteer(ENTITIES).mentions(text) == ()
