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
import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from cells import Cells, States, by_cell, drawn, groups, listwise
from fit_sieve import restored, sifted
from network import QUESTION, STRETCH, WIDTH, Judge, Lower, padded, pieces_of, tokenizer
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


def encoded(texts: Sequence[str], most: int) -> States:
    """The states of texts after the frozen layers."""
    rows = pieces_of(tokenizer(), texts, most)
    states = States(texts, list(map(len, rows)), WIDTH)
    lower = Lower().eval()
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    for at in range(0, len(order), 64):
        part = order[at : at + 64]
        with torch.inference_mode():
            made = lower(*padded([rows[place] for place in part])).numpy()
        for place, of_text in zip(part, made, strict=True):
            states[texts[place]][:] = of_text[: len(rows[place])]
        if at % 6400 == 0:
            print(f"{at} of {len(order)} texts", flush=True)
    return states


def together(states: States, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """The states of texts as one tensor (texts, pieces, width), and mask."""
    rows = [states[text] for text in texts]
    whole = np.zeros((len(rows), max(map(len, rows)), WIDTH), dtype=np.float32)
    mask = np.zeros(whole.shape[:2], dtype=np.float32)
    for place, row in enumerate(rows):
        whole[place, : len(row)], mask[place, : len(row)] = row, 1.0
    return torch.from_numpy(whole), torch.from_numpy(mask)


class Fitting:
    """The judge, with the precomputed states of all its inputs."""

    def __init__(self, cells: Cells) -> None:
        self.net = Judge()
        self.questions = encoded(sorted({g["premise"] for g in cells}), QUESTION)
        self.stretches = encoded(sorted({c["text"] for g in cells for c in g["candidates"]}), STRETCH)

    def logits(self, part: Cells, candidates: Sequence[Cells]) -> Tensor:
        """Logits of all candidates of the cells, concatenated."""
        flat = [c for some in candidates for c in some]
        texts = sorted({c["text"] for c in flat}, key=len)
        places = {text: place for place, text in enumerate(texts)}
        asked, asked_mask = together(self.questions, [g["premise"] for g in part])
        said, said_mask = together(self.stretches, texts)
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


def measure(fitting: Trained, cells: Cells) -> dict[str, float]:
    """hit@1 and recall@3 of cells with evidence; ROC AUC of *has evidence* (by kind) and *denies*."""
    fitting.net.eval()
    hits, best, denials = [], [], []
    with torch.inference_mode():
        for at in range(0, len(cells), 16):
            part = cells[at : at + 16]
            told = iter(fitting.logits(part, [g["candidates"] for g in part]).tolist())
            for group in part:
                scored = sorted(((*next(told), c) for c in group["candidates"]), key=lambda one: -one[0])
                best.append((group["kind"] in SETS, bool(group["evidence"]), scored[0][0]))
                right = [rank for rank, (_, _, c) in enumerate(scored) if c["answers"] == 1]
                if group["evidence"]:
                    hits.append((bool(right) and right[0] < 1, bool(right) and right[0] < 3))
                denials += [(c["denies"], no) for _, no, c in scored if c["answers"] == 1]
    fitting.net.train()
    by_kind = {kind: [(has, score) for is_set, has, score in best if is_set == kind] for kind in (False, True)}
    return {
        "hit@1": float(np.mean([first for first, _ in hits])),
        "recall@3": float(np.mean([three for _, three in hits])),
        "answered": float(roc_auc_score(*zip(*by_kind[False], strict=True))),
        "answered, sets": float(roc_auc_score(*zip(*by_kind[True], strict=True))),
        "denied": float(roc_auc_score(*zip(*denials, strict=True))),
    }


class Trained(Protocol):
    """What is trained: a network, and its logits of candidates."""

    net: Any

    def logits(self, part: Cells, candidates: Sequence[Cells]) -> Tensor:
        """Logits of all candidates of the cells, concatenated."""


@dataclass(frozen=True)
class Schedule:
    """How long and how to train."""

    steps: int
    drawn: int
    """Maximum candidates of a cell in one step."""
    evidence: int
    """Maximum pieces of evidence among them."""
    measured: int
    """Steps between two evaluations."""
    least: float
    """Share of the rate that is left at the end."""
    clip: float
    """Maximum norm of the gradient."""
    minutes: float = math.inf
    """Time after which training ends before its last step; the rate falls accordingly."""


def train(
    fitting: Trained,
    optimiser: torch.optim.Optimizer,
    batches: Callable[[], Iterable[Cells]],
    held: Cells,
    schedule: Schedule,
    out: Path,
    rng: random.Random,
) -> None:
    """Train, with a checkpoint after each evaluation.

    Args:
        fitting: what is trained.
        optimiser: each of its groups has its highest rate under ``most``.
        batches: the cells of each step of one round.
        held: cells for the evaluations.
        schedule: how long and how.
        out: file of the checkpoint.
        rng: draws the candidates of each step.
    """
    net, step, total, began = fitting.net, 0, 0.0, time.monotonic()
    net.train()
    while step < schedule.steps:
        for part in batches():
            share = max(step / schedule.steps, (time.monotonic() - began) / (60 * schedule.minutes))
            for group in optimiser.param_groups:
                group["lr"] = group["most"] * min(1.0, step / 100) * max(schedule.least, 1.0 - share)
            candidates = [drawn(g, schedule.drawn, schedule.evidence, rng) for g in part]
            kept = [(g, some) for g, some in zip(part, candidates, strict=True) if some]
            optimiser.zero_grad()
            value = loss(fitting.logits([g for g, _ in kept], [s for _, s in kept]), [s for _, s in kept])
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), schedule.clip)
            optimiser.step()
            step, total = step + 1, total + value.item()
            ends = step >= schedule.steps or share >= 1.0
            if step % 50 == 0:
                seconds = time.monotonic() - began
                print(f"step {step} of {schedule.steps}, {seconds:.0f} s, loss {total / 50:.3f}", flush=True)
                total = 0.0
            if step % schedule.measured == 0 or ends:
                print({k: round(v, 3) for k, v in measure(fitting, held).items()}, flush=True)
                torch.save(net.state_dict(), out)
            if ends:
                return


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
    schedule = Schedule(int(rounds * len(list(steps(cells, rng)))), DRAWN, EVIDENCE, MEASURED, least=0.01, clip=2.0)
    train(fitting, optimiser, lambda: steps(cells, rng), held, schedule, out, rng)


if __name__ == "__main__":
    main()
