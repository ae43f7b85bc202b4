"""Write the default embedder in its bundled form: its ONNX export, with weights in 16 bits.

    python training/carry.py src/mlsurvey/embedding/minilm

Weights are widened to 32 bits when the graph is loaded, and all computation is in 32 bits: half the size, the same
speed. Tests compare the vectors with those of sentence-transformers.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
from export import bare
from onnx import TensorProto, helper, numpy_helper

from mlsurvey.embedding.export import export
from mlsurvey.embedding.exported import CONFIG, GRAPH, TOKENIZER
from mlsurvey.embedding.models import DEFAULT_MODEL

SMALL = 1024
"""Tensors with fewer elements stay in 32 bits: biases and norms take little space."""


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with large weights in 16 bits, each behind a cast to 32 bits, without the exporter's metadata."""
    kept, widened = [], []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < SMALL:
            kept.append(tensor)
            continue
        half = f"{tensor.name}_half"
        kept.append(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), half))
        widened.append(helper.make_node("Cast", [half], [tensor.name], to=TensorProto.FLOAT))
    nodes = [*widened, *model.graph.node]
    for part, content in ((model.graph.initializer, kept), (model.graph.node, nodes)):
        del part[:]
        part.extend(content)
    onnx.checker.check_model(model)
    return bare(model)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "model"
        export(DEFAULT_MODEL, whole)
        onnx.save(halved(onnx.load(whole / GRAPH)), folder / GRAPH)
        for name in (TOKENIZER, CONFIG):
            shutil.copyfile(whole / name, folder / name)


if __name__ == "__main__":
    main()
