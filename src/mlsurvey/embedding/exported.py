"""Files and metadata of an exported model. Loads nothing else."""

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
"""Bumped when older exports can no longer be read; a refresh then creates a new one."""
CARRIED: Final = Path(__file__).parent / "minilm"
"""Bundled export of the default model: weights stored in 16 bits, computed in 32."""
SENTENCES: Final = "sentence_embedding"
"""Graph output: unit rows, shape (batch, dimension)."""
TOKENS: Final = "token_embeddings"
"""Graph output: vectors of the word pieces, shape (batch, pieces, width)."""

_LIBRARIES: Final = ("torch", "sentence-transformers", "transformers", "onnx", "onnxscript")


@dataclass(frozen=True, slots=True)
class ExportConfig:
    """Configuration file of an exported graph."""

    name: str
    """Model name or folder."""
    model: str
    """:func:`mlsurvey.embedding.models.model_id` of the exported model."""
    dimension: int
    max_tokens: int
    """Word pieces after which a text is truncated, including special tokens."""
    room: int
    """Maximum word pieces of a passage, see :func:`mlsurvey.embedding.models.max_tokens`."""
    prompt: str
    """Prepended to every question; empty for most models."""
    passage_prompt: str
    """The same for passages."""
    passage_cosine: float
    """Lowest cosine between passage vectors of the graph and of sentence-transformers; 0 without a graph."""
    bf16_cosine: float
    """Lowest cosine between bf16 and fp32 vectors of the checked texts."""
    made_with: Mapping[str, str]
    """Versions of the libraries used for the export."""
    failure: str | None = None
    """Why the model could not be exported; PyTorch runs it instead. None if it was exported."""
    schema: int = SCHEMA


def export_folder(model: str) -> Path:
    """Export folder of a model id: the bundled one, or one in the user's cache folder."""
    return CARRIED if model == carried() else cache_folder() / model


@cache
def carried() -> str:
    """Id of the bundled model."""
    return read_config(CARRIED).model


def cache_folder() -> Path:
    """Per-user folder for the exports of other models."""
    return platformdirs.user_cache_path("mlsurvey") / "models"


def libraries() -> dict[str, str]:
    """Versions of the libraries an export depends on; uninstalled ones are omitted."""
    found = {}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def read_config(folder: Path) -> ExportConfig:
    """Read the configuration of the export in ``folder``.

    Raises:
        EngineError: there is no export, or this version cannot read it.
    """
    file = folder / CONFIG
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(values, dict) and values.get("schema") != SCHEMA:
            raise EngineError(
                f"the question model in {folder} is from another version of mlsurvey; type: mlsurvey refresh"
            )
        return ExportConfig(**values)
    except FileNotFoundError as error:
        raise EngineError(f"the question model is not in {folder} yet; type: mlsurvey refresh") from error
    except (OSError, ValueError, TypeError) as error:
        raise EngineError(f"the question model's {file} cannot be read ({error}); type: mlsurvey refresh") from error
