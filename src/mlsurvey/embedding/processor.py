"""Embeds passages on the CPU with the exported model, without loading PyTorch."""

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

_TRIAL_SECONDS = 0.5  # per engine
_TRIAL_TEXTS = 64


class Engine(Protocol):
    """Runs an exported graph."""

    @property
    def name(self) -> str:
        """Name in the settings."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the graph's inputs."""

    @property
    def multiple(self) -> int:
        """Batch lengths are rounded up to it."""

    def rows(self, batches: Iterable[tuple[Any, Columns]]) -> list[tuple[Any, NDArray[np.float32]]]:
        """Return unit rows of each batch, in any order."""

    def run(self, inputs: Columns, output: str = ...) -> NDArray[np.float32]:
        """Return one output for one batch."""


class ProcessorEmbedder:
    """An exported model on the CPU. ``id`` names model and precision, ``engine`` the engine that runs it.

    Args:
        folder: of the export.
        precision: of matrix products.
        engines: names of the candidates, see :func:`engines_for`. If there are several, the fastest in a trial of
            half a second each is used.

    Raises:
        EngineError: there is no export, or an engine cannot run it.
    """

    device = "cpu"
    portion = 256
    """Preferred texts per call: enough that no core waits; at most this much work is lost on interruption."""

    def __init__(self, folder: Path, precision: Precision, engines: Sequence[str]) -> None:
        config = read_config(folder)
        self.id = embedder_id(config.model, precision)
        self.dimension = config.dimension
        self._reader = Reader(folder / TOKENIZER, config.max_tokens, config.passage_prompt)
        opened = [open_engine(name, folder, precision) for name in engines]
        self._engine = opened[0] if len(opened) == 1 else max(opened, key=self._speed)

    @property
    def engine(self) -> str:
        """Name of the engine in use."""
        return self._engine.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, shape ``(len(texts), dimension)``, in input order; truncates texts at the model's limit."""
        return self._embed(self._engine, texts)

    def _embed(self, engine: Engine, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for batch, vectors in engine.rows(self._prepared(engine, texts)):
            rows[batch] = vectors
        return rows

    def _prepared(self, engine: Engine, texts: Sequence[str]) -> Iterator[tuple[list[int], Columns]]:
        """Yield positions and inputs of each batch."""
        for window in self._reader.windows(texts):
            for batch in batched(window, BATCH_PIECES, BATCH_TEXTS):
                columns = inputs(batch, engine.inputs, engine.multiple, self._reader.limit)
                yield [tokens.position for tokens in batch], columns

    def _speed(self, engine: Engine) -> float:
        """Texts per second."""
        texts = sample_texts(_TRIAL_TEXTS)
        done, started = 0, time.perf_counter()
        while (taken := time.perf_counter() - started) < _TRIAL_SECONDS or not done:
            done += len(self._embed(engine, texts))
        return done / taken


def engines_for(engine: str, precision: Precision) -> list[str]:
    """Names of the engines allowed by the setting ``engine`` that support ``precision``; PyTorch is not among them.

    Raises:
        EngineError: the engine set is not installed, or does not support the precision.
    """
    able = ["openvino"] if has_openvino() else []
    able += ["onnxruntime"] if precision == "fp32" else []
    if engine == "auto":
        return able
    if engine == "openvino" and engine not in able:
        raise EngineError("engine = openvino, but OpenVINO is not installed; type: pip install 'mlsurvey[openvino]'")
    if engine not in able:
        raise EngineError(f"engine = {engine} does not support {precision}; set engine = openvino or torch")
    return [engine]


def open_engine(name: str, folder: Path, precision: Precision, *, wide: bool = True) -> Engine:
    """Open an exported graph with the named engine; ``wide`` for many batches in parallel.

    Raises:
        EngineError: the engine cannot run the graph.
    """
    if name == "openvino":
        from mlsurvey.embedding.openvino_engine import OpenVino

        return OpenVino(folder, precision, wide=wide)
    from mlsurvey.embedding.onnx_engine import OnnxRuntime

    return OnnxRuntime(folder)
