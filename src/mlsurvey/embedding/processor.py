"""Passages to vectors on the processor, with the exported model: no PyTorch is loaded."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mlsurvey.embedding.batches import BATCH_PIECES, BATCH_TEXTS, Columns, Reader, batched, inputs
from mlsurvey.embedding.exported import TOKENIZER, read_config
from mlsurvey.embedding.models import Precision, embedder_id, has_openvino
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.errors import EngineError

ENGINES: Final = ("auto", "openvino", "onnxruntime", "torch")
"""Values of the setting ``engine``."""

_TRIAL_SECONDS = 0.5  # for each engine
_TRIAL_TEXTS = 64


class Engine(Protocol):
    """What runs an exported graph."""

    @property
    def name(self) -> str:
        """By which the settings know it."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the graph's inputs."""

    @property
    def multiple(self) -> int:
        """Lengths of batches are rounded up to it."""

    def rows(self, batches: Iterable[tuple[Any, Columns]]) -> list[tuple[Any, NDArray[np.float32]]]:
        """Unit rows of each batch, in any order."""

    def run(self, inputs: Columns, output: str = ...) -> NDArray[np.float32]:
        """One output for one batch."""


class ProcessorEmbedder:
    """An exported model on the processor. ``id`` names model and precision, ``engine`` what runs it.

    Args:
        folder: of the export.
        precision: of the matrix products.
        engines: names of those that can be taken, see :func:`engines_for`. Of several the fastest is kept, by half a
            second's work of each.

    Raises:
        EngineError: the export is not there, or an engine cannot run it.
    """

    device = "cpu"
    portion = 256
    """Texts that it wants at a time: enough that no processor waits, and what an interruption can cost."""

    def __init__(self, folder: Path, precision: Precision, engines: Sequence[str]) -> None:
        config = read_config(folder)
        self.id = embedder_id(config.model, precision)
        self.dimension = config.dimension
        self._reader = Reader(folder / TOKENIZER, config.max_tokens, config.passage_prompt)
        opened = [open_engine(name, folder, precision) for name in engines]
        self._engine = opened[0] if len(opened) == 1 else max(opened, key=self._speed)

    @property
    def engine(self) -> str:
        """Name of the engine that is in use."""
        return self._engine.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``, in the order of the texts; cut at the model's limit."""
        return self._embed(self._engine, texts)

    def _embed(self, engine: Engine, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for batch, vectors in engine.rows(self._prepared(engine, texts)):
            rows[batch] = vectors
        return rows

    def _prepared(self, engine: Engine, texts: Sequence[str]) -> Iterator[tuple[list[int], Columns]]:
        """Positions and inputs of each batch."""
        for window in self._reader.windows(texts):
            for batch in batched(window, BATCH_PIECES, BATCH_TEXTS):
                columns = inputs(batch, engine.inputs, engine.multiple, self._reader.limit)
                yield [tokens.position for tokens in batch], columns

    def _speed(self, engine: Engine) -> float:
        """Texts a second."""
        texts = sample_texts(_TRIAL_TEXTS)
        done, started = 0, time.perf_counter()
        while (taken := time.perf_counter() - started) < _TRIAL_SECONDS or not done:
            done += len(self._embed(engine, texts))
        return done / taken


def engines_for(engine: str, precision: Precision) -> list[str]:
    """Names of the engines that the setting ``engine`` allows and that compute in ``precision``; PyTorch is none here.

    Raises:
        EngineError: the one that is set is not installed, or does not compute so.
    """
    able = ["openvino"] if has_openvino() else []
    able += ["onnxruntime"] if precision == "fp32" else []
    if engine == "auto":
        return able
    if engine == "openvino" and engine not in able:
        raise EngineError("engine = openvino, but OpenVINO is not installed; type: pip install 'mlsurvey[openvino]'")
    if engine not in able:
        raise EngineError(f"engine = {engine} does not compute in {precision}; set engine = openvino or torch")
    return [engine]


def open_engine(name: str, folder: Path, precision: Precision, *, wide: bool = True) -> Engine:
    """The engine of that name on an exported graph; ``wide`` for many batches side by side.

    Raises:
        EngineError: it cannot run the graph.
    """
    if name == "openvino":
        from mlsurvey.embedding.openvino_engine import OpenVino

        return OpenVino(folder, precision, wide=wide)
    from mlsurvey.embedding.onnx_engine import OnnxRuntime

    return OnnxRuntime(folder)
