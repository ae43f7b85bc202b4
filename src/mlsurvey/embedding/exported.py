"""A model as it was exported: its files, how it reads texts, and what its graph wants of them. Loads no engine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mlsurvey.embedding.batches import Reader, Tokens, padded, padded_width
from mlsurvey.errors import EngineError

GRAPH: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"
CONFIG: Final = "config.json"
SCHEMA: Final = 2
"""Grows when an older export can no longer be read; a refresh then makes a new one."""
SENTENCES: Final = "sentence_embedding"
"""Output of the graph: unit rows, shape (batch, dimension)."""
TOKENS: Final = "token_embeddings"
"""Output of the graph: vectors of the word pieces, shape (batch, pieces, width)."""

BATCH_PIECES: Final = 2048
"""Word pieces of a batch, padding included: 8 to 16 passages, which beat larger batches nearly everywhere."""
BATCH_TEXTS: Final = 64

_LIBRARIES: Final = ("torch", "sentence-transformers", "transformers", "onnx", "onnxscript")

Columns = Mapping[str, NDArray[np.int64]]
"""Inputs of the graph by name, each of shape (batch, pieces)."""


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
    prompt: str
    """Put before every question; empty for most models."""
    passage_prompt: str
    """The same for passages."""
    passage_cosine: float
    """Worst cosine between the graph's vectors of passages and those of sentence-transformers; NaN without a graph."""
    bf16_cosine: float
    """Worst cosine between vectors in bf16 and in fp32 over the texts of the check."""
    made_with: Mapping[str, str]
    """Versions of the libraries that made it."""
    failure: str | None = None
    """Why there is no graph, where the model could not be exported: it is then run by PyTorch."""
    schema: int = SCHEMA


def libraries() -> dict[str, str]:
    """Versions of the libraries that an export hangs on."""
    return {library: version(library) for library in _LIBRARIES}


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


def inputs(batch: Sequence[Tokens], names: Sequence[str], multiple: int, limit: int) -> Columns:
    """What the graph wants of a batch, which is longest first.

    Args:
        batch: texts as the model reads them.
        names: inputs that the graph has.
        multiple: lengths are rounded up to it, for an engine that prepares itself for each new shape.
        limit: word pieces that a text may have.
    """
    ids, mask = padded(batch, padded_width(len(batch[0].ids), multiple, limit), 0)
    every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    return {name: every[name] for name in names}


def reader(folder: Path, config: ExportConfig, prompt: str) -> Reader:
    """What reads texts as the exported model does, behind one of its prompts."""
    return Reader(folder / TOKENIZER, config.max_tokens, prompt)
