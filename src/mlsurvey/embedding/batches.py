"""Texts to padded batches of token ids, without PyTorch: read once, longest first, cut by a budget of tokens."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mlsurvey.embedding import models

WINDOW: Final = 2048
"""Texts that are read together: some thirty batches of passages for a GPU, so that a thread reads ahead of it."""


BATCH_PIECES: Final = 2048
"""Word pieces of a batch, padding included: 8 to 16 passages, which beat larger batches nearly everywhere."""
BATCH_TEXTS: Final = 64

Columns = Mapping[str, NDArray[np.int64]]
"""Inputs of the graph by name, each of shape (batch, pieces)."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as a model reads it."""

    position: int
    """Of the text among those that were given."""
    ids: NDArray[np.int32]
    """Its word pieces, special tokens included, shape ``(n,)``."""


class Reader:
    """Reads texts with the tokenizer of a model, special tokens included, cut at its limit.

    Args:
        file: the model's ``tokenizer.json``.
        limit: word pieces of a text that are read, special tokens included.
        prompt: put before every text.

    Raises:
        EngineError: the file is missing or broken.
    """

    def __init__(self, file: Path, limit: int, prompt: str = "") -> None:
        self.limit = limit
        self.prompt = prompt
        self._tokenizer = models.read_tokenizer(file)
        self._tokenizer.enable_truncation(limit)

    @property
    def prompt_length(self) -> int:
        """Word pieces of the prompt with the special tokens before it: what some models leave out when they pool."""
        encoding = self._tokenizer.encode(self.prompt)
        return len(encoding.ids) - bool(encoding.special_tokens_mask and encoding.special_tokens_mask[-1])

    def read(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Word pieces of each text, in order; one beyond the limit is cut there."""
        encodings = self._tokenizer.encode_batch_fast([valid(self.prompt + text) for text in texts])
        return [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]

    def pieces(self, ids: NDArray[np.int32]) -> tuple[str, ...]:
        """Word pieces by their ids, as they are written in the vocabulary."""
        return tuple(self._tokenizer.id_to_token(piece) or "" for piece in ids.tolist())

    def windows(self, texts: Sequence[str]) -> Iterator[list[Tokens]]:
        """The texts in windows of :data:`WINDOW`, from the longest to the shortest within each.

        While one is worked on, a thread reads the next. Sorting all texts by characters first puts like lengths into
        one window.
        """
        order = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
        parts = [order[start : start + WINDOW] for start in range(0, len(order), WINDOW)]
        with ThreadPoolExecutor(1, thread_name_prefix="tokenize") as thread:
            ahead = deque(thread.submit(self._window, texts, part) for part in parts[:1])
            for following in range(1, len(parts) + 1):
                window = ahead.popleft().result()
                ahead.extend(thread.submit(self._window, texts, part) for part in parts[following : following + 1])
                yield window

    def _window(self, texts: Sequence[str], part: Sequence[int]) -> list[Tokens]:
        read = map(Tokens, part, self.read([texts[position] for position in part]))
        return sorted(read, key=lambda tokens: -len(tokens.ids))


def valid(text: str) -> str:
    """The text with a question mark for a lone surrogate, as an argument that was not UTF-8 has them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def batched(window: Sequence[Tokens], budget: int, most: int) -> Iterator[Sequence[Tokens]]:
    """A window, longest first, in batches of ``budget`` padded tokens, and of ``most`` texts, at the most."""
    start = 0
    while start < len(window):
        count = min(most, fitting(len(window[start].ids), budget))
        yield window[start : start + count]
        start += count


def fitting(width: int, budget: int) -> int:
    """How many texts of ``width`` padded tokens make a batch of ``budget`` tokens; always one at least."""
    return max(1, budget // max(1, width))


def padded_width(tokens: int, multiple: int, limit: int) -> int:
    """Columns for texts of up to ``tokens`` tokens: rounded up to a multiple, yet within the model's limit."""
    return max(tokens, min(limit, -(-max(1, tokens) // multiple) * multiple))


def padded(batch: Sequence[Tokens], width: int, fill: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids filled with ``fill``, and the mask of what is text: both of shape ``(len(batch), width)``."""
    lengths = np.array([len(tokens.ids) for tokens in batch])
    mask = np.arange(width) < lengths[:, np.newaxis]
    ids = np.full(mask.shape, fill, dtype=np.int64)
    ids[mask] = np.concatenate([tokens.ids for tokens in batch])
    return ids, mask.astype(np.int64)


def inputs(batch: Sequence[Tokens], names: Sequence[str], multiple: int, limit: int) -> Columns:
    """What the graph wants of a batch, which is longest first.

    Args:
        batch: texts as the model reads them.
        names: inputs that the graph has.
        multiple: lengths are rounded up to it, for an engine that prepares itself for each new shape.
        limit: word pieces that a text may have.
    """
    ids, mask = padded(batch, padded_width(len(batch[0].ids), multiple, limit), 0)
    every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    return {name: every[name] for name in names}
