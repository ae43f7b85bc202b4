"""The gathered cells, and what fitting on them has in common: what is shown of them, and how an order is rewarded."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

Cells = Sequence[dict[str, Any]]


def groups(files: Sequence[Path]) -> list[dict[str, Any]]:
    """The gathered cells that have candidates."""
    found = (json.loads(line) for file in files for line in file.open(encoding="utf-8"))
    return [group for group in found if group["candidates"]]


def drawn(group: dict[str, Any], most: int, evidence: int, rng: random.Random) -> list[dict[str, Any]]:
    """``most`` candidates of a cell for one step: at most so many pieces of evidence first, where there are any."""
    positive = [c for c in group["candidates"] if c["answers"] == 1]
    positive = rng.sample(positive, min(evidence, len(positive)))
    others = [c for c in group["candidates"] if c["answers"] == 0]
    return [*positive, *rng.sample(others, min(most - len(positive), len(others)))]


def by_cell(logits: Tensor, candidates: Sequence[Cells]) -> Iterator[tuple[Tensor, Tensor]]:
    """Of each cell the logits, and 1 for evidence, 0 for the rest."""
    for mine, some in zip(logits.split([len(some) for some in candidates]), candidates, strict=True):
        yield mine, torch.tensor([float(c["answers"]) for c in some])


def listwise(logits: Tensor, candidates: Sequence[Cells]) -> Tensor:
    """Mean over the cells of minus log of the share of the softmax that evidence has; 0 where all are alike."""
    total = torch.zeros(())
    for mine, answers in by_cell(logits, candidates):
        if answers.any() and not answers.all():
            total = total + torch.logsumexp(mine, 0) - torch.logsumexp(mine[answers == 1], 0)
    return total / len(candidates)
