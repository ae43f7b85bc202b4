"""Passage encoders, each in its own process; embedding.py runs this with the Python that has their packages.

    python bench/encoders.py NAME MODEL FOLDER       # answers calls on its stdin; see worker.py

``mlsurvey`` is the encoder of a refresh; ``fp32`` is ``SentenceTransformer.encode`` with default settings, ``onnx`` and
``openvino`` are its back-ends of these names (https://sbert.net/docs/sentence_transformer/usage/efficiency.html).
``peak`` multiplies square matrices to measure the processor's peak.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from worker import Message, answer, resident

SIDES = (1024, 2048)
"""Matrix sizes; the fastest one counts."""


def build_encoder(model: str, folder: Path) -> Any:
    """The passage encoder that a refresh of a new index uses on this machine's CPU."""
    from mlsurvey.embedding.export import export
    from mlsurvey.embedding.exported import CONFIG, read_config
    from mlsurvey.embedding.models import choose_precision
    from mlsurvey.embedding.processor import ProcessorEmbedder, engines_for

    exported = folder / "exported"
    if not (exported / CONFIG).exists():
        export(model, exported)
    cosine = read_config(exported).bf16_cosine
    precision = choose_precision("auto", model="", existing=None, bf16_cosine=cosine)
    return ProcessorEmbedder(exported, precision, engines_for("auto", precision))


class Ours:
    def __init__(self, model: str, folder: Path) -> None:
        self._encoder = build_encoder(model, folder)
        self.described = f"{self._encoder.engine}, {self._encoder.id.rpartition(':')[2]}"

    def encode(self, texts: list[str]) -> Any:
        return self._encoder.embed(texts)


class SentenceTransformers:
    """The library's defaults: batches of 32, sorted by length, on all cores."""

    def __init__(self, model: str, folder: Path, backend: str) -> None:
        import sentence_transformers

        self.described = f"sentence-transformers {sentence_transformers.__version__}, backend={backend}"
        made = folder / f"st-{backend}"
        if backend == "torch":
            self._model = sentence_transformers.SentenceTransformer(model, device="cpu")
            return
        if not (made / "modules.json").exists():
            sentence_transformers.SentenceTransformer(model, backend=backend, device="cpu").save_pretrained(str(made))
        self._model = sentence_transformers.SentenceTransformer(str(made), backend=backend, device="cpu")

    def encode(self, texts: list[str]) -> Any:
        return self._model.encode(texts, show_progress_bar=False)


def peak() -> None:
    """Answer calls for the speed of matrix products in fp32 and bf16."""
    import torch

    def multiply(kind: str) -> Message:
        dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[kind]
        return {"gflops": max(_speed(torch, side, dtype) for side in SIDES)}

    answer({"multiply": multiply})


def _speed(torch: Any, side: int, dtype: Any) -> float:
    """GFLOP/s of the fastest of several products."""
    left, right = (torch.rand(side, side).to(dtype) for _ in range(2))
    torch.mm(left, right)
    best = 0.0
    for _ in range(6):
        started = time.perf_counter()
        torch.mm(left, right)
        best = max(best, 2 * side**3 / (time.perf_counter() - started) / 1e9)
    return best


def serve(name: str, model: str, folder: Path) -> None:
    """Answer calls for one encoder."""
    backend = {"fp32": "torch"}.get(name, name)
    encoder: Any = Ours(model, folder) if name == "mlsurvey" else SentenceTransformers(model, folder, backend)

    def encode(texts: str, output: str | None = None, first: int = 0, last: int | None = None) -> Message:
        """Encode lines ``first`` to ``last`` of a file of JSON texts into ``output``; returns the seconds."""
        with Path(texts).open(encoding="utf-8") as lines:
            chosen = [json.loads(line) for line in lines][first:last]
        started = time.perf_counter()
        rows = encoder.encode(chosen)
        seconds = time.perf_counter() - started
        if output is not None:
            import numpy as np

            np.save(output, np.asarray(rows, dtype=np.float32))
        return {"seconds": seconds}

    answer({"encode": encode, "describe": lambda: {"described": encoder.described}, "memory": resident})


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
    elif sys.argv[1] == "peak":
        peak()
    else:
        serve(sys.argv[1], sys.argv[2], Path(sys.argv[3]))


if __name__ == "__main__":
    main()
