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
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from cells import groups, sifted
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
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from mlsurvey.answering.features import NAMES
from mlsurvey.answering.polarity import denies
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
from mlsurvey.learned.pieces import Pair

JUDGED = 16
"""Number of candidates judged per cell, as in an answer with a single cell."""
VOICES = ("matcher", "joint")
"""What a judgement is weighed from."""
SILENCED = 0.05
"""Share of the cells with evidence that the threshold for showing may suppress."""
SURE = 0.9
"""Minimum precision of the threshold for a disagreement or a denial."""


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
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        names = ["embedded", "lower", "states"]
        _export(encoder, columns, {"ids": free, "mask": free}, names, exact)
        quantise(exact, file)


def quantise(exact: Path, file: Path) -> None:
    """To 8-bit weights, of which 7 are used: without VNNI, 8 would overflow the sums of products."""
    quantize_dynamic(exact, file, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def write_reader(reader: Reader, file: Path) -> None:
    """Export in 32 bits and quantise like the encoder."""
    columns = (torch.rand(2, 16, WIDTH), torch.ones(2, 16, dtype=torch.long))
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        names = ["labels", "negated", "kinds", "flags"]
        _export(reader, columns, {"embedded": free, "mask": free}, names, exact)
        quantise(exact, file)


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
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        _export(joint, columns, shapes, ["evidence"], exact)
        quantise(exact, file)


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


def logistic(columns: NDArray[np.float64], answers: Sequence[int], names: Sequence[str]) -> dict[str, float]:
    """Coefficients by name, including the bias."""
    model = LogisticRegression(C=10.0, max_iter=3000).fit(columns, answers)
    return {"bias": float(model.intercept_[0])} | dict(zip(names, map(float, model.coef_[0]), strict=True))


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Converts logits to probabilities."""
    return 1.0 / (1.0 + np.exp(-x))


def judged(network: Network, cells: Sequence[Mapping[str, Any]]) -> None:
    """Add the sieve's logits to the candidates of each cell, and the judge's to the best."""
    for group in cells:
        best = sifted(network, group)[:JUDGED]
        voices = network.voices([Pair(group["premise"], c["text"], tuple(c["features"])) for c in best])
        for candidate, matcher, joint in zip(best, *(voices[name].tolist() for name in VOICES), strict=True):
            candidate["answering"], candidate["denying"] = (matcher[0], joint[0]), (matcher[1], joint[1])


def numbers(cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All parameters fitted in addition to the network."""
    known = [c for g in cells for c in g["candidates"][:JUDGED] if c["answers"] >= 0]
    columns = np.array([(*c["answering"], c["sieve"]) for c in known])
    answers = [c["answers"] for c in known]
    says = logistic(columns, answers, (*VOICES, "sieve"))
    for c in (c for g in cells for c in g["candidates"][:JUDGED]):
        logit = says["bias"] + says["matcher"] * c["answering"][0] + says["joint"] * c["answering"][1]
        c["p"] = float(sigmoid(np.array(logit + says["sieve"] * c["sieve"])))
    positive = [c for c in known if c["answers"] == 1]
    columns = np.array([(*c["denying"], float(denies(c["text"]))) for c in positive])
    no = logistic(columns, [c["denies"] for c in positive], (*VOICES, "negation"))
    weights = np.array([no["matcher"], no["joint"], no["negation"]])
    for c, p in zip(positive, sigmoid(no["bias"] + columns @ weights), strict=True):
        c["no"] = float(p)
    return {
        "voices": {name: [says[name], no[name]] for name in VOICES},
        "judged": {"bias": says["bias"], "judge": 1.0, "sieve": says["sieve"]},
        "unjudged": logistic(np.array([[c["sieve"]] for c in known]), answers, ("sieve",)),
        "denies": {"bias": no["bias"], "judge": 1.0, "negation": no["negation"]},
        "thresholds": thresholds(cells, positive),
    }


def thresholds(cells: Sequence[Mapping[str, Any]], positive: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Minimum probabilities.

    Shown: suppresses few cells with evidence. Unnamed and disputed: best balance between cells with and without
    evidence. Member: best lists. Denies: the lowest value that is precise enough.
    """
    best = np.array([max(c["p"] for c in g["candidates"][:JUDGED]) for g in cells])
    has = np.array([bool(g["evidence"]) for g in cells])
    sets = np.array([g["kind"] in ("list", "recommend") for g in cells])
    shown = float(np.quantile(best[~sets & has], SILENCED))
    member = listing([(g["id"], p, h) for g, p, h in zip(cells, best, has, strict=True) if g["kind"] == "list"])
    says = np.array([c["no"] for c in positive])
    return {
        "shown": round(shown, 4),
        "unnamed": round(balanced(best[~sets], has[~sets]), 4),
        "member": round(member, 4),
        "disputed": round(balanced(best[~sets], has[~sets]), 4),
        "denies": round(precise(says, np.array([bool(c["denies"]) for c in positive])), 4),
    }


def balanced(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The threshold that maximises the sum of true positive and true negative rates (Youden's index)."""
    cuts = np.unique(scores)
    return float(cuts[np.argmax([(scores[right] >= cut).mean() + (scores[~right] < cut).mean() for cut in cuts])])


def listing(members: Sequence[tuple[str, float, bool]]) -> float:
    """The threshold with the best F1, averaged over the sets; a member is (set, score, whether it belongs)."""
    of_set: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for name, score, belongs in members:
        of_set[name].append((score, belongs))
    whole = [np.array(some) for some in of_set.values() if any(belongs for _, belongs in some)]
    cuts = np.unique([score for _, score, _ in members])
    return float(cuts[np.argmax([np.mean([f1(some, cut) for some in whole]) for cut in cuts])])


def f1(members: NDArray[np.float64], cut: float) -> float:
    """F1 of the members that reach the cut; rows are (score, whether it belongs)."""
    taken, belongs = members[:, 0] >= cut, members[:, 1] > 0
    return float(2 * (taken & belongs).sum() / (taken.sum() + belongs.sum()))


def precise(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The lowest threshold with a precision of at least :data:`SURE`."""
    cuts = [cut for cut in np.unique(scores) if right[scores >= cut].mean() >= SURE]
    return float(min(cuts, default=0.95))


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
