"""The artefact written by ``training/``: the network files, and all weights and thresholds for answering."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from mlsurvey.errors import EngineError

ENCODER: Final = "encoder.onnx"
READER: Final = "reader.onnx"
MATCHER: Final = "matcher.onnx"
JOINT: Final = "joint.onnx"
SIEVE: Final = "sieve.onnx"
GRAPHS: Final = (ENCODER, READER, MATCHER, JOINT, SIEVE)
TOKENIZER: Final = "tokenizer.json"
NUMBERS: Final = "artefact.json"
SCHEMA: Final = 5
"""Incremented when older artefacts can no longer be read."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """All fitted parameters; none of them is set manually."""

    id: str
    """Digest of the network and of these parameters."""
    labels: tuple[str, ...]
    """Word labels, in the order of the network's output."""
    kinds: tuple[str, ...]
    flags: tuple[str, ...]
    question_pieces: int
    """Maximum word pieces of what is asked, including special tokens."""
    stretch_pieces: int
    voices: Mapping[str, tuple[float, float]]
    """Weights of ``matcher`` and ``joint`` in the judge's logits of *answers* and *denies*."""
    judged: Mapping[str, float]
    """Logistic weights that combine the logits of judge and sieve into a probability."""
    unjudged: Mapping[str, float]
    """The same without a judge: calibration of the sieve alone."""
    denies: Mapping[str, float]
    """Calibration of the judge's second logit."""
    thresholds: Mapping[str, float]
    """Minimum probabilities of evidence to show, of a member of a set, of a denial."""
    data: Mapping[str, str]
    """Digests of the training data."""
    schema: int = SCHEMA


def folder() -> Path:
    """Folder of the bundled artefact."""
    return Path(__file__).parent / "artefact"


def read_artefact(place: Path) -> Artefact:
    """Read the parameters of the artefact in a folder.

    Raises:
        EngineError: the artefact is missing or of another version.
    """
    file = place / NUMBERS
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(f"{file} cannot be read ({error}); install mlsurvey again") from error
    names = {f.name for f in fields(Artefact)}
    if not isinstance(values, dict) or values.get("schema") != SCHEMA or names - set(values):
        raise EngineError(f"{file} is from another version of mlsurvey; install mlsurvey again")
    kept: dict[str, Any] = {name: _frozen(values[name]) for name in names}
    return Artefact(**kept)


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return {name: _frozen(of) for name, of in value.items()}
    return tuple(value) if isinstance(value, list) else value
