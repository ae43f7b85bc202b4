"""Fit the judge on gathered candidates: evidence against the other candidates that the sieve ranks highest.

    python training/fit_judge.py g-train*.jsonl --validation g-validation*.jsonl --sieve sieve.pt --out judge.pt

The states of all texts after the frozen layers are computed once and kept in memory (about 1 GB for 30,000 texts). A
step takes the cells of a few libraries, so that a stretch passes the last layers once, even if it is a candidate of
several cells. The loss is listwise (the softmax mass on evidence) plus a pointwise term, which makes the logits
comparable between cells and is the only term for a cell without evidence. A checkpoint is written after each
evaluation.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cells import Cells, by_cell, drawn, groups, listwise
from fit_sieve import restored, sifted
from network import QUESTION, STRETCH, WIDTH, Judge, Lower, padded, pieces_of, tokenizer
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional

SEED = 5
KEPT = 16
"""Candidates kept per cell, the best by the sieve; up to two pieces of lower-ranked evidence are kept as well."""
DRAWN, EVIDENCE = 10, 3
"""Maximum candidates of a cell in one step, and maximum pieces of evidence among them."""
TOGETHER = 12
"""Cells of one library in one step; a step has two such libraries."""
RATE, RATE_MATCHER = 5e-5, 1e-3
MEASURED = 300
"""Steps between two evaluations."""
SETS = ("list", "recommend")


def shortened(cells: Cells) -> None:
    """Keep only the sieve's best candidates, plus some lower-ranked evidence."""
    for group in cells:
        rest = [c for c in group["candidates"][KEPT:] if c["answers"] == 1]
        group["candidates"] = group["candidates"][:KEPT] + rest[:2]


class States:
    """States of texts after the frozen layers, in 16 bits."""

    def __init__(self, texts: Sequence[str], most: int) -> None:
        self._place = {text: place for place, text in enumerate(texts)}
        rows = pieces_of(tokenizer(), texts, most)
        self._from = np.cumsum([0, *map(len, rows)])
        self._states = np.empty((int(self._from[-1]), WIDTH), dtype=np.float16)
        lower = Lower().eval()
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        for at in range(0, len(order), 64):
            part = order[at : at + 64]
            with torch.inference_mode():
                states = lower(*padded([rows[place] for place in part])).numpy()
            for place, of_text in zip(part, states, strict=True):
                self._of(place)[:] = of_text[: len(rows[place])]
            if at % 6400 == 0:
                print(f"{at} of {len(order)} texts", flush=True)

    def _of(self, place: int) -> NDArray[np.float16]:
        return self._states[self._from[place] : self._from[place + 1]]

    def __call__(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """States (texts, pieces, width) and mask."""
        rows = [self._of(self._place[text]) for text in texts]
        states = np.zeros((len(rows), max(map(len, rows)), WIDTH), dtype=np.float32)
        mask = np.zeros(states.shape[:2], dtype=np.float32)
        for place, row in enumerate(rows):
            states[place, : len(row)], mask[place, : len(row)] = row, 1.0
        return torch.from_numpy(states), torch.from_numpy(mask)


class Fitting:
    """The judge, with the precomputed states of all its inputs."""

    def __init__(self, cells: Cells) -> None:
        self.net = Judge()
        self.questions = States(sorted({g["premise"] for g in cells}), QUESTION)
        self.stretches = States(sorted({c["text"] for g in cells for c in g["candidates"]}), STRETCH)

    def logits(self, part: Cells, candidates: Sequence[Cells]) -> Tensor:
        """Logits of all candidates of the cells, concatenated."""
        flat = [c for some in candidates for c in some]
        texts = sorted({c["text"] for c in flat}, key=len)
        places = {text: place for place, text in enumerate(texts)}
        asked, asked_mask = self.questions([g["premise"] for g in part])
        said, said_mask = self.stretches(texts)
        asked, said = self.net.upper(asked, asked_mask), self.net.upper(said, said_mask)
        of = torch.tensor([place for place, some in enumerate(candidates) for _ in some])
        to = torch.tensor([places[c["text"]] for c in flat])
        features = torch.tensor([c["features"] for c in flat], dtype=torch.float32)
        logits: Tensor = self.net.matcher(asked[of], asked_mask[of], said[to], said_mask[to], features)
        return logits


def steps(cells: Cells, rng: random.Random) -> Iterator[list[dict[str, Any]]]:
    """Yields the cells of two libraries at a time."""
    of_library = defaultdict(list)
    for group in cells:
        of_library[group["entity"]].append(group)
    parts = []
    for mine in of_library.values():
        rng.shuffle(mine)
        parts += [mine[at : at + TOGETHER] for at in range(0, len(mine), TOGETHER)]
    rng.shuffle(parts)
    for at in range(0, len(parts) - 1, 2):
        yield parts[at] + parts[at + 1]


def loss(logits: Tensor, candidates: Sequence[Cells]) -> Tensor:
    """The loss described in the module docstring."""
    answering = logits[:, 0]
    pointwise = [functional.binary_cross_entropy_with_logits(*cell) for cell in by_cell(answering, candidates)]
    total = listwise(answering, candidates) + 0.7 * torch.stack(pointwise).mean()
    flat = [c for some in candidates for c in some]
    evidence = torch.tensor([c["answers"] == 1 for c in flat])
    if evidence.any():
        denies = torch.tensor([float(c["denies"]) for c in flat])[evidence]
        total = total + 0.3 * functional.binary_cross_entropy_with_logits(logits[evidence, 1], denies)
    return total


def measure(fitting: Fitting, cells: Cells) -> dict[str, float]:
    """Judge all candidates of the cells, stored as ``judge`` and ``no``, and sum up."""
    fitting.net.eval()
    with torch.inference_mode():
        for at in range(0, len(cells), 16):
            part = cells[at : at + 16]
            logits = iter(fitting.logits(part, [g["candidates"] for g in part]).tolist())
            for candidate in (c for g in part for c in g["candidates"]):
                candidate["judge"], candidate["no"] = next(logits)
    fitting.net.train()
    return summary(cells, "judge", "no")


def summary(cells: Cells, answers: str, no: str) -> dict[str, float]:
    """hit@1 and recall@3 of cells with evidence; ROC AUC of *has evidence* (by kind) and *denies*.

    Args:
        cells: cells whose candidates are judged.
        answers: under which name a candidate holds the logit of *answers*.
        no: the same for *denies*.
    """
    hits, best, denials = [], [], []
    for group in cells:
        scored = sorted(group["candidates"], key=lambda c: -c[answers])
        best.append((group["kind"] in SETS, bool(group["evidence"]), scored[0][answers]))
        right = [rank for rank, c in enumerate(scored) if c["answers"] == 1]
        if group["evidence"]:
            hits.append((bool(right) and right[0] < 1, bool(right) and right[0] < 3))
        denials += [(c["denies"], c[no]) for c in scored if c["answers"] == 1]
    by_kind = {kind: [(has, score) for is_set, has, score in best if is_set == kind] for kind in (False, True)}
    return {
        "hit@1": float(np.mean([first for first, _ in hits])),
        "recall@3": float(np.mean([three for _, three in hits])),
        "answered": float(roc_auc_score(*zip(*by_kind[False], strict=True))),
        "answered, sets": float(roc_auc_score(*zip(*by_kind[True], strict=True))),
        "denied": float(roc_auc_score(*zip(*denials, strict=True))),
    }


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path, nargs="+")
    parser.add_argument("--validation", type=Path, nargs="+", required=True)
    parser.add_argument("--sieve", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=float, default=3.0)
    parser.add_argument("--start", type=Path, help="a checkpoint to go on from")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    cells, held = groups(arguments.train), groups(arguments.validation)
    sifting = restored([*cells, *held], arguments.sieve)
    for some in (cells, held):
        sifted(sifting, some)
        shortened(some)
    for group in held:
        group["candidates"] = group["candidates"][:KEPT]
    held.sort(key=lambda g: g["entity"])
    fitting = Fitting([*cells, *held])
    if arguments.start:
        fitting.net.load_state_dict(torch.load(arguments.start))
    _fit(fitting, cells, held, arguments.rounds, arguments.out, rng)


def _fit(fitting: Fitting, cells: Cells, held: Cells, rounds: float, out: Path, rng: random.Random) -> None:
    net = fitting.net
    optimiser = torch.optim.AdamW(
        [
            {"params": net.layers.parameters(), "most": RATE, "weight_decay": 0.01},
            {"params": net.matcher.parameters(), "most": RATE_MATCHER, "weight_decay": 0.02},
        ]
    )
    most, step, total, began = int(rounds * len(list(steps(cells, rng)))), 0, 0.0, time.monotonic()
    net.train()
    while step < most:
        for part in steps(cells, rng):
            for group in optimiser.param_groups:
                group["lr"] = group["most"] * min(1.0, step / 100) * max(0.01, 1.0 - step / most)
            candidates = [drawn(g, DRAWN, EVIDENCE, rng) for g in part]
            kept = [(g, some) for g, some in zip(part, candidates, strict=True) if some]
            optimiser.zero_grad()
            value = loss(fitting.logits([g for g, _ in kept], [s for _, s in kept]), [s for _, s in kept])
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimiser.step()
            step, total = step + 1, total + value.item()
            if step % 50 == 0:
                print(f"step {step} of {most}, {time.monotonic() - began:.0f} s, loss {total / 50:.3f}", flush=True)
                total = 0.0
            if step % MEASURED == 0 or step == most:
                print({k: round(v, 3) for k, v in measure(fitting, held).items()}, flush=True)
                torch.save(net.state_dict(), out)
            if step >= most:
                break


if __name__ == "__main__":
    main()
