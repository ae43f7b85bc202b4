"""Embeds questions with PyTorch for a model that could not be exported: slower to start; the refresh reports it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mlsurvey.embedding.exported import read_config
from mlsurvey.embedding.passages import load, unit_rows
from mlsurvey.folding import valid


class UnexportedQuestions:
    """A loaded model for questions. Thread-safe: calls are serialized.

    Raises:
        EngineError: the model no longer exists, or cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        config = read_config(folder)
        self.id = config.model
        self.dimension = config.dimension
        self._prompt = config.prompt
        self._model = load(config.name, "cpu")
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, shape ``(len(texts), dimension)``, in input order; truncates texts at the model's limit."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock, torch.inference_mode():
            return unit_rows(self._model.encode_query(list(map(valid, texts)), batch_size=16, show_progress_bar=False))

    def embed_tokens(self, text: str, *, prompt: bool = True) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Return word pieces of ``text``, with special tokens, and their contextual vectors: ``(pieces, width)``."""
        with self._lock, torch.inference_mode():
            features = self._model.preprocess([valid((self._prompt if prompt else "") + text)])
            vectors = self._model(features)["token_embeddings"][0]
            pieces = self._model.tokenizer.convert_ids_to_tokens(features["input_ids"][0].tolist())
            return tuple(pieces), vectors.float().numpy()
