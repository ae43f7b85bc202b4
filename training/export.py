"""Write the artefact that the program loads: encoder, reader, joint layers, matcher and sieve as ONNX, all numbers.

    python training/export.py graphs sieve.pt judge.pt --into ../src/mlsurvey/learned/artefact
    python training/export.py reader reader.pt --into ../src/mlsurvey/learned/artefact
    python training/export.py joint joint.pt --validation g-validation*.jsonl --data data/*.jsonl \
        --into ../src/mlsurvey/learned/artefact

``graphs`` writes the networks on which the joint layers are trained. ``reader`` adds the reader, which depends on no
other network. ``joint`` adds the joint layers, and fits weights, calibration and thresholds on the validation part,
using the exported graphs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import onnx
import torch
from calibrate import judged, numbers
from cells import groups
from labels import KINDS
from network import (
    ALL_FLAGS,
    LABELS,
    QUESTION,
    STRETCH,
    WIDTH,
    Joint,
    Judge,
    Lower,
    Matcher,
    Reader,
    Sieve,
    padded,
    pieces_of,
    through,
    tokenizer,
)
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from mlsurvey.answering.features import NAMES
from mlsurvey.learned.artefact import (
    ENCODER,
    GRAPHS,
    JOINT,
    MATCHER,
    NUMBERS,
    READER,
    SCHEMA,
    SIEVE,
    TOKENIZER,
    Artefact,
)
from mlsurvey.learned.network import Network


class Encoder(nn.Module):
    """What reader, joint layers and matcher read; the requested outputs determine which layers run."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self.lower, self.judge = Lower(), judge

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """States before the first layer, after the frozen layers, and after the last."""
        embedded = self.lower.embed(ids)
        states = through(self.lower.layers, embedded, mask)
        return embedded, states, self.judge.upper(states, mask)


class Matched(nn.Module):
    """The matcher for one question and many stretches."""

    def __init__(self, matcher: Matcher) -> None:
        super().__init__()
        self.matcher = matcher

    def forward(
        self, question: Tensor, question_mask: Tensor, stretch: Tensor, stretch_mask: Tensor, features: Tensor
    ) -> Tensor:
        """Logits (stretches, 2); the question tensors have shape (1, pieces, …)."""
        count = stretch.shape[0]
        asked, asked_mask = question.expand(count, -1, -1), question_mask.expand(count, -1)
        logits: Tensor = self.matcher(asked, asked_mask, stretch, stretch_mask, features)
        return logits


def write_encoder(encoder: Encoder, pieces: Any, file: Path) -> None:
    """Export in 32 bits, then quantise to 8, which is twice as fast on two cores without VNNI.

    Activations share one scale per batch, so a text is encoded on its own to be independent of other texts.
    """
    columns = padded(pieces_of(pieces, ["Does it run offline?", "It is under MIT, they say, and so it stays."], 64))
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    _export_in_8_bits(encoder, columns, {"ids": free, "mask": free}, ["embedded", "lower", "states"], file)


def write_reader(reader: Reader, file: Path) -> None:
    """Export in 32 bits and quantise like the encoder."""
    columns = (torch.rand(2, 16, WIDTH), torch.ones(2, 16, dtype=torch.long))
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    _export_in_8_bits(reader, columns, {"embedded": free, "mask": free}, ["labels", "negated", "kinds", "flags"], file)


def write_matcher(matcher: Matcher, file: Path) -> None:
    """Export in 32 bits: the matcher is small, and its columns differ in scale."""
    _export_pairs(Matched(matcher), torch.rand(1, 7, WIDTH), torch.rand(5, 9, WIDTH), "evidence", file)


def write_joint(joint: Joint, file: Path) -> None:
    """Export in 32 bits and quantise like the encoder; pairs are judged one by one for the same reason."""
    asked = torch.zeros(2, 16)
    asked[:, :7] = 1.0
    columns = (torch.rand(2, 16, WIDTH), asked, 1.0 - asked, torch.rand(2, len(NAMES)))
    pairs, pieces = torch.export.Dim("pairs"), torch.export.Dim("pieces")
    shapes = {name: {0: pairs, 1: pieces} for name in ("states", "asked", "said")} | {"features": {0: pairs}}
    _export_in_8_bits(joint, columns, shapes, ["evidence"], file)


def write_sieve(sieve: Sieve, file: Path) -> None:
    """Export in 32 bits and quantise only the table."""
    question, stretch = torch.ones(1, 7, dtype=torch.long), torch.ones(5, 9, dtype=torch.long)
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        _export_pairs(sieve, question, stretch, "chosen", exact)
        quantize_dynamic(exact, file, weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])


def _export_pairs(net: nn.Module, question: Tensor, stretch: Tensor, output: str, file: Path) -> None:
    """Export a network that compares one question with many stretches; both tensors are sample inputs."""
    columns = (
        question,
        torch.ones(question.shape[:2]),
        stretch,
        torch.ones(stretch.shape[:2]),
        torch.rand(len(stretch), len(NAMES)),
    )
    stretches, pieces, asked = torch.export.Dim("stretches"), torch.export.Dim("pieces"), torch.export.Dim("asked")
    shapes = {
        "question": {1: asked},
        "question_mask": {1: asked},
        "stretch": {0: stretches, 1: pieces},
        "stretch_mask": {0: stretches, 1: pieces},
        "features": {0: stretches},
    }
    _export(net, columns, shapes, [output], file)


def _export_in_8_bits(
    net: nn.Module, columns: Sequence[Tensor], shapes: Mapping[str, Any], outputs: Sequence[str], file: Path
) -> None:
    """Of the weights, 7 bits are used: without VNNI, 8 would overflow the sums of products."""
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        _export(net, columns, shapes, outputs, exact)
        quantize_dynamic(exact, file, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def _export(
    net: nn.Module, columns: Sequence[Tensor], shapes: Mapping[str, Any], outputs: Sequence[str], file: Path
) -> None:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    net.eval()
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net,
            tuple(columns),
            str(file),
            input_names=list(shapes),
            output_names=list(outputs),
            dynamic_shapes=tuple(shapes.values()),
            opset_version=18,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    onnx.save(bare(onnx.load(file)), file)


def bare(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph without the exporter's metadata: shapes break the quantiser, and file names and lines are included."""
    del model.graph.value_info[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    for part in (*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.initializer):
        del part.metadata_props[:]
        part.ClearField("doc_string")
    return model


def digest(*files: Path) -> str:
    """Hash of the files' contents."""
    told = hashlib.sha256()
    for file in files:
        told.update(file.read_bytes())
    return told.hexdigest()[:16]


def graphs(sieve_file: Path, judge_file: Path, into: Path) -> None:
    """Write all graphs, with a reader and joint layers that are not trained yet; these have no weight."""
    pieces, judge = tokenizer(), Judge()
    sieve = Sieve(len(pieces))
    sieve.load_state_dict(torch.load(sieve_file))
    judge.load_state_dict(torch.load(judge_file))
    into.mkdir(parents=True, exist_ok=True)
    write_encoder(Encoder(judge), pieces, into / ENCODER)
    write_reader(Reader(), into / READER)
    write_matcher(judge.matcher, into / MATCHER)
    write_joint(Joint(), into / JOINT)
    write_sieve(sieve, into / SIEVE)
    backend = pieces.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    backend.save(str(into / TOKENIZER))
    base = Artefact(
        id="",
        labels=LABELS,
        kinds=KINDS,
        flags=ALL_FLAGS,
        question_pieces=QUESTION,
        stretch_pieces=STRETCH,
        voices={"matcher": (1.0, 1.0), "joint": (0.0, 0.0)},
        judged={},
        unjudged={},
        denies={},
        thresholds={},
        data={},
        schema=SCHEMA,
    )
    write(into, asdict(base))


def add_reader(reader_file: Path, into: Path) -> None:
    """Write the trained reader."""
    reader = Reader()
    reader.load_state_dict(torch.load(reader_file))
    write_reader(reader, into / READER)
    write(into, json.loads((into / NUMBERS).read_text("utf-8")))


def finish(joint_file: Path, validation: Sequence[Path], data: Sequence[Path], into: Path) -> None:
    """Add the trained joint layers, and fit all numbers."""
    joint = Joint()
    joint.load_state_dict(torch.load(joint_file))
    write_joint(joint, into / JOINT)
    held = groups(validation)
    network = Network(into)
    judged(network, held)
    fitted = asdict(network.artefact) | numbers(held) | {"data": {file.name: digest(file) for file in data}}
    write(into, fitted)
    print(json.dumps({k: fitted[k] for k in ("voices", "judged", "unjudged", "denies", "thresholds")}, indent=1))
    print(f"{sum(file.stat().st_size for file in into.iterdir()) / 1e6:.1f} MB")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    first, second, third = (commands.add_parser(name) for name in ("graphs", "reader", "joint"))
    for name in ("sieve", "judge"):
        first.add_argument(name, type=Path)
    second.add_argument("reader", type=Path)
    third.add_argument("joint", type=Path)
    third.add_argument("--validation", type=Path, nargs="+", required=True)
    third.add_argument("--data", type=Path, nargs="+", required=True)
    for command in (first, second, third):
        command.add_argument("--into", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.command == "graphs":
        graphs(arguments.sieve, arguments.judge, arguments.into)
    elif arguments.command == "reader":
        add_reader(arguments.reader, arguments.into)
    else:
        finish(arguments.joint, arguments.validation, arguments.data, arguments.into)


def write(into: Path, values: Mapping[str, Any]) -> None:
    """Write the numbers to a file, with the digest of the graphs and of themselves."""
    kept = dict(values) | {"id": digest(*(into / name for name in GRAPHS))}
    kept["id"] = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]
    draft = into / f".{NUMBERS}"
    draft.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    shutil.move(draft, into / NUMBERS)


if __name__ == "__main__":
    main()
