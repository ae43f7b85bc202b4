"""The artefact that ``training/`` writes: the network's files, and every number that answering weighs by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from mlsurvey.errors import EngineError

ENCODER: Final = "encoder.onnx"
MATCHER: Final = "matcher.onnx"
SIEVE: Final = "sieve.onnx"
TOKENIZER: Final = "tokenizer.json"
NUMBERS: Final = "artefact.json"
SCHEMA: Final = 3
"""Grows when an older artefact can no longer be read."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """Everything that was fitted; no part of it is set by hand."""

    id: str
    """Digest of the network and of these numbers."""
    labels: tuple[str, ...]
    """Of a word of a question, in the order of the network's output."""
    kinds: tuple[str, ...]
    flags: tuple[str, ...]
    question_pieces: int
    """Word pieces of what is asked that are judged, special ones included."""
    stretch_pieces: int
    judged: Mapping[str, float]
    """Logistic weights of the judge's logit and of the sieve's: what they give is a probability."""
    unjudged: Mapping[str, float]
    """The same without a judge: the sieve alone, calibrated."""
    denies: Mapping[str, float]
    """Calibration of the judge's second logit."""
    thresholds: Mapping[str, float]
    """Least probabilities: of evidence worth showing, of a member of a set, of a denial."""
    data: Mapping[str, str]
    """Digests of the data that it was fitted on."""
    schema: int = SCHEMA


def folder() -> Path:
    """Where the artefact lies that comes with the program."""
    return Path(__file__).parent / "artefact"


def read_artefact(place: Path) -> Artefact:
    """The numbers of the artefact in a folder.

    Raises:
        EngineError: there is none, or one of another version.
    """
    file = place / NUMBERS
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(f"{file} cannot be read ({error}); install mlsurvey again") from error
    names = {f.name for f in fields(Artefact)}
    if not isinstance(values, dict) or values.get("schema") != SCHEMA or names - set(values):
        raise EngineError(f"{file} is of another version of mlsurvey; install mlsurvey again")
    kept: dict[str, Any] = {name: _frozen(values[name]) for name in names}
    return Artefact(**kept)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
