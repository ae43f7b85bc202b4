from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mlsurvey.answering.conditions import FACTS
from mlsurvey.errors import EngineError
from mlsurvey.learned.artefact import (
    GRAPHS,
    NUMBERS,
    SCHEMA,
    TOKENIZER,
    Artefact,
    folder,
    read_artefact,
)
from mlsurvey.learned.reading import ASKED, NAMES, PLAIN, WORD
from mlsurvey.types import Kind

VALUES: dict[str, Any] = {
    "id": "0123",
    "labels": ["O", "S"],
    "kinds": ["lookup"],
    "flags": [],
    "question_pieces": 48,
    "stretch_pieces": 80,
    "voices": {"matcher": [0.75, 0.5]},
    "judged": {"bias": 0.5},
    "unjudged": {},
    "denies": {},
    "thresholds": {"shown": 0.25},
    "data": {"train.jsonl": "ad9a"},
    "schema": SCHEMA,
}


def written(place: Path, text: str) -> Path:
    (place / NUMBERS).write_text(text, encoding="utf-8")
    return place


def test_what_was_written_is_read(tmp_path: Path) -> None:
    artefact = read_artefact(written(tmp_path, json.dumps(VALUES)))
    assert (artefact.labels, artefact.kinds, artefact.flags) == (("O", "S"), ("lookup",), ())
    assert artefact.voices == {"matcher": (0.75, 0.5)}
    kept = {f.name: getattr(artefact, f.name) for f in fields(Artefact)}
    assert json.loads(json.dumps(kept)) == VALUES


def test_what_a_later_version_adds_does_no_harm(tmp_path: Path) -> None:
    assert read_artefact(written(tmp_path, json.dumps({**VALUES, "more": 1}))).id == "0123"


@pytest.mark.parametrize(
    "values",
    [
        {**VALUES, "schema": SCHEMA + 1},
        {**VALUES, "schema": None},
        {name: v for name, v in VALUES.items() if name != "schema"},
        {name: v for name, v in VALUES.items() if name != "thresholds"},
        [],
        "text",
    ],
    ids=["newer", "no schema", "schema left out", "a part left out", "a list", "a text"],
)
def test_another_version_is_refused(tmp_path: Path, values: object) -> None:
    with pytest.raises(EngineError, match=r"artefact\.json is from another version .* install mlsurvey again"):
        read_artefact(written(tmp_path, json.dumps(values)))


@pytest.mark.parametrize("text", ["", "{", "no JSON"])
def test_a_broken_file_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(EngineError, match=r"artefact\.json cannot be read .* install mlsurvey again"):
        read_artefact(written(tmp_path, text))


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / NUMBERS).write_bytes(b"\xff\xfe\xff")
    with pytest.raises(EngineError, match="cannot be read"):
        read_artefact(tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        read_artefact(tmp_path)
    with pytest.raises(EngineError, match="cannot be read"):
        read_artefact(tmp_path / "nowhere")


def test_the_program_comes_with_one() -> None:
    assert all((folder() / name).is_file() for name in (*GRAPHS, TOKENIZER, NUMBERS))


def test_the_one_that_comes_with_the_program_has_every_number_that_is_asked_for() -> None:
    artefact = read_artefact(folder())
    assert {of: len(weights) for of, weights in artefact.voices.items()} == {"matcher": 2, "joint": 2}
    assert {"bias", "judge", "sieve"} <= set(artefact.judged)
    assert {"bias", "sieve"} <= set(artefact.unjudged)
    assert {"bias", "judge"} <= set(artefact.denies)
    assert {"shown", "unnamed", "member", "disputed", "denies"} <= set(artefact.thresholds)
    assert all(0.0 < value < 1.0 for value in artefact.thresholds.values())
    assert {PLAIN, WORD, ASKED, *NAMES, *FACTS} <= set(artefact.labels)
    assert {kind.value for kind in Kind} <= set(artefact.kinds)
    assert {"yesno", "count", "superl", "follows"} <= set(artefact.flags)
