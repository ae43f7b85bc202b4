from __future__ import annotations

from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.parsed import Condition, Correction
from mlsurvey.rendering.json import to_json
from mlsurvey.survey import understanding
from mlsurvey.types import Aspect, Filters, Kind
from mlsurvey.wire import parts

GPU = Aspect("gpu", "GPU support", strong=("cuda",))
WHOLE = Understood(
    question="I know PyTorch: how many Rust libraries like Candel, not under GPL, run tch-rs on GPUs, and Zorblatt?",
    kind=Kind.LIST,
    entities=("candle",),
    objects=("tch-rs",),
    unknown=("Zorblatt",),
    aspects=(AskedAspect(GPU, ("GPUs",)), AskedAspect(GPU, ()), AskedAspect(Aspect("x", "x"), ("x", "y"), False)),
    conditions=(
        Condition("language", "Rust", ("rust",)),
        Condition("licence", "not under GPL", ("GPL", "AGPL"), negated=True),
    ),
    known=("pytorch",),
    flags=("count", "premise"),
    corrections=(Correction("Candel", "candle"),),
)


def test_everything_that_was_understood_is_told() -> None:
    told = dict(understanding.rows(WHOLE, Filters(paths=("rust/",)), {"candle": "Candle", "pytorch": "PyTorch"}))
    assert {name: value for name, value in told.items() if value} == {
        "kind": "list the libraries of the class that match, and those that do not",
        "libraries": "Candle (typed “Candel”)",
        "in relation to": "tch-rs",
        "already known": "PyTorch",
        "unknown": "Zorblatt",
        "condition 1": "language rust, from “Rust”",
        "condition 2": "licence not GPL or AGPL, from “not under GPL”",
        "aspect 1": "GPU support, from “GPUs”",
        "aspect 2": "GPU support",
        "aspect 3": "in the question's own words: “x”, “y”",
        "wanted": "a number",
        "filters": "path rust/",
    }


def test_a_question_that_names_nothing_says_so() -> None:
    told = dict(understanding.rows(Understood("?", Kind.LOOKUP, ()), Filters(), {}))
    assert {name for name, value in told.items() if value} == {"kind", "libraries"}
    assert told["libraries"] == "none named"


def test_as_plain_values_no_field_is_lost_and_no_lexicon_carried_along() -> None:
    value = understanding.value(WHOLE)
    assert set(value) == set(Understood.__dataclass_fields__)
    gpu = {"aspect": "gpu", "name": "GPU support", "wording": ["GPUs"], "known": True, "negated": False}
    assert value["aspects"][0] == gpu
    assert value["conditions"][1] == {
        "field": "licence",
        "words": "not under GPL",
        "values": ("GPL", "AGPL"),
        "negated": True,
    }
    assert "cuda" not in to_json(value)


def test_a_stream_sends_what_it_is_described_to_send() -> None:
    sent = parts.Understood.model_validate_json(to_json(understanding.value(WHOLE)))
    assert (sent.conditions[0].values, sent.known, sent.flags) == (("rust",), ["pytorch"], ["count", "premise"])
