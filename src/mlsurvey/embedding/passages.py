"""Embeds passages with PyTorch. Importing this module loads it, which takes seconds.

The modules are those of sentence-transformers; in addition, texts are tokenized in a separate thread
(:mod:`mlsurvey.embedding.batches`), batches are sized by tokens instead of texts, and GPU results are
fetched while the next ones are computed.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from torch import Tensor
from transformers.utils import logging as transformers_logging

from mlsurvey.embedding import models
from mlsurvey.embedding.batches import Reader, Tokens, fitting, padded, padded_width
from mlsurvey.errors import EngineError

BUDGET: Final = {"cpu": 4096, "mps": 8192, "cuda": 32768}
"""Padded tokens per batch. A CPU wants what fits its caches; a GPU wants enough to hide launch overhead."""

BATCH: Final = {"cpu": 16, "mps": 32, "cuda": 256}
"""Texts per batch, where sentence-transformers does the batching."""

PORTION: Final = {"cpu": 64, "mps": 256, "cuda": 32_768}
"""Texts per call: enough that a GPU never waits, and that several GPUs can share the work."""

DEVICES: Final = ("auto", "cuda", "mps", "cpu")
"""Values of the setting ``device``."""

POOL_FROM: Final = 16_384
"""Texts per call from which several GPUs share the work: the processes need about 20 s before the first vector."""

_TOGETHER: Final = {"cuda": 8}
"""Batches whose vectors are fetched in one copy, on devices where a copy blocks."""
_MULTIPLE: Final = {"cuda": 8}
"""Columns are padded to this multiple, since matrix units and attention kernels want aligned rows."""
_BF16_CAPABILITY: Final = (8, 0)
"""Compute capability of the first GPUs with bfloat16 products (Ampere; CUDA C++ Programming Guide, "Arithmetic")."""
_DOCUMENT_PROMPTS: Final = ("document", "passage", "corpus")
"""The order in which ``SentenceTransformer.encode_document`` looks for a prompt."""
_READ_ALIKE: Final = "Reads CASE, Ünïcode and 12.5 % as they are?"


class PassageEmbedder:
    """A loaded model. ``id`` names model and precision, ``device`` where it runs.

    Args:
        name: model, as for :func:`mlsurvey.embedding.models.locate`.
        device: one of :data:`DEVICES`, or a torch device (``cuda:1``); ``auto`` takes the best available.
            ``cuda`` means all GPUs in CUDA_VISIBLE_DEVICES; calls with fewer than :data:`POOL_FROM`
            texts use the first one.
        precision: ``bf16`` runs matrix products in bfloat16 and everything else, including pooling, in fp32; on
            CUDA the transformer's weights and activations are 16-bit as well (:func:`halve`), pooling and
            normalisation stay in fp32.

    Raises:
        EngineError: the device is not available, or the model cannot be loaded.
    """

    def __init__(self, name: str, device: str = "auto", precision: models.Precision = "fp32") -> None:
        self.device = choose_device(device)
        self.precision = precision
        self.id = models.embedder_id(models.model_id(name), precision)
        self.dimension = models.dimension(name)
        self._name = name
        self._kind = torch.device(self.device).type
        self._budget = BUDGET[self._kind]
        self.portion = PORTION[self._kind]
        self._model = self._load(self.device)
        self._reader = _reader(name, self._model)
        self._pool: dict[Any, Any] | None = None

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return unit rows, shape ``(len(texts), dimension)``, in the order of ``texts``.

        Args:
            texts: truncated at the model's limit.
            progress: called from time to time with the number of texts done since the last call.

        Raises:
            EngineError: the GPU has no memory for a single text.
        """
        gpus = _gpus(self.device)
        if len(gpus) > 1 and len(texts) >= POOL_FROM:
            return self._shared(texts, gpus, progress)
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        results = _Results(rows, _TOGETHER.get(self._kind, 1), progress)
        for window in self._reader.windows(texts):
            start = 0
            while start < len(window):
                batch = window[start : start + fitting(self._width(window[start]), self._budget)]
                vectors = self._try(batch)
                if vectors is not None:
                    results.put(batch, vectors)
                    start += len(batch)
        results.finish()
        return rows

    def _load(self, device: str) -> SentenceTransformer:
        if self._kind != "cuda" or self.precision == "fp32":
            return load(self._name, device)
        return halve(load(self._name, "cpu"), half_format(self.device)).to(device)

    def _width(self, longest: Tokens) -> int:
        return padded_width(len(longest.ids), _MULTIPLE.get(self._kind, 1), self._reader.limit)

    def _try(self, batch: Sequence[Tokens]) -> Tensor | None:
        """Return vectors of a batch; None if the GPU ran out of memory, with the budget halved for the next batch."""
        width = self._width(batch[0])
        try:
            return self._forward(*padded(batch, width, self._model.tokenizer.pad_token_id or 0))
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise EngineError(f"{self.device} has too little memory for one passage; set device = cpu") from error
            self._budget = len(batch) * width // 2
            torch.cuda.empty_cache()
            return None

    def _forward(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Tensor:
        """Return unit vectors on the device; on a GPU they may still be being computed."""
        features: dict[str, Any] = {"input_ids": self._sent(ids), "attention_mask": self._sent(mask)}
        if self._reader.prompt:
            features["prompt_length"] = self._reader.prompt_length
        with self._autocast(), torch.inference_mode():
            vectors: Tensor = self._model(features, task="document")["sentence_embedding"]
            return torch.nn.functional.normalize(vectors.float(), dim=-1)

    def _sent(self, matrix: NDArray[np.int64]) -> Tensor:
        """Copy the matrix to the device; from pinned memory, asynchronously."""
        tensor = torch.from_numpy(matrix)
        if self._kind == "cuda":
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor.to(self.device)

    def _autocast(self) -> AbstractContextManager[object]:
        if self.precision == "fp32" or self._kind == "cuda":
            return nullcontext()
        return torch.autocast(self._kind, dtype=torch.bfloat16)

    def _shared(
        self, texts: Sequence[str], gpus: list[str], progress: Callable[[int], None] | None
    ) -> NDArray[np.float32]:
        """Embed in sentence-transformers' pool, one process per GPU; the pool is kept for later calls."""
        if self._pool is None:
            self._pool = self._load("cpu").start_multi_process_pool(gpus)
            self._closing = weakref.finalize(self, SentenceTransformer.stop_multi_process_pool, self._pool)
        order = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        rows[order] = unit_rows(self._ask_pool([texts[position] for position in order]))
        if progress is not None:
            progress(len(texts))
        return rows

    def _ask_pool(self, texts: list[str]) -> NDArray[np.float32]:
        """Return vectors from the pool; batches are halved until they fit on every GPU."""
        while True:
            batch = fitting(self._reader.limit, self._budget)
            try:
                return self._model.encode_document(texts, pool=self._pool, batch_size=batch, show_progress_bar=False)
            except torch.OutOfMemoryError as error:
                if batch == 1:
                    raise EngineError("a GPU has too little memory for one passage; set device = cpu") from error
                self._budget //= 2


class _Results:
    """Copies vectors into ``rows``: several batches per copy, and waits for a copy only when the next one starts."""

    def __init__(self, rows: NDArray[np.float32], together: int, progress: Callable[[int], None] | None) -> None:
        self._rows = rows
        self._together = together
        self._progress = progress
        self._held: list[tuple[Sequence[Tokens], Tensor]] = []
        self._sent: tuple[list[int], Tensor, torch.cuda.Event | None] | None = None

    def put(self, batch: Sequence[Tokens], vectors: Tensor) -> None:
        self._held.append((batch, vectors))
        if len(self._held) >= self._together:
            self._send()

    def finish(self) -> None:
        if self._held:
            self._send()
        self._land()

    def _send(self) -> None:
        positions = [tokens.position for batch, _ in self._held for tokens in batch]
        host, copied = _start_copy(torch.cat([vectors for _, vectors in self._held]))
        self._held = []
        self._land()
        self._sent = positions, host, copied

    def _land(self) -> None:
        if self._sent is None:
            return
        positions, host, copied = self._sent
        if copied is not None:
            copied.synchronize()
        self._rows[positions] = host.numpy()
        self._sent = None
        if self._progress is not None:
            self._progress(len(positions))


def _start_copy(vectors: Tensor) -> tuple[Tensor, torch.cuda.Event | None]:
    """Start a copy to host memory; returns the copy and an event for its completion, None if already complete."""
    if vectors.device.type != "cuda":
        return vectors.cpu(), None
    host = torch.empty(vectors.shape, dtype=vectors.dtype, pin_memory=True)
    host.copy_(vectors, non_blocking=True)
    copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
    copied.record(torch.cuda.current_stream(vectors.device))
    return host, copied


def half_format(device: str) -> torch.dtype:
    """The 16-bit format of a CUDA device: bfloat16 if supported in hardware, else float16.

    float16 has the finer mantissa, so its vectors are closer to fp32 than those of bfloat16; it lacks
    range, and a model that needs it gives non-finite numbers, which the index rejects.
    """
    return torch.bfloat16 if torch.cuda.get_device_capability(device) >= _BF16_CAPABILITY else torch.float16


def halve(model: SentenceTransformer, dtype: torch.dtype) -> SentenceTransformer:
    """Convert the transformer to a 16-bit format; the modules after it, pooling first, receive and return fp32."""
    model[0].to(dtype)
    model[0].register_forward_hook(_widen)
    return model


def _widen(module: torch.nn.Module, arguments: object, features: dict[str, Any]) -> dict[str, Any]:
    """Forward hook; at module level, since the pool's processes unpickle it by name."""
    wide = {key: value.float() for key, value in features.items() if _is_half(value)}
    return features | wide


def _is_half(value: object) -> bool:
    return isinstance(value, Tensor) and value.dtype in (torch.bfloat16, torch.float16)


def _reader(name: str, model: SentenceTransformer) -> Reader:
    """Return a reader that gives the model the same tokens as sentence-transformers does.

    Raises:
        EngineError: the tokens differ, e.g. if a model changes texts before its tokenizer.
    """
    prompt = next((model.prompts[kind] for kind in _DOCUMENT_PROMPTS if kind in model.prompts), None)
    reader = Reader(models.tokenizer_file(name), models.sequence_limit(name), prompt or "")
    (ids,) = reader.read([_READ_ALIKE])
    expected = model.preprocess([_READ_ALIKE], prompt=prompt, task="document")
    other_types = "token_type_ids" in expected and bool(expected["token_type_ids"].any())
    if other_types or expected["input_ids"][0].tolist() != ids.tolist():
        raise EngineError(
            f"the model {name!r} tokenizes {_READ_ALIKE!r} differently from its tokenizer.json; choose another `model`"
        )
    return reader


def _gpus(device: str) -> list[str]:
    """The devices that ``device`` refers to."""
    return [f"cuda:{number}" for number in range(torch.cuda.device_count())] if device == "cuda" else [device]


def choose_device(wanted: str) -> str:
    """Resolve the setting ``device``.

    Raises:
        EngineError: the device is not available on this machine.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(kind for kind, present in there.items() if present)
    if not there.get(wanted.partition(":")[0], False):
        usable = ", ".join(kind for kind, present in there.items() if present)
        raise EngineError(
            f"device = {wanted!r} is not available, or not supported by this torch; choose one of {usable}"
        )
    return wanted


def load(name: str, device: str) -> SentenceTransformer:
    """Load the model in fp32, truncating texts at :func:`mlsurvey.embedding.models.sequence_limit`.

    Raises:
        EngineError: sentence-transformers cannot load the files.
    """
    folder = models.locate(name)
    # Its progress bar for 0.1 s of loading would break the one of the refresh.
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(str(folder), device=device, local_files_only=True)
    except Exception as error:  # safetensors' exception for a broken file derives from Exception only
        raise EngineError(f"sentence-transformers cannot load the model {name!r} from {folder}: {error}") from error
    model.max_seq_length = models.sequence_limit(name)
    return model.eval()


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normalise rows to unit length in float32; needed for models without a normalising module."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit
