"""Runs an exported model with OpenVINO on the CPU: in bf16 where supported, with several batches in parallel."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import openvino
from numpy.typing import NDArray

from mlsurvey.embedding.batches import Columns
from mlsurvey.embedding.cores import cores
from mlsurvey.embedding.exported import GRAPH, SENTENCES
from mlsurvey.embedding.models import Precision
from mlsurvey.errors import EngineError

MULTIPLE: Final = 8
"""Lengths are rounded up to it: OpenVINO compiles kernels for each new shape."""

QUESTION_THREADS: Final = 4
"""A question has about twenty word pieces: more threads would wait for each other."""

_PRECISIONS: Final = {"fp32": "f32", "bf16": "bf16"}

Batch = tuple[Any, Columns]
"""Batch key and inputs."""


class OpenVino:
    """A compiled graph. The batch of a row changes it by the rounding of bf16 at most, on most CPUs not at all.

    Args:
        folder: of the export.
        precision: of matrix products; a CPU without bf16 computes in fp32.
        wide: many batches in parallel, for throughput; otherwise one at a time, for latency.

    Raises:
        EngineError: the graph cannot be read or compiled.
    """

    name = "openvino"
    multiple = MULTIPLE

    def __init__(self, folder: Path, precision: Precision, *, wide: bool) -> None:
        self._model = compiled(folder, precision, wide=wide)
        self.inputs = tuple(node.get_any_name() for node in self._model.inputs)
        self._request = self._model.create_infer_request()

    @cached_property
    def _queue(self) -> Any:
        """Created lazily: its requests have their own memory, which questions do not need."""
        return openvino.AsyncInferQueue(self._model)

    def rows(self, batches: Iterable[Batch]) -> list[tuple[Any, NDArray[np.float32]]]:
        """Return unit rows of each batch, in any order; further batches are prepared while others are computed."""
        done: list[tuple[Any, NDArray[np.float32]]] = []

        def keep(request: openvino.InferRequest, key: Any) -> None:
            done.append((key, request.get_tensor(SENTENCES).data.copy()))

        self._queue.set_callback(keep)
        try:
            for key, inputs in batches:
                self._queue.start_async(dict(inputs), userdata=key)
        finally:  # after an interruption, no batch may write into the list of an earlier call
            self._queue.wait_all()
        return done

    def run(self, inputs: Columns, output: str = SENTENCES) -> NDArray[np.float32]:
        """Return one output for one batch. Not thread-safe."""
        result: NDArray[np.float32] = self._request.infer(dict(inputs))[output].copy()
        return result


def compiled(folder: Path, precision: Precision, *, wide: bool) -> openvino.CompiledModel:
    """Read and compile the graph of an export; raises and takes the same as :class:`OpenVino`."""
    config = {
        "INFERENCE_PRECISION_HINT": _PRECISIONS[precision],
        "PERFORMANCE_HINT": "THROUGHPUT" if wide else "LATENCY",
        "INFERENCE_NUM_THREADS": cores() if wide else min(cores(), QUESTION_THREADS),
    }
    try:
        core = openvino.Core()
        return core.compile_model(core.read_model(str(folder / GRAPH)), "CPU", config)
    except RuntimeError as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise EngineError(f"OpenVINO cannot run {folder / GRAPH} ({reason}); set engine = onnxruntime") from error
