"""Measure how fast and how exactly passages are embedded on the CPU, and the effect on retrieval.

    python bench/embedding.py --index FOLDER --cache FOLDER [--optimum PYTHON] [--set FOLDER] [--output FILE]

Compares the encoder of a refresh with ``SentenceTransformer.encode`` with default settings (fp32), both from this
environment, and with the ONNX and OpenVINO back-ends of sentence-transformers (``--optimum``: the Python of an
environment with ``sentence-transformers[onnx,openvino]``), on the same passages of an index, in rounds in which the
systems take turns. Also measures the speed of matrix products, to show how much of the processor is used. ``--set`` is
a folder in BEIR's layout (``corpus.jsonl``, ``queries.jsonl``, ``qrels.tsv``): recall@10 and nDCG@10 of exact search,
with passages and questions embedded by sentence-transformers, and by mlsurvey with its own question encoder.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chunks import opened
from measuring import OURS, SEED, Row, in_turn, machine, parser, rows_of, say, write
from worker import Worker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REFERENCE = "sentence-transformers"
NAMES = {OURS: "mlsurvey", REFERENCE: "fp32", "its ONNX back-end": "onnx", "its OpenVINO back-end": "openvino"}
"""Systems and their names in encoders.py."""
KINDS = ("fp32", "bf16")
HITS = 10


def sample(arguments: argparse.Namespace) -> list[str]:
    """A random sample of the index's passages, with a fixed seed."""
    from mlsurvey.types import Filters

    with opened(arguments.index) as (_, reading):
        ids = reading.snapshot.select(Filters(paths=("*",)))
        assert ids is not None
        chosen = random.Random(SEED).sample(ids.tolist(), min(arguments.passages, len(ids)))
        return [passage.embedding_text for passage in reading.snapshot.passages(chosen)]


def started(arguments: argparse.Namespace, stack: ExitStack) -> dict[str, Worker]:
    """One process per encoder."""
    from mlsurvey.embedding.models import DEFAULT_MODEL, locate

    script, workers = str(Path(__file__).with_name("encoders.py")), {}
    for system, name in NAMES.items():
        python = arguments.optimum if name in ("onnx", "openvino") else sys.executable
        if python is None:
            say(f"left out: {system} (see --optimum)")
            continue
        model = DEFAULT_MODEL if system == OURS else str(locate(DEFAULT_MODEL))
        command = [python, script, name, model, str(arguments.cache)]
        workers[system] = stack.enter_context(Worker(command, HF_HUB_OFFLINE="1"))
        say(f"{system}: {workers[system].ask('describe')['described']}")
    return workers


def written(texts: Sequence[str], file: Path) -> Path:
    """Write texts to a file, one JSON string per line."""
    file.write_text("".join(json.dumps(text) + "\n" for text in texts), "utf-8")
    return file


def tokens_of(texts: Sequence[str]) -> list[int]:
    """Number of word pieces of each text as the model sees it."""
    from mlsurvey.embedding import models

    most = models.sequence_limit(models.DEFAULT_MODEL)
    count = models.token_counter(models.tokenizer_file(models.DEFAULT_MODEL))
    return [min(pieces + 2, most) for pieces in count(texts)]  # [CLS] and [SEP]


def operations(tokens: Sequence[int]) -> float:
    """Floating-point operations of the model's matrix products for these texts, without padding.

    Per token, two for each weight of a layer (four projections and the feed-forward part); per pair of tokens, two for
    each dimension of the width in both products of attention.
    """
    from mlsurvey.embedding.models import DEFAULT_MODEL, locate

    config: Mapping[str, int] = json.loads((locate(DEFAULT_MODEL) / "config.json").read_text("utf-8"))
    width, layers = config["hidden_size"], config["num_hidden_layers"]
    weights = layers * (4 * width**2 + 2 * width * config["intermediate_size"])
    return sum(2.0 * weights * count + 4.0 * layers * width * count**2 for count in tokens)


def speed_rows(workers: Mapping[str, Worker], texts: list[str], arguments: argparse.Namespace) -> list[Row]:
    """Passages per second, and the cosine of each encoder with the reference."""
    file, tokens = written(texts, arguments.cache / "sample.jsonl"), tokens_of(texts)
    script = str(Path(__file__).with_name("encoders.py"))
    outputs = {system: arguments.cache / f"rows-{name}.npy" for system, name in NAMES.items()}
    for system, worker in workers.items():
        worker.ask("encode", texts=str(file), output=str(outputs[system]))  # also warms up
    peaks: dict[str, list[float]] = {kind: [] for kind in KINDS}
    samples: dict[str, list[list[float]]] = {system: [] for system in workers}
    with Worker([sys.executable, script, "peak"]) as multiplier:
        for _, system in in_turn((*workers, "peak"), arguments.rounds):
            if system == "peak":
                for kind in KINDS:
                    peaks[kind].append(multiplier.ask("multiply", kind=kind)["gflops"])
            else:
                samples[system].append([len(texts) / workers[system].ask("encode", texts=str(file))["seconds"]])
    most = {kind: max(values) for kind, values in peaks.items()}
    rows = rows_of("passages embedded", "passages/s", samples, size=len(texts), higher_is_better=True)
    for row in rows:
        row |= _of_processor(row, tokens, most)
        row |= _cosines(outputs[row["system"]], outputs[REFERENCE])
        row["described"] = workers[row["system"]].ask("describe")["described"]
        row["resident"] = workers[row["system"]].ask("memory")["resident"]
    peak_rows = [rows_of(f"matrix product, {kind}", "GFLOP/s", {"torch": [[v] for v in peaks[kind]]}) for kind in KINDS]
    return rows + [row for found in peak_rows for row in found]


def _of_processor(row: Row, tokens: Sequence[int], most: Mapping[str, float]) -> Row:
    """Tokens and operations per second, and their share of the fastest matrix product, comparing the best rounds."""
    passes = row["median"] / len(tokens)
    best = row["max"] / len(tokens) * operations(tokens) / 1e9
    found = {"tokens_per_second": round(passes * sum(tokens)), "gflops": round(passes * operations(tokens) / 1e9, 1)}
    return found | {f"share_of_{kind}_peak": round(best / value, 3) for kind, value in most.items()}


def _cosines(file: Path, reference: Path) -> Row:
    import numpy as np

    rows, exact = np.load(file), np.load(reference)
    cosines = (rows * exact).sum(axis=1) / np.linalg.norm(rows, axis=1) / np.linalg.norm(exact, axis=1)
    return {"cosine_worst": round(float(cosines.min()), 6), "cosine_mean": round(float(cosines.mean()), 6)}


def recall_rows(workers: Mapping[str, Worker], arguments: argparse.Namespace) -> list[Row]:
    """Retrieval on a test set with the reference's vectors and with ours."""
    documents = list(_objects(arguments.set / "corpus.jsonl"))
    relevant = _judgements(arguments.set / "qrels.tsv")
    queries = [row for row in _objects(arguments.set / "queries.jsonl") if row["id"] in relevant]
    texts = written([_text(row) for row in documents], arguments.cache / "set.jsonl")
    questions = [row["text"] for row in queries]
    names, wanted = [row["id"] for row in documents], [relevant[row["id"]] for row in queries]
    scores = {}
    for system in (REFERENCE, OURS):
        say(f"embedding {len(documents):,} passages of {arguments.set.name} with {system}")
        vectors = _embedded(workers[system], texts, arguments, kept=system == REFERENCE)
        asked = _questions(system, workers[system], questions, arguments)
        scores[system] = _scores(asked @ vectors.T, names, wanted)
    return [_judged(measure, system, scores) for measure in ("recall@10", "nDCG@10") for system in scores]


def _text(row: Mapping[str, str]) -> str:
    return f"{row.get('title', '')}\n\n{row['text']}".strip()


def _embedded(worker: Worker, texts: Path, arguments: argparse.Namespace, *, kept: bool) -> NDArray[np.float32]:
    """Vectors of the set. Those of the reference never change, so ``kept`` caches them."""
    import numpy as np

    file = arguments.cache / f"set-{arguments.set.name}-{'reference' if kept else 'ours'}.npy"
    if not (kept and file.exists()):
        began = time.monotonic()
        worker.ask("encode", texts=str(texts), output=str(file))
        say(f"took {time.monotonic() - began:.0f} s")
    return np.load(file)


def _questions(system: str, worker: Worker, texts: list[str], arguments: argparse.Namespace) -> NDArray[np.float32]:
    import numpy as np

    if system == OURS:
        with opened(arguments.index) as (_, reading):
            return reading.encoder.embed(texts)
    output = arguments.cache / "set-questions.npy"
    worker.ask("encode", texts=str(written(texts, output.with_suffix(".jsonl"))), output=str(output))
    return np.load(output)


def _scores(cosines: NDArray[np.float32], names: list[str], wanted: list[set[str]]) -> dict[str, NDArray[np.float64]]:
    """For each measure, its value per question."""
    import numpy as np

    order = np.argsort(-cosines, axis=1, kind="stable")[:, :HITS]
    hits = [[names[i] in right for i in line] for line, right in zip(order, wanted, strict=True)]
    recall = [sum(line) / len(right) for line, right in zip(hits, wanted, strict=True)]
    gains = [sum(hit / math.log2(rank + 2) for rank, hit in enumerate(line)) for line in hits]
    ideals = [sum(1 / math.log2(rank + 2) for rank in range(min(len(right), HITS))) for right in wanted]
    ndcg = [gain / ideal for gain, ideal in zip(gains, ideals, strict=True)]
    return {"recall@10": np.array(recall), "nDCG@10": np.array(ndcg)}


def _judged(measure: str, system: str, scores: Mapping[str, Mapping[str, Any]]) -> Row:
    """The mean, and its paired difference from the reference with the half-width of the 95 % interval."""
    values = scores[system][measure]
    difference = values - scores[REFERENCE][measure]
    row = {"what": f"{measure}, exact search", "system": system, "size": None, "unit": "", "runs": len(values)}
    row |= {name: round(float(values.mean()), 4) for name in ("median", "min", "max")}
    interval = 1.96 * float(difference.std()) / len(values) ** 0.5
    say(f"{measure}, {system}: {values.mean():.4f} ({difference.mean():+.4f} ± {interval:.4f})")
    return row | {"above_reference": round(float(difference.mean()), 4), "interval": round(interval, 4)}


def _judgements(file: Path) -> dict[str, set[str]]:
    relevant: dict[str, set[str]] = {}
    for line in file.read_text("utf-8").splitlines()[1:]:
        query, passage, grade = line.split("\t")
        if float(grade) > 0:
            relevant.setdefault(query, set()).add(passage)
    return relevant


def _objects(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--index", type=Path, required=True, help="its passages are embedded")
    options.add_argument("--cache", type=Path, required=True)
    options.add_argument("--optimum", help="Python of an environment with sentence-transformers[onnx,openvino]")
    options.add_argument("--set", type=Path, help="folder with corpus.jsonl, queries.jsonl and qrels.tsv")
    options.add_argument("--passages", type=int, default=512)
    options.add_argument("--rounds", type=int, default=5)
    arguments = options.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    arguments.cache.mkdir(parents=True, exist_ok=True)
    facts = machine()
    with ExitStack() as stack:
        workers = started(arguments, stack)
        rows = speed_rows(workers, sample(arguments), arguments)
        if arguments.set:
            rows += recall_rows(workers, arguments)
    write(arguments.output, "embedding", rows, facts, passages=arguments.passages, rounds=arguments.rounds)


if __name__ == "__main__":
    main()
