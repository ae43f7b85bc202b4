"""Passages to vectors with sentence-transformers. Importing this module loads PyTorch: seconds, not milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from mlsurvey.embedding import models
from mlsurvey.errors import EngineError

BATCH: Final = {"cpu": 16, "mps": 32, "cuda": 256}
"""Texts at a time. On processors 8 to 16 of similar length beat larger batches; a GPU wants more to do."""

DEVICES: Final = ("auto", "cuda", "mps", "cpu")
"""Values of the setting ``device``."""


class PassageEmbedder:
    """A loaded model. ``id`` names model and precision, ``device`` where it runs.

    Args:
        name: model, as :func:`mlsurvey.embedding.models.locate` takes it.
        device: one of :data:`DEVICES`, or what torch calls a device (``cuda:1``); ``auto`` takes the best there is.
        precision: ``bf16`` runs the matrix products in bfloat16 and everything else, pooling included, in fp32.

    Raises:
        EngineError: the device is not there, or the model cannot be loaded.
    """

    def __init__(self, name: str, device: str = "auto", precision: models.Precision = "fp32") -> None:
        self.device = choose_device(device)
        self.precision = precision
        self.id = models.embedder_id(models.model_id(name), precision)
        self.dimension = models.dimension(name)
        self._model = load(name, self.device)
        self._batch = BATCH[torch.device(self.device).type]

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``, in the order of ``texts``.

        Args:
            texts: cut at the model's limit where longer.
            progress: told after each batch how many texts it held.
        """
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        longest_first = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
        done = 0
        while done < len(texts):
            batch = longest_first[done : done + self._batch]
            vectors = self._try([texts[position] for position in batch])
            if vectors is None:
                continue
            rows[batch] = vectors
            done += len(batch)
            if progress is not None:
                progress(len(batch))
        return rows

    def _try(self, batch: list[str]) -> NDArray[np.float32] | None:
        """Vectors of a batch; None where the GPU had no memory for it, and the next batch will be half as large."""
        try:
            with self._autocast(), torch.inference_mode():
                return unit_rows(self._model.encode_document(batch, batch_size=len(batch), show_progress_bar=False))
        except torch.OutOfMemoryError as error:
            if self._batch == 1:
                raise EngineError(f"{self.device} has no memory for one passage; set device = cpu") from error
            self._batch = max(1, len(batch) // 2)
            torch.cuda.empty_cache()
            return None

    def _autocast(self) -> AbstractContextManager[object]:
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(torch.device(self.device).type, dtype=torch.bfloat16)


def choose_device(wanted: str) -> str:
    """The device that ``wanted`` stands for.

    Raises:
        EngineError: it is not on this machine.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(kind for kind, present in there.items() if present)
    if not there.get(wanted.partition(":")[0], False):
        usable = ", ".join(kind for kind, present in there.items() if present)
        raise EngineError(f"device = {wanted!r} is not here, or this torch cannot use it; choose from: {usable}")
    return wanted


def load(name: str, device: str) -> SentenceTransformer:
    """The model in fp32, cutting texts where :func:`mlsurvey.embedding.models.sequence_limit` says.

    Raises:
        EngineError: the files do not make a model that sentence-transformers can load.
    """
    folder = models.locate(name)
    # Its bar over 0.1 s of loading would tear the one of the refresh.
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(str(folder), device=device, local_files_only=True)
    except Exception as error:  # safetensors' own class for a broken file derives from Exception only
        raise EngineError(f"sentence-transformers cannot load the model {name!r} from {folder}: {error}") from error
    model.max_seq_length = models.sequence_limit(name)
    return model.eval()


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows as float32 of length one; a model without a normalising module is made to fit cosine search."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit
