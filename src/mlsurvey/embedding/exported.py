"""A model as it was exported: its files and what is known of it. Loads nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import platformdirs

from mlsurvey.errors import EngineError

GRAPH: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"
CONFIG: Final = "config.json"
SCHEMA: Final = 2
"""Grows when an older export can no longer be read; a refresh then makes a new one."""
CARRIED: Final = Path(__file__).parent / "minilm"
"""Export of the default model, which comes with the program: weights in 16 bits, computed with in 32."""
SENTENCES: Final = "sentence_embedding"
"""Output of the graph: unit rows, shape (batch, dimension)."""
TOKENS: Final = "token_embeddings"
"""Output of the graph: vectors of the word pieces, shape (batch, pieces, width)."""

_LIBRARIES: Final = ("torch", "sentence-transformers", "transformers", "onnx", "onnxscript")


@dataclass(frozen=True, slots=True)
class ExportConfig:
    """What stands beside an exported graph."""

    name: str
    """Name or folder by which the model was found."""
    model: str
    """:func:`mlsurvey.embedding.models.model_id` of the model that was exported."""
    dimension: int
    max_tokens: int
    """Word pieces after which a text is cut, special tokens included."""
    room: int
    """Word pieces that a passage may have, see :func:`mlsurvey.embedding.models.max_tokens`."""
    prompt: str
    """Put before every question; empty for most models."""
    passage_prompt: str
    """The same for passages."""
    passage_cosine: float
    """Worst cosine between the graph's vectors of passages and those of sentence-transformers; 0 without a graph."""
    bf16_cosine: float
    """Worst cosine between vectors in bf16 and in fp32 over the texts of the check."""
    made_with: Mapping[str, str]
    """Versions of the libraries that made it."""
    failure: str | None = None
    """Why there is no graph, where the model could not be exported: it is then run by PyTorch."""
    schema: int = SCHEMA


def export_folder(model: str) -> Path:
    """Where the export of a model id lies: with the program, or in the user's cache folder."""
    return CARRIED if model == carried() else cache_folder() / model


@cache
def carried() -> str:
    """Id of the model that comes with the program."""
    return read_config(CARRIED).model


def cache_folder() -> Path:
    """Where the exports of other models are kept, once per user."""
    return platformdirs.user_cache_path("mlsurvey") / "models"


def libraries() -> dict[str, str]:
    """Versions of the libraries that an export hangs on; those that are not installed are left out."""
    found = {}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def read_config(folder: Path) -> ExportConfig:
    """Configuration of the export in ``folder``.

    Raises:
        EngineError: there is no export, or one that this version cannot read.
    """
    file = folder / CONFIG
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(values, dict) and values.get("schema") != SCHEMA:
            raise EngineError(
                f"the question model in {folder} is of another version of mlsurvey; type: mlsurvey refresh"
            )
        return ExportConfig(**values)
    except FileNotFoundError as error:
        raise EngineError(f"the question model is not in {folder} yet; type: mlsurvey refresh") from error
    except (OSError, ValueError, TypeError) as error:
        raise EngineError(f"the question model's {file} cannot be read ({error}); type: mlsurvey refresh") from error
