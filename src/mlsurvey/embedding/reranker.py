"""Judge question and passage together with a cross-encoder. Importing this module loads PyTorch, as for embedding."""

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
"""Ends of architectures that score a pair: by a classifier, or by how much likelier "yes" is than "no"."""
_WITHOUT: Final = {"reranker": "leave the setting `reranker` empty", "judge": "set judge = auto"}
_ADVICE: Final = "choose a cross-encoder with one label, such as cross-encoder/ms-marco-MiniLM-L6-v2, or"


class Reranker:
    """A loaded cross-encoder. Not safe to share between threads: its tokenizer is changed while it works.

    Args:
        name: a folder, or a model of the Hugging Face hub, which is fetched like an embedding model.
        device: like that of :class:`mlsurvey.embedding.passages.PassageEmbedder`.
        setting: that it comes from, ``reranker`` or ``judge``, for messages.

    Raises:
        EngineError: the device is not there, or the model cannot be loaded or does not give one score for a pair.
    """

    def __init__(self, name: str, device: str = "auto", setting: str = "reranker") -> None:
        self.device, self._setting = choose_device(device), setting
        self._model = load(name, self.device, setting)
        self._batch = BATCH[torch.device(self.device).type]

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers the query: shape ``(len(texts),)``, in 0..1, in the order of ``texts``.

        A pair beyond the model's limit is cut there. The model's logits pass a sigmoid, whatever it is configured
        to do with them: some leave them raw, and a score has to mean the same for all. Batches are of similar length.

        Raises:
            EngineError: the GPU has no memory for a batch.
        """
        pairs = [(query, text) for text in texts]
        try:
            judged = self._model.predict(
                pairs, batch_size=self._batch, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False
            )
        except torch.OutOfMemoryError as error:
            raise EngineError(f"{self.device} has no memory for the {self._setting}; set device = cpu") from error
        return np.asarray(judged, dtype=np.float32)


def load(name: str, device: str, setting: str = "reranker") -> CrossEncoder:
    """The cross-encoder of that name. Raises like :class:`Reranker`."""
    folder = models.find(name, setting, _WITHOUT[setting])
    advice = f"{_ADVICE} {_WITHOUT[setting]}"
    if wrong := _wrong_head(folder):
        raise EngineError(f"the {setting} {name!r} in {folder} is no cross-encoder ({wrong}); {advice}")
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model: CrossEncoder = CrossEncoder(str(folder), device=device, local_files_only=True)
    except Exception as error:  # safetensors' own class for a broken file derives from Exception only
        reason = str(error).strip().split("\n", 1)[0]
        raise EngineError(f"the {setting} {name!r} cannot be loaded from {folder} ({reason}); {advice}") from error
    if model.num_labels != 1:
        raise EngineError(f"the {setting} {name!r} gives {model.num_labels} labels for a pair, not one score; {advice}")
    model.eval()
    return model


def _wrong_head(folder: Path) -> str | None:
    """Why a model judges nothing: the library would give it a head of random weights without an error.

    A model with modules of its own (:data:`_OWN_CONFIG`) says what it is; of others the architecture has to be one
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
    """Content of a JSON file; an absent one says nothing."""
    try:
        content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} cannot be read ({error})") from error
    return content if isinstance(content, dict) else {}
