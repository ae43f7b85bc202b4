"""Questions to vectors with the exported model, ONNX Runtime and the model's tokenizer; PyTorch is never loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding

from mlsurvey.embedding.models import read_tokenizer
from mlsurvey.errors import EngineError

GRAPH: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"
CONFIG: Final = "config.json"
SCHEMA: Final = 1
"""Grows when an older export can no longer be read; a refresh then makes a new one."""

_BATCH = 16


@dataclass(frozen=True, slots=True)
class ExportConfig:
    """What stands beside an exported graph."""

    model: str
    """:func:`mlsurvey.embedding.models.model_id` of the model that was exported."""
    dimension: int
    max_tokens: int
    """Word pieces after which a text is cut, special tokens included."""
    prompt: str
    """Put before every question; empty for most models."""
    bf16_cosine: float
    """Worst cosine between vectors in bf16 and in fp32 over the texts of the check."""
    made_with: Mapping[str, str]
    """Versions of the libraries that made it."""
    schema: int = SCHEMA


def read_config(folder: Path) -> ExportConfig:
    """Configuration of the export in ``folder``.

    Raises:
        EngineError: there is no export, or one that this version cannot read.
    """
    file = folder / CONFIG
    try:
        config = ExportConfig(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise EngineError(f"the question model is not in {folder} yet; type: mlsurvey refresh") from error
    except (OSError, ValueError, TypeError) as error:
        raise EngineError(f"the question model's {file} cannot be read ({error}); type: mlsurvey refresh") from error
    if config.schema != SCHEMA:
        raise EngineError(f"the question model in {folder} is of another version of mlsurvey; type: mlsurvey refresh")
    return config


class QuestionEncoder:
    """An open session on an exported model. ``id`` is the model's id, without a precision.

    One thread within an operator by default: for a single question a second one costs more than it gives.

    Raises:
        EngineError: the export is missing or broken; the message says how to get one.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        config = read_config(folder)
        self.id = config.model
        self.dimension = config.dimension
        self._prompt = config.prompt
        self._tokenizer = read_tokenizer(folder / TOKENIZER)
        self._tokenizer.enable_truncation(config.max_tokens)
        self._session = _open_session(folder / GRAPH, threads)
        self._inputs = [node.name for node in self._session.get_inputs()]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``, in the order of ``texts``; cut at the model's limit."""
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        encodings = self._tokenizer.encode_batch([self._prepare(text) for text in texts])
        longest_first = sorted(range(len(texts)), key=lambda position: -len(encodings[position]))
        for start in range(0, len(texts), _BATCH):
            batch = longest_first[start : start + _BATCH]
            rows[batch] = self._run("sentence_embedding", [encodings[position] for position in batch])
        return rows

    def embed_tokens(self, text: str, *, prompt: bool = True) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Word pieces of ``text``, special tokens included, and their vectors in context: shape ``(pieces, width)``.

        ``prompt=False`` leaves out what the model wants before a question: for the text of a passage.
        """
        encoding = self._tokenizer.encode(self._prepare(text, prompt=prompt))
        return tuple(encoding.tokens), self._run("token_embeddings", [encoding])[0]

    def _prepare(self, text: str, *, prompt: bool = True) -> str:
        """The text with its prompt; a lone surrogate (an argument that was not UTF-8) becomes a question mark."""
        return ((self._prompt if prompt else "") + text).encode("utf-8", "replace").decode("utf-8")

    def _run(self, output: str, encodings: Sequence[Encoding]) -> NDArray[np.float32]:
        columns = {
            "input_ids": _padded([encoding.ids for encoding in encodings]),
            "attention_mask": _padded([encoding.attention_mask for encoding in encodings]),
            "token_type_ids": _padded([encoding.type_ids for encoding in encodings]),
        }
        result: NDArray[np.float32] = self._session.run([output], {name: columns[name] for name in self._inputs})[0]
        return result


def _padded(rows: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Rows filled with zeros to the longest; the attention mask hides what was added, so any piece would do."""
    matrix = np.zeros((len(rows), max(len(row) for row in rows)), dtype=np.int64)
    for line, row in zip(matrix, rows, strict=True):
        line[: len(row)] = row
    return matrix


def _open_session(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own classes derive from Exception only
        raise EngineError(f"cannot open {graph} ({error}); delete it, then type: mlsurvey refresh") from error
