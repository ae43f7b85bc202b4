"""Fit the joint judge on gathered candidates, over the states that the exported encoder gives for each text.

    python training/fit_joint.py g-train*.jsonl --validation g-validation*.jsonl --artefact FOLDER --out joint.pt

The states after the frozen layers are computed once, by the exported graph, and kept in memory (about 2 GB for 60,000
texts). Candidates are those that the exported sieve ranks highest. The loss is that of ``fit_judge.py``. Matrix
products are in bf16 where the processor multiplies it. A checkpoint is written after each evaluation.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cells import Cells, States, each, sifted, steps
from fit_judge import KEPT, Schedule, train
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


def encoded(network: Network, texts: Sequence[str], most: int) -> States:
    """The states of texts after the frozen layers, by the exported graph."""
    with ThreadPoolExecutor(2) as workers:
        rows = list(workers.map(lambda text: network.encode(text, most).lower, texts, chunksize=64))
    states = States(texts, list(map(len, rows)), WIDTH)
    for text, row in zip(texts, rows, strict=True):
        states[text][:] = row
    return states


class Fitting:
    """The joint judge, with the states of all its inputs."""

    def __init__(self, network: Network, cells: Cells) -> None:
        self.net = Joint()
        self.questions = encoded(network, sorted({g["premise"] for g in cells}), QUESTION)
        self.stretches = encoded(network, sorted({c["text"] for g in cells for c in g["candidates"]}), STRETCH)

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


def fit(fitting: Fitting, cells: Cells, held: Cells, rounds: float, minutes: float, out: Path) -> None:
    """Train for ``rounds``, or as many steps as ``minutes`` allow, with a rate that falls to nothing at the end."""
    net, rng = fitting.net, random.Random(SEED)
    head = [value for name, value in net.named_parameters() if not name.startswith("layers.")]
    optimiser = torch.optim.AdamW(
        [{"params": [*net.layers.parameters()], "most": RATE}, {"params": head, "most": RATE_HEAD}], weight_decay=0.01
    )
    most = int(rounds * (len(cells) // TOGETHER))
    schedule = Schedule(most, DRAWN, EVIDENCE, MEASURED, least=0.005, clip=1.0, minutes=minutes)
    train(fitting, optimiser, lambda: steps(cells, TOGETHER, rng), held, schedule, out, rng)


def chosen(network: Network, files: Sequence[Path], spare: int) -> Iterator[dict[str, Any]]:
    """The gathered cells, each with the candidates that the exported sieve ranks highest, best first.

    Read line by line: whole files of 50,000 cells do not fit in memory.

    Args:
        network: the exported network.
        files: gathered cells.
        spare: pieces of lower-ranked evidence to keep as well.
    """
    for group in each(files):
        found = sifted(network, group)
        rest = [c for c in found[KEPT:] if c["answers"] == 1]
        yield {**group, "candidates": found[:KEPT] + rest[:spare]}


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
