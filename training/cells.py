"""Shared code for fitting on the gathered cells: loading, sampling and the listwise loss."""

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
