"""Fit the joint judge on gathered candidates, over the states that the exported encoder gives for each text.

    python training/fit_joint.py g-train*.jsonl --validation g-validation*.jsonl --artefact FOLDER --out joint.pt

The states after the frozen layers are computed once, by the exported graph, and kept in memory (about 2 GB for 60,000
texts). Candidates are those that the exported sieve ranks highest. The loss is that of ``fit_judge.py``. Matrix
products are in bf16 where the processor multiplies it. A checkpoint is written after each evaluation.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cells import Cells, drawn
from fit_judge import KEPT, loss, summary
from network import QUESTION, STRETCH, WIDTH, Joint
from numpy.typing import NDArray
from torch import Tensor

from mlsurvey.learned.network import Network

SEED = 5
DRAWN, EVIDENCE = 8, 3
"""Maximum candidates of a cell in one step, and maximum pieces of evidence among them."""
TOGETHER = 32
"""Cells in one step."""
CHUNKS = 4
"""Parts of a step, by length, so that little is padding."""
RATE, RATE_HEAD = 1e-4, 1e-3
MEASURED, HELD = 400, 600
"""Steps between two evaluations, and about how many cells they take."""


class States:
    """States of texts after the frozen layers, in 16 bits."""

    def __init__(self, network: Network, texts: Sequence[str], most: int) -> None:
        self._place = {text: place for place, text in enumerate(texts)}
        with ThreadPoolExecutor(2) as workers:
            rows = list(workers.map(lambda text: network.encode(text, most).lower, texts, chunksize=64))
        self._from = np.cumsum([0, *map(len, rows)])
        self._states = np.concatenate(rows)

    def __len__(self) -> int:
        return len(self._place)

    def __getitem__(self, text: str) -> NDArray[np.float16]:
        """States (pieces, width) of one text."""
        place = self._place[text]
        return self._states[self._from[place] : self._from[place + 1]]


class Fitting:
    """The joint judge, with the states of all its inputs."""

    def __init__(self, network: Network, cells: Cells) -> None:
        self.net = Joint()
        self.questions = States(network, sorted({g["premise"] for g in cells}), QUESTION)
        self.stretches = States(network, sorted({c["text"] for g in cells for c in g["candidates"]}), STRETCH)

    def logits(self, part: Cells, candidates: Sequence[Cells]) -> Tensor:
        """Logits of all candidates of the cells, concatenated."""
        pairs = [
            (self.questions[g["premise"]], self.stretches[c["text"]], c["features"])
            for g, some in zip(part, candidates, strict=True)
            for c in some
        ]
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place][0]) + len(pairs[place][1]))
        size = -(-len(order) // CHUNKS)
        some = [self._some([pairs[place] for place in order[at : at + size]]) for at in range(0, len(order), size)]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(some)[back]

    def _some(self, pairs: Sequence[tuple[NDArray[np.float16], NDArray[np.float16], list[float]]]) -> Tensor:
        states = np.zeros((len(pairs), max(len(q) + len(s) for q, s, _ in pairs), WIDTH), dtype=np.float32)
        asked, said = np.zeros(states.shape[:2], dtype=np.float32), np.zeros(states.shape[:2], dtype=np.float32)
        for place, (question, stretch, _) in enumerate(pairs):
            both = len(question) + len(stretch)
            states[place, : len(question)], states[place, len(question) : both] = question, stretch
            asked[place, : len(question)], said[place, len(question) : both] = 1.0, 1.0
        features = torch.tensor([values for _, _, values in pairs], dtype=torch.float32)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits: Tensor = self.net(*map(torch.from_numpy, (states, asked, said)), features)
        return logits.float()


def steps(cells: Cells, rng: random.Random) -> Iterator[Cells]:
    """Yields batches of cells in random order."""
    order = list(cells)
    rng.shuffle(order)
    for at in range(0, len(order) - TOGETHER + 1, TOGETHER):
        yield order[at : at + TOGETHER]


def measure(fitting: Fitting, cells: Cells) -> dict[str, float]:
    """Judge all candidates of the cells, stored as ``joint``, and sum up."""
    fitting.net.eval()
    with torch.inference_mode():
        for at in range(0, len(cells), 16):
            part = cells[at : at + 16]
            logits = iter(fitting.logits(part, [g["candidates"] for g in part]).tolist())
            for candidate in (c for g in part for c in g["candidates"]):
                candidate["joint"], candidate["joint_no"] = next(logits)
    fitting.net.train()
    return summary(cells, "joint", "joint_no")


def fit(fitting: Fitting, cells: Cells, held: Cells, rounds: float, minutes: float, out: Path) -> None:
    """Train for ``rounds``, or as many steps as ``minutes`` allow, with a rate that falls to nothing at the end."""
    net, rng, began = fitting.net, random.Random(SEED), time.monotonic()
    layers = [*net.layers.parameters()]
    head = [value for name, value in net.named_parameters() if not name.startswith("layers.")]
    optimiser = torch.optim.AdamW(
        [
            {"params": layers, "most": RATE, "weight_decay": 0.01},
            {"params": head, "most": RATE_HEAD, "weight_decay": 0.01},
        ]
    )
    most, step, total = int(rounds * (len(cells) // TOGETHER)), 0, 0.0
    net.train()
    while step < most:
        for part in steps(cells, rng):
            share = max(step / most, (time.monotonic() - began) / (60 * minutes))
            for group in optimiser.param_groups:
                group["lr"] = group["most"] * min(1.0, (step + 1) / 100) * max(0.005, 1.0 - share)
            candidates = [drawn(g, DRAWN, EVIDENCE, rng) for g in part]
            kept = [(g, some) for g, some in zip(part, candidates, strict=True) if some]
            optimiser.zero_grad()
            value = loss(fitting.logits([g for g, _ in kept], [s for _, s in kept]), [s for _, s in kept])
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            step, total = step + 1, total + value.item()
            ends = step >= most or share >= 1.0
            if step % 50 == 0:
                print(f"step {step} of {most}, {time.monotonic() - began:.0f} s, loss {total / 50:.3f}", flush=True)
                total = 0.0
            if step % MEASURED == 0 or ends:
                print({k: round(v, 3) for k, v in measure(fitting, held).items()}, flush=True)
                torch.save(net.state_dict(), out)
            if ends:
                return


def chosen(network: Network, files: Sequence[Path], spare: int) -> Iterator[dict[str, Any]]:
    """The gathered cells, each with the candidates that the exported sieve ranks highest, best first.

    Read line by line: whole files of 50,000 cells do not fit in memory.

    Args:
        network: the exported network.
        files: gathered cells.
        spare: pieces of lower-ranked evidence to keep as well.
    """
    for line in (line for file in files for line in file.open(encoding="utf-8")):
        group = json.loads(line)
        found = group["candidates"]
        logits = network.sift(group["premise"], [c["text"] for c in found], [c["features"] for c in found])
        for candidate, logit in zip(found, logits.tolist(), strict=True):
            candidate["sieve"] = logit
        found.sort(key=lambda c: -c["sieve"])
        rest = [c for c in found[KEPT:] if c["answers"] == 1]
        group["candidates"] = found[:KEPT] + rest[:spare]
        if found:
            yield group


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path, nargs="+")
    parser.add_argument("--validation", type=Path, nargs="+", required=True)
    parser.add_argument("--artefact", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=float, default=2.0)
    parser.add_argument("--minutes", type=float, default=600.0)
    parser.add_argument("--start", type=Path, help="a checkpoint to go on from")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_flush_denormal(True)  # the smallest gradients would take many times as long
    network = Network(arguments.artefact)
    cells, held = list(chosen(network, arguments.train, 2)), list(chosen(network, arguments.validation, 0))
    fitting = Fitting(network, [*cells, *held])
    print(f"{len(cells)} cells, {len(fitting.questions)} questions, {len(fitting.stretches)} stretches", flush=True)
    if arguments.start:
        fitting.net.load_state_dict(torch.load(arguments.start))
    held = held[:: max(1, len(held) // HELD)]
    fit(fitting, cells, held, arguments.rounds, arguments.minutes, arguments.out)


if __name__ == "__main__":
    main()
