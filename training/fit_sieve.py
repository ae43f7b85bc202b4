"""Fit the sieve on gathered candidates: it selects the few candidates of a cell that are judged.

    python training/fit_sieve.py g-train*.jsonl --validation g-validation*.jsonl --out sieve.pt

The loss is listwise, like the judge's, over all evidence of a cell and a sample of the rest. One epoch is enough: with
two, the table memorises the documents and does worse on unseen ones.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from cells import Cells, by_cell, drawn, groups, listwise, steps
from network import QUESTION, STRETCH, Sieve, padded, pieces_of, tokenizer
from torch import Tensor
from torch.nn import functional

SEED = 5
TOGETHER = 16
"""Cells per step."""
DRAWN, EVIDENCE = 32, 6
"""Maximum candidates of a cell in one step, and maximum pieces of evidence among them."""
RATE_TABLE, RATE = 3e-4, 3e-3
DROPPED = 0.1
"""Share of the question's pieces dropped in a step."""
BEST = (1, 3, 8, 16, 24)


class Sifting:
    """A sieve, with the tokenised pieces of all its inputs."""

    def __init__(self, cells: Cells) -> None:
        pieces = tokenizer()
        asked = sorted({g["premise"] for g in cells})
        said = sorted({c["text"] for g in cells for c in g["candidates"]})
        self._asked = dict(zip(asked, (row[1:-1] for row in pieces_of(pieces, asked, QUESTION)), strict=True))
        self._said = dict(zip(said, (row[1:-1] for row in pieces_of(pieces, said, STRETCH)), strict=True))
        self.net = Sieve(len(pieces))

    def begin(self) -> None:
        """Initialise from MiniLM's table and the rarity of each piece among the stretches."""
        held = np.zeros(len(self.net.table.weight))
        for row in self._said.values():
            held[list(set(row))] += 1
        rarity = np.log((len(self._said) + 1) / (held + 1)) + 1e-6
        self.net.begin(torch.tensor(rarity / rarity.mean(), dtype=torch.float32)[:, None])

    def logits(self, part: Cells, candidates: Sequence[Cells], rng: random.Random | None = None) -> Tensor:
        """Logits of all candidates of the cells, concatenated; with ``rng``, some pieces of a question are dropped."""
        asked = [self._question(g["premise"], rng) for g in part]
        question, mask = padded([row for row, some in zip(asked, candidates, strict=True) for _ in some])
        stretch, stretch_mask = padded([self._said[c["text"]] or [0] for some in candidates for c in some])
        features = torch.tensor([c["features"] for some in candidates for c in some], dtype=torch.float32)
        logits: Tensor = self.net(question, mask.float(), stretch, stretch_mask.float(), features)
        return logits

    def _question(self, text: str, rng: random.Random | None) -> Sequence[int]:
        row = self._asked[text]
        return row if rng is None else [piece for piece in row if rng.random() >= DROPPED] or row


def sifted(sifting: Sifting, cells: Cells) -> None:
    """Sort the candidates of each cell by the sieve's logit, stored as ``cheap``."""
    sifting.net.eval()
    with torch.inference_mode():
        for group in cells:
            logits = sifting.logits([group], [group["candidates"]]).tolist()
            for candidate, logit in zip(group["candidates"], logits, strict=True):
                candidate["cheap"] = logit
            group["candidates"].sort(key=lambda c: -c["cheap"])


def recall(cells: Cells) -> dict[int, float]:
    """Share of the cells with evidence that have some among the top k candidates, by k."""
    ranks = [
        next((rank for rank, c in enumerate(g["candidates"]) if c["answers"] == 1), len(g["candidates"]))
        for g in cells
        if g["evidence"]
    ]
    return {most: float(np.mean([rank < most for rank in ranks])) for most in BEST}


def loss(logits: Tensor, candidates: Sequence[Cells]) -> Tensor:
    """Listwise for cells with evidence and other candidates; pointwise for all, so that logits are comparable."""
    answers = torch.cat([answers for _, answers in by_cell(logits, candidates)])
    return listwise(logits, candidates) + 0.5 * functional.binary_cross_entropy_with_logits(logits, answers)


def fit(sifting: Sifting, cells: Cells, rng: random.Random) -> None:
    """Train for one epoch."""
    net, began = sifting.net, time.monotonic()
    table = {"params": net.table.parameters(), "lr": RATE_TABLE}
    rest = [value for name, value in net.named_parameters() if not name.startswith("table.")]
    optimiser = torch.optim.Adam([table, {"params": rest, "lr": RATE}])
    net.train()
    for step, part in enumerate(steps(cells, TOGETHER, rng), start=1):
        candidates = [drawn(g, DRAWN, EVIDENCE, rng) for g in part]
        optimiser.zero_grad()
        value = loss(sifting.logits(part, candidates, rng), candidates)
        value.backward()
        optimiser.step()
        if step % 200 == 0:
            print(f"step {step}, {time.monotonic() - began:.0f} s, loss {value.item():.3f}", flush=True)


def restored(cells: Cells, checkpoint: Path) -> Sifting:
    """The sieve from a checkpoint, prepared for the given cells."""
    sifting = Sifting(cells)
    sifting.net.load_state_dict(torch.load(checkpoint))
    return sifting


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path, nargs="+")
    parser.add_argument("--validation", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    cells, held = groups(arguments.train), groups(arguments.validation)
    sifting = Sifting([*cells, *held])
    sifting.begin()
    fit(sifting, [g for g in cells if any(c["answers"] >= 0 for c in g["candidates"])], random.Random(SEED))
    sifted(sifting, held)
    print({most: round(share, 3) for most, share in recall(held).items()})
    torch.save(sifting.net.state_dict(), arguments.out)


if __name__ == "__main__":
    main()
