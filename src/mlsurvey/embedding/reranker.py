"""Scores question and passage together with a cross-encoder. Importing this module loads PyTorch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import CrossEncoder
from transformers.utils import logging as transformers_logging

from mlsurvey.embedding import models
from mlsurvey.embedding.passages import BATCH, choose_device
from mlsurvey.errors import EngineError

_OWN_CONFIG: Final = "config_sentence_transformers.json"
_HEADS: Final = ("ForSequenceClassification", "ForCausalLM")
"""Suffixes of architectures that score a pair: with a classifier, or by the likelihood of "yes" against "no"."""
_ADVICE: Final = "choose a cross-encoder with one label, such as cross-encoder/ms-marco-MiniLM-L6-v2, or"


class Reranker:
    """A loaded cross-encoder. Not thread-safe: its tokenizer is modified during use.

    Args:
        name: a folder, or a Hugging Face hub model, downloaded like an embedding model.
        device: as for :class:`mlsurvey.embedding.passages.PassageEmbedder`.
        setting: the setting that ``name`` comes from, ``reranker`` or ``judge``, for messages.

    Raises:
        EngineError: the device is not available, or the model cannot be loaded or does not return one score per pair.
    """

    def __init__(self, name: str, device: str = "auto", setting: str = "reranker") -> None:
        self.device, self._setting = choose_device(device), setting
        self._model = load(name, self.device, setting)
        self._batch = BATCH[torch.device(self.device).type]

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Score how well each text answers the query: shape ``(len(texts),)``, in 0..1, in the order of ``texts``.

        Pairs are truncated at the model's limit. Logits always pass a sigmoid, whatever the model's configuration:
        some leave them raw, and scores must be comparable. Texts of similar length are batched together.

        Raises:
            EngineError: the GPU has no memory for a batch.
        """
        pairs = [(query, text) for text in texts]
        try:
            judged = self._model.predict(
                pairs, batch_size=self._batch, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False
            )
        except torch.OutOfMemoryError as error:
            raise EngineError(
                f"{self.device} has too little memory for the {self._setting}; set device = cpu"
            ) from error
        return np.asarray(judged, dtype=np.float32)


def load(name: str, device: str, setting: str = "reranker") -> CrossEncoder:
    """Load the named cross-encoder. Raises like :class:`Reranker`."""
    folder = models.find(name, setting)
    advice = f"{_ADVICE} {models.OTHERWISE[setting]}"
    if wrong := _wrong_head(folder):
        raise EngineError(f"the {setting} {name!r} in {folder} is not a cross-encoder ({wrong}); {advice}")
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model: CrossEncoder = CrossEncoder(str(folder), device=device, local_files_only=True)
    except Exception as error:  # safetensors' exception for a broken file derives from Exception only
        reason = str(error).strip().split("\n", 1)[0]
        raise EngineError(f"the {setting} {name!r} cannot be loaded from {folder} ({reason}); {advice}") from error
    if model.num_labels != 1:
        raise EngineError(f"the {setting} {name!r} gives {model.num_labels} labels for a pair, not one score; {advice}")
    model.eval()
    return model


def _wrong_head(folder: Path) -> str | None:
    """Return why a model cannot score pairs: the library would silently give it a head of random weights.

    A model with :data:`_OWN_CONFIG` states its type; for others the architecture must end in one
    of :data:`_HEADS`.
    """
    try:
        if _read(folder / _OWN_CONFIG).get("model_type") == "CrossEncoder":
            return None
        architectures = tuple(map(str, _read(folder / "config.json").get("architectures") or ()))
    except ValueError as error:
        return str(error)
    if any(architecture.endswith(_HEADS) for architecture in architectures):
        return None
    return f"architecture: {', '.join(architectures) or 'none named'}"


def _read(file: Path) -> dict[str, Any]:
    """Content of a JSON file; empty if absent."""
    try:
        content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} cannot be read ({error})") from error
    return content if isinstance(content, dict) else {}
