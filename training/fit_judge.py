"""Fit the judge on gathered candidates: what answers, against what the cheap look puts first and does not.

    python training/fit_judge.py g-train*.jsonl --validation g-validation*.jsonl --out judge.pt --minutes 60

Each cell gives one piece of evidence and several hard negatives, from the best by features, drawn anew in every round.
The loss is listwise (softmax over the group) with a pointwise part that keeps the logits comparable between cells;
cells without evidence have the pointwise part alone. A checkpoint is written after every measurement.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from network import Judge, paired, tokenizer
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional

SEED = 5
GROUP = 5
"""Candidates of a group: one that answers and four that do not."""
HARD = 20
"""Negatives are drawn from so many of the best by features."""
GROUPS = 8
"""Groups of a step."""
RATE = 2e-4
MEASURED = 150
"""Cells of the validation part that are measured on the way."""


def groups(files: Sequence[Path]) -> list[dict[str, Any]]:
    """The gathered cells that have candidates."""
    found = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [group for group in found if group["candidates"]]


def weights(cells: Sequence[dict[str, Any]]) -> LogisticRegression:
    """The cheap look: a logistic regression over the features of all candidates that were read."""
    known = [c for g in cells for c in g["candidates"] if c["answers"] >= 0]
    features = np.array([c["features"] for c in known], dtype=np.float32)
    return LogisticRegression(C=1.0, max_iter=3000).fit(features, [c["answers"] for c in known])


def ordered(cells: Sequence[dict[str, Any]], cheap: LogisticRegression) -> None:
    """Put the candidates of each cell into the order of the cheap look, which is kept as ``cheap``."""
    for group in cells:
        scores = cheap.decision_function(np.array([c["features"] for c in group["candidates"]]))
        for candidate, score in zip(group["candidates"], scores, strict=True):
            candidate["cheap"] = float(score)
        group["candidates"].sort(key=lambda c: -c["cheap"])


def drawn(group: dict[str, Any], rng: random.Random) -> list[dict[str, Any]]:
    """What is judged of a cell in one step: evidence first, where there is any."""
    positive = [c for c in group["candidates"] if c["answers"] == 1]
    negative = [c for c in group["candidates"][:HARD] if c["answers"] == 0]
    if positive:
        return [rng.choice(positive), *rng.sample(negative, min(GROUP - 1, len(negative)))]
    return rng.sample(negative, min(2, len(negative)))


def steps(cells: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[list[list[Any]]]:
    """Groups of like length together: padding is work for nothing."""
    order = sorted(cells, key=lambda g: len(g["premise"]) // 30 + rng.random() * 4)
    parts = [order[at : at + GROUPS] for at in range(0, len(order), GROUPS)]
    rng.shuffle(parts)
    for part in parts:
        yield [[g["premise"], drawn(g, rng)] for g in part]


def loss(logits: Tensor, part: Sequence[Sequence[Any]]) -> Tensor:
    """See the module."""
    total, at = torch.zeros(()), 0
    pointwise, denied = [], []
    for _, candidates in part:
        mine = logits[at : at + len(candidates)]
        at += len(candidates)
        answers = torch.tensor([float(c["answers"]) for c in candidates])
        if answers.sum() and len(candidates) > 1:
            total = total - torch.log_softmax(mine[:, 0], 0)[0]
        pointwise.append(functional.binary_cross_entropy_with_logits(mine[:, 0], answers, reduction="none").mean())
        if answers.sum():
            denies = torch.tensor(float(candidates[0]["denies"]))
            denied.append(functional.binary_cross_entropy_with_logits(mine[0, 1], denies))
    total = total / len(part) + 0.5 * torch.stack(pointwise).mean()
    return total + 0.3 * torch.stack(denied).mean() if denied else total


def measure(net: Judge, pieces: Any, cells: Sequence[dict[str, Any]], most: int) -> dict[str, float]:
    """hit@1 and recall@3 among the best ``most`` by features, of cells with evidence; and how well denials are told."""
    net.eval()
    hits, told = [], []
    for group in cells:
        if not group["evidence"]:
            continue
        best = group["candidates"][:most]
        with torch.inference_mode():
            logits = net(*paired(pieces, [(group["premise"], c["text"]) for c in best]))
        order = logits[:, 0].argsort(descending=True).tolist()
        ranks = [rank for rank, place in enumerate(order) if best[place]["answers"] == 1]
        hits.append((bool(ranks) and ranks[0] < 1, bool(ranks) and ranks[0] < 3, best[0]["answers"] == 1))
        told += [(float(logits[at, 1] > 0), c["denies"]) for at, c in enumerate(best) if c["answers"] == 1]
    net.train()
    h, d = np.array(hits, float).mean(0), np.array(told)
    return {
        "hit@1": h[0],
        "recall@3": h[1],
        "hit@1 by features": h[2],
        "denials found": float(d[d[:, 1] == 1, 0].mean()),
        "false denials": float(d[d[:, 1] == 0, 0].mean()),
    }


def main() -> None:
    """Read the arguments and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path, nargs="+")
    parser.add_argument("--validation", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60.0, help="the learning rate falls to nothing by then")
    parser.add_argument("--start", type=Path, help="a checkpoint to go on from")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    pieces, net = tokenizer(), Judge()
    if arguments.start:
        net.load_state_dict(torch.load(arguments.start))
    cells, held = groups(arguments.train), groups(arguments.validation)
    cheap = weights(cells)
    ordered(cells, cheap)
    ordered(held, cheap)
    held = random.Random(SEED).sample(held, min(MEASURED, len(held)))
    optimiser = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=RATE, weight_decay=0.01)
    started, step, total = time.monotonic(), 0, 0.0
    net.train()
    while (done := (time.monotonic() - started) / 60 / arguments.minutes) < 1.0:
        for part in steps(cells, rng):
            done = (time.monotonic() - started) / 60 / arguments.minutes
            if done >= 1.0:
                break
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, step / 200) * max(0.01, 1.0 - done)
            pairs = [(premise, c["text"]) for premise, candidates in part for c in candidates]
            optimiser.zero_grad()
            value = loss(net(*paired(pieces, pairs)), part)
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            step, total = step + 1, total + value.item()
            if step % 50 == 0:
                print(f"step {step}, {done * arguments.minutes:.1f} min, loss {total / 50:.3f}", flush=True)
                total = 0.0
            if step % 300 == 0:
                print({k: round(v, 3) for k, v in measure(net, pieces, held, 16).items()}, flush=True)
                torch.save(net.state_dict(), arguments.out)
    print({k: round(v, 3) for k, v in measure(net, pieces, held, 16).items()}, flush=True)
    torch.save(net.state_dict(), arguments.out)


if __name__ == "__main__":
    main()
