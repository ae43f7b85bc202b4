"""Shared code for fitting on the gathered cells: loading, sampling and the listwise loss."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlsurvey.learned.network import Network

Cells = Sequence[dict[str, Any]]


class States:
    """Encoder states of texts, in 16 bits; filled by whoever makes them.

    Args:
        texts: distinct texts.
        lengths: number of word pieces of each.
        width: of the encoder.
    """

    def __init__(self, texts: Sequence[str], lengths: Sequence[int], width: int) -> None:
        self._place = {text: place for place, text in enumerate(texts)}
        self._from = np.cumsum([0, *lengths])
        self._states = np.empty((int(self._from[-1]), width), dtype=np.float16)

    def __len__(self) -> int:
        return len(self._place)

    def __getitem__(self, text: str) -> NDArray[np.float16]:
        """States (pieces, width) of one text; a view, which can be written to."""
        place = self._place[text]
        return self._states[self._from[place] : self._from[place + 1]]


def each(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """Yields the gathered cells that have candidates."""
    found = (json.loads(line) for file in files for line in file.open(encoding="utf-8"))
    return (group for group in found if group["candidates"])


def groups(files: Sequence[Path]) -> list[dict[str, Any]]:
    """The gathered cells that have candidates."""
    return list(each(files))


def steps(cells: Cells, together: int, rng: random.Random) -> Iterator[Cells]:
    """Yields the cells in random order, ``together`` at a time."""
    order = list(cells)
    rng.shuffle(order)
    for at in range(0, len(order) - together + 1, together):
        yield order[at : at + together]


def sifted(network: Network, group: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The candidates of a cell, best first by the logit of the exported sieve, which is added to each as ``sieve``."""
    found: list[dict[str, Any]] = group["candidates"]
    logits = network.sift(group["premise"], [c["text"] for c in found], [c["features"] for c in found])
    for candidate, logit in zip(found, logits.tolist(), strict=True):
        candidate["sieve"] = logit
    found.sort(key=lambda c: -c["sieve"])
    return found


def drawn(group: dict[str, Any], most: int, evidence: int, rng: random.Random) -> list[dict[str, Any]]:
    """Samples ``most`` candidates of a cell for one step, with up to ``evidence`` pieces of evidence first."""
    positive = [c for c in group["candidates"] if c["answers"] == 1]
    positive = rng.sample(positive, min(evidence, len(positive)))
    others = [c for c in group["candidates"] if c["answers"] == 0]
    return [*positive, *rng.sample(others, min(most - len(positive), len(others)))]


def by_cell(logits: Tensor, candidates: Sequence[Cells]) -> Iterator[tuple[Tensor, Tensor]]:
    """For each cell, its logits and labels: 1 for evidence, 0 for the rest."""
    for mine, some in zip(logits.split([len(some) for some in candidates]), candidates, strict=True):
        yield mine, torch.tensor([float(c["answers"]) for c in some])


def listwise(logits: Tensor, candidates: Sequence[Cells]) -> Tensor:
    """Mean over cells of the negative log softmax mass on evidence; 0 for cells with only one kind of candidate."""
    total = torch.zeros(())
    for mine, answers in by_cell(logits, candidates):
        if answers.any() and not answers.all():
            total = total + torch.logsumexp(mine, 0) - torch.logsumexp(mine[answers == 1], 0)
    return total / len(candidates)
