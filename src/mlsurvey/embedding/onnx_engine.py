"""Runs an exported model with ONNX Runtime on the CPU: the fastest to start, in fp32."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mlsurvey.embedding.batches import Columns
from mlsurvey.embedding.cores import cores
from mlsurvey.embedding.exported import GRAPH, SENTENCES
from mlsurvey.errors import EngineError


class OnnxRuntime:
    """An open session. Thread-safe.

    One thread per operator: a second one slows down a single question, and with many batches
    one batch per core runs in parallel.

    Raises:
        EngineError: the graph is missing or broken.
    """

    name = "onnxruntime"
    multiple = 1

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        graph = folder / GRAPH
        try:
            self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's exception classes derive from Exception only
            raise EngineError(f"cannot open {graph} ({error}); delete it, then type: mlsurvey refresh") from error
        self.inputs = tuple(node.name for node in self._session.get_inputs())

    def rows(self, batches: Iterable[tuple[Any, Columns]]) -> list[tuple[Any, NDArray[np.float32]]]:
        """Return unit rows of each batch; further batches are prepared while others are computed."""
        workers = cores()
        done: list[tuple[Any, NDArray[np.float32]]] = []
        waiting: deque[tuple[Any, Future[NDArray[np.float32]]]] = deque()
        with ThreadPoolExecutor(workers) as pool:
            for key, inputs in batches:
                waiting.append((key, pool.submit(self.run, inputs)))
                if len(waiting) > 2 * workers:
                    first, future = waiting.popleft()
                    done.append((first, future.result()))
            done += [(key, future.result()) for key, future in waiting]
        return done

    def run(self, inputs: Columns, output: str = SENTENCES) -> NDArray[np.float32]:
        """Return one output for one batch."""
        result: NDArray[np.float32] = self._session.run([output], dict(inputs))[0]
        return result
