from __future__ import annotations

from mlsurvey.answering.understood import AskedAspect, Correction, Understood
from mlsurvey.rendering.json import to_json
from mlsurvey.survey import understanding
from mlsurvey.types import Aspect, Filters, Kind

GPU = Aspect("gpu", "GPU support", strong=("cuda",))
WHOLE = Understood(
    question="Which native Rust deep learning libraries like Candel but not tch-rs lack GPU support for Zorblatt?",
    kind=Kind.LIST,
    entities=("candle",),
    objects=("tch-rs",),
    unknown=("Zorblatt",),
    languages=("rust",),
    aspects=(
        AskedAspect(GPU, ("GPU support",), denied=True, terms=("kernels",)),
        AskedAspect(Aspect("x", "x"), ("x", "y"), False),
    ),
    terms=("lack",),
    kinds=("native",),
    categories=("deep-learning",),
    class_words=("deep learning libraries",),
    objects_denied=True,
    inclusive=True,
    corrections=(Correction("Candel", "candle"),),
)


def test_everything_that_was_understood_is_told() -> None:
    told = dict(understanding.rows(WHOLE, Filters(paths=("rust/",)), {"candle": "Candle"}))
    assert told == {
        "kind": "list every library of the class, by whether it is so",
        "libraries": "Candle (typed “Candel”)",
        "unrelated to": "tch-rs",
        "not known here": "Zorblatt",
        "class": "“deep learning libraries”",
        "members": "may include the libraries named",
        "language": "rust",
        "only": "native",
        "aspect 1": "GPU support, from “GPU support”, asked for its absence, with “kernels”",
        "aspect 2": "in the question's own words: “x”, “y”",
        "other words": "lack",
        "filters": "path rust/",
    }


def test_a_question_that_names_nothing_says_so() -> None:
    told = dict(understanding.rows(Understood("?", Kind.LOOKUP, (), (), (), (), (), ()), Filters(), {}))
    assert {name for name, value in told.items() if value} == {"kind", "libraries"}
    assert told["libraries"] == "none named"


def test_as_plain_values_no_field_is_lost_and_no_lexicon_carried_along() -> None:
    value = understanding.value(WHOLE)
    assert set(value) == set(Understood.__dataclass_fields__)
    assert value["aspects"][0] == {
        "aspect": "gpu",
        "wording": ("GPU support",),
        "known": True,
        "denied": True,
        "terms": ("kernels",),
        "part": (),
        "name": "GPU support",
    }
    assert "cuda" not in to_json(value)
