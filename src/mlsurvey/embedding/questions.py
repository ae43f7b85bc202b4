"""Questions to vectors with the exported model and the model's tokenizer; PyTorch is never loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from mlsurvey.embedding.exported import SENTENCES, TOKENS, Pieces, batches, columns, read_config
from mlsurvey.embedding.onnx_engine import OnnxRuntime
from mlsurvey.embedding.processor import Engine


class QuestionEncoder:
    """An exported model, open for questions. ``id`` is the model's id, without a precision.

    Args:
        folder: of the export.
        engine: what runs it; ONNX Runtime, the fastest to start, where none is given.

    Raises:
        EngineError: the export is missing or broken; the message says how to get one.
    """

    def __init__(self, folder: Path, engine: Engine | None = None) -> None:
        config = read_config(folder)
        self.id = config.model
        self.dimension = config.dimension
        self._prompt = config.prompt
        self._pieces = Pieces(folder, config.max_tokens)
        self._engine = engine or OnnxRuntime(folder)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``, in the order of ``texts``; cut at the model's limit."""
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        encodings = self._pieces.of(texts, self._prompt)
        for batch in batches(encodings):
            rows[batch] = self._run(SENTENCES, [encodings[place] for place in batch])
        return rows

    def embed_tokens(self, text: str, *, prompt: bool = True) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Word pieces of ``text``, special tokens included, and their vectors in context: shape ``(pieces, width)``.

        ``prompt=False`` leaves out what the model wants before a question: for the text of a passage.
        """
        (encoding,) = self._pieces.of([text], self._prompt if prompt else "")
        return tuple(encoding.tokens), self._run(TOKENS, [encoding])[0, : len(encoding)]

    def _run(self, output: str, encodings: Sequence[Encoding]) -> NDArray[np.float32]:
        return self._engine.run(columns(encodings, self._engine.inputs, self._engine.multiple), output)
