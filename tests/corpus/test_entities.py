from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer, collapse
from mlsurvey.vocabulary.load import load_vocabulary

CORPUS = Path(__file__).parents[2] / "corpus"
ENTITIES = load_vocabulary([CORPUS]).entities
LANGUAGES = {None, "javascript", "dart", "rust", "go", "dotnet", "python"}


def test_no_two_entities_answer_to_the_same_name():
    owners: dict[str, set[str]] = defaultdict(set)
    for entity in ENTITIES:
        for name in (entity.name, entity.slug, *entity.aliases):
            owners[collapse(name)].add(entity.slug)
    assert {name: slugs for name, slugs in owners.items() if len(slugs) > 1} == {}


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.slug)
def test_aliases_add_something_and_fields_hold_known_values(entity: Entity):
    names = [collapse(name) for name in (entity.name, *entity.aliases)]
    assert len(set(names)) == len(names)
    assert {collapse(word) for word in entity.plain_words} <= {*names, collapse(entity.slug)}
    assert entity.language in LANGUAGES
    assert entity.kind in {None, "native", "binding", "mixed"}
    assert entity.category


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
        ("TFLite", "tensorflow-lite"),
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
