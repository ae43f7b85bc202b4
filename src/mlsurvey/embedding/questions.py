"""Embeds questions with the exported model and its tokenizer; never loads PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mlsurvey.embedding.batches import BATCH_PIECES, BATCH_TEXTS, Reader, Tokens, batched, inputs
from mlsurvey.embedding.exported import SENTENCES, TOKENIZER, TOKENS, read_config
from mlsurvey.embedding.onnx_engine import OnnxRuntime
from mlsurvey.embedding.processor import Engine


class QuestionEncoder:
    """An exported model for questions. ``id`` is the model's id, without a precision.

    Args:
        folder: of the export.
        engine: runs the graph; defaults to ONNX Runtime, the fastest to start.

    Raises:
        EngineError: the export is missing or broken; the message says how to get one.
    """

    def __init__(self, folder: Path, engine: Engine | None = None) -> None:
        config = read_config(folder)
        self.id = config.model
        self.dimension = config.dimension
        self._reader = Reader(folder / TOKENIZER, config.max_tokens, config.prompt)
        self._bare = Reader(folder / TOKENIZER, config.max_tokens) if config.prompt else self._reader
        self._engine = engine or OnnxRuntime(folder)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, shape ``(len(texts), dimension)``, in input order; truncates texts at the model's limit."""
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        read = [Tokens(position, ids) for position, ids in enumerate(self._reader.read(texts))]
        for batch in batched(sorted(read, key=lambda tokens: -len(tokens.ids)), BATCH_PIECES, BATCH_TEXTS):
            rows[[tokens.position for tokens in batch]] = self._run(SENTENCES, batch)
        return rows

    def embed_tokens(self, text: str, *, prompt: bool = True) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Return word pieces of ``text``, with special tokens, and their contextual vectors: ``(pieces, width)``.

        ``prompt=False`` omits the model's question prompt: for the text of a passage.
        """
        reads = self._reader if prompt else self._bare
        (ids,) = reads.read([text])
        return reads.pieces(ids), self._run(TOKENS, [Tokens(0, ids)])[0, : len(ids)]

    def _run(self, output: str, batch: Sequence[Tokens]) -> NDArray[np.float32]:
        columns = inputs(batch, self._engine.inputs, self._engine.multiple, self._reader.limit)
        return self._engine.run(columns, output)
