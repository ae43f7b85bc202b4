"""Write the artefact that the program reads: both stacks as one 8-bit ONNX graph, and all fitted numbers.

    python training/export.py judge.pt reader.pt --train g-train*.jsonl --validation g-validation*.jsonl \
        --data data/*.jsonl --into ../src/mlsurvey/learned/artefact

The weights of the features come from the train part; calibration and thresholds from the validation part, with the
8-bit graph as it will run.
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
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from fit_judge import groups, ordered, weights
from labels import KINDS
from network import ALL_FLAGS, LABELS, QUESTION, STRETCH, Judge, Reader, paired, tokenizer
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from mlsurvey.answering.features import NAMES
from mlsurvey.answering.polarity import denies
from mlsurvey.learned.artefact import NETWORK, NUMBERS, SCHEMA, TOKENIZER, Artefact
from mlsurvey.learned.network import Network

JUDGED = 16
"""Candidates of a cell that are judged, as the program does for a single one."""
NEARLY = 0.01
"""What a threshold for showing may lose of the best balance, to show more."""
SURE = 0.9
"""Precision that a disagreement or a denial asks of its threshold."""


class Both(nn.Module):
    """The two stacks over one table of word pieces; either is run alone, by what is asked for."""

    def __init__(self, judge: Judge, reader: Reader) -> None:
        super().__init__()
        reader.bert.embeddings.word_embeddings = judge.bert.embeddings.word_embeddings
        self.judge, self.reader = judge, reader

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        """Evidence, then the reader's four."""
        return (self.judge(ids, types, mask), *self.reader(ids, torch.zeros_like(types), mask))


def write_graph(both: Both, pieces: Any, file: Path) -> None:
    """Export in 32 bits, then quantise to 8, which is twice as fast on two cores without VNNI.

    Activations get one scale for a batch, so that a logit hangs a little on what is judged beside it: the batches of a
    question are always the same.
    """
    samples = [("Does it run offline?", "Yes, it does."), ("Which licence", "It is under MIT, they say.")]
    columns = paired(pieces, samples)
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    both.eval()
    with tempfile.TemporaryDirectory() as scratch, torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exact = Path(scratch) / "exact.onnx"
        torch.onnx.export(
            both,
            tuple(columns),
            str(exact),
            input_names=["ids", "types", "mask"],
            output_names=["evidence", "labels", "negated", "kinds", "flags"],
            dynamic_shapes=(free, free, free),
            opset_version=18,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        onnx.save(bare(onnx.load(exact)), exact)
        # Seven bits where the processor has no VNNI: eight would overflow its sums of products.
        quantize_dynamic(exact, file, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def bare(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph without the exporter's notes: its shapes stand in the quantiser's way, and it names files and lines."""
    del model.graph.value_info[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    for part in (*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    return model


def logistic(columns: NDArray[np.float64], answers: Sequence[int], names: Sequence[str]) -> dict[str, float]:
    """Weights by name, the bias among them."""
    model = LogisticRegression(C=10.0, max_iter=3000).fit(columns, answers)
    return {"bias": float(model.intercept_[0])} | dict(zip(names, map(float, model.coef_[0]), strict=True))


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logits to probabilities."""
    return 1.0 / (1.0 + np.exp(-x))


def judged(network: Network, cells: Sequence[Mapping[str, Any]]) -> None:
    """Put the judge's logits beside the best candidates of each cell."""
    for group in cells:
        best = group["candidates"][:JUDGED]
        logits = network.judge([(group["premise"], c["text"]) for c in best])
        for candidate, (answers, no) in zip(best, logits.tolist(), strict=True):
            candidate["judge"], candidate["no"] = answers, no


def numbers(cheap: LogisticRegression, cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything that is fitted beside the network."""
    known = [c for g in cells for c in g["candidates"][:JUDGED] if c["answers"] >= 0]
    columns = np.array([(c["judge"], c["cheap"]) for c in known])
    answers = [c["answers"] for c in known]
    blend = logistic(columns, answers, ("judge", "features"))
    for c in (c for g in cells for c in g["candidates"][:JUDGED]):
        c["p"] = float(sigmoid(np.array(blend["bias"] + blend["judge"] * c["judge"] + blend["features"] * c["cheap"])))
    positive = [c for c in known if c["answers"] == 1]
    for c in positive:
        c["negation"] = float(denies(c["text"]))
    no = logistic(
        np.array([(c["no"], c["negation"]) for c in positive]),
        [c["denies"] for c in positive],
        ("judge", "negation"),
    )
    return {
        "features": {"bias": float(cheap.intercept_[0])} | dict(zip(NAMES, map(float, cheap.coef_[0]), strict=True)),
        "judged": blend,
        "unjudged": logistic(np.array([[c["cheap"]] for c in known]), answers, ("features",)),
        "denies": no,
        "thresholds": thresholds(cells, positive, no),
    }


def thresholds(
    cells: Sequence[Mapping[str, Any]], positive: Sequence[Mapping[str, Any]], no: Mapping[str, float]
) -> dict[str, float]:
    """Least probabilities.

    Shown: the least that is nearly the best balance of cells with evidence and cells without. The others but the last:
    the best balance. Denies: the least that is precise.
    """
    best = np.array([max(c["p"] for c in g["candidates"][:JUDGED]) for g in cells])
    has = np.array([bool(g["evidence"]) for g in cells])
    sets = np.array([g["kind"] in ("list", "recommend") for g in cells])
    shown = balanced(best[~sets], has[~sets], NEARLY)
    member = balanced(best[sets], has[sets])
    says = sigmoid(np.array([no["bias"] + no["judge"] * c["no"] + no["negation"] * c["negation"] for c in positive]))
    return {
        "shown": round(shown, 4),
        "unnamed": round(balanced(best[~sets], has[~sets]), 4),
        "member": round(member, 4),
        "disputed": round(balanced(best[~sets], has[~sets]), 4),
        "denies": round(precise(says, np.array([bool(c["denies"]) for c in positive])), 4),
    }


def balanced(scores: NDArray[np.float64], right: NDArray[np.bool_], loss: float = 0.0) -> float:
    """The least threshold whose true positive and negative rates add up to the most (Youden's index), less loss."""
    cuts = np.unique(scores)
    index = np.array([(scores[right] >= cut).mean() + (scores[~right] < cut).mean() for cut in cuts])
    return float(cuts[index >= index.max() - loss].min())


def precise(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The least threshold of at least :data:`SURE` precision."""
    cuts = [cut for cut in np.unique(scores) if right[scores >= cut].mean() >= SURE]
    return float(min(cuts, default=0.95))


def digest(*files: Path) -> str:
    """Of the files' bytes."""
    told = hashlib.sha256()
    for file in files:
        told.update(file.read_bytes())
    return told.hexdigest()[:16]


def main() -> None:
    """Read the arguments and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judge", type=Path)
    parser.add_argument("reader", type=Path)
    parser.add_argument("--train", type=Path, nargs="+", required=True)
    parser.add_argument("--validation", type=Path, nargs="+", required=True)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--into", type=Path, required=True)
    arguments = parser.parse_args()
    pieces, judge, reader = tokenizer(), Judge(), Reader()
    judge.load_state_dict(torch.load(arguments.judge))
    reader.load_state_dict(torch.load(arguments.reader))
    into: Path = arguments.into
    into.mkdir(parents=True, exist_ok=True)
    write_graph(Both(judge, reader), pieces, into / NETWORK)
    backend = pieces.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    backend.save(str(into / TOKENIZER))
    train, held = groups(arguments.train), groups(arguments.validation)
    cheap = weights(train)
    ordered(held, cheap)
    base: dict[str, Any] = {
        "id": digest(into / NETWORK),
        "labels": LABELS,
        "kinds": KINDS,
        "flags": ALL_FLAGS,
        "question_pieces": QUESTION,
        "stretch_pieces": STRETCH,
        "features": {},
        "judged": {},
        "unjudged": {},
        "denies": {},
        "thresholds": {},
        "data": {file.name: digest(file) for file in arguments.data},
        "schema": SCHEMA,
    }
    Artefact(**base)
    write(into, base)
    judged(Network(into), held)
    fitted = base | numbers(cheap, held)
    fitted["id"] = hashlib.sha256(json.dumps(fitted, sort_keys=True).encode()).hexdigest()[:16]
    write(into, fitted)
    print(json.dumps({k: fitted[k] for k in ("judged", "unjudged", "denies", "thresholds")}, indent=1))
    print(f"{(into / NETWORK).stat().st_size / 1e6:.1f} MB")


def write(into: Path, values: Mapping[str, Any]) -> None:
    """The numbers as a file."""
    draft = into / f".{NUMBERS}"
    draft.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    shutil.move(draft, into / NUMBERS)


if __name__ == "__main__":
    main()
