"""Tokenizes texts into padded batches, without PyTorch: tokenized once, longest first, cut by a token budget."""

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
from mlsurvey.folding import valid

WINDOW: Final = 2048
"""Texts tokenized together: about thirty GPU batches of passages, so that a thread can tokenize ahead."""


BATCH_PIECES: Final = 2048
"""Word pieces per batch, including padding: 8 to 16 passages, faster than larger batches in nearly all cases."""
BATCH_TEXTS: Final = 64

Columns = Mapping[str, NDArray[np.int64]]
"""Graph inputs by name, each of shape (batch, pieces)."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A tokenized text."""

    position: int
    """Index of the text in the input."""
    ids: NDArray[np.int32]
    """Word piece ids, including special tokens, shape ``(n,)``."""


class Reader:
    """Tokenizes texts with a model's tokenizer, including special tokens, truncated at its limit.

    Args:
        file: the model's ``tokenizer.json``.
        limit: maximum word pieces of a text, including special tokens.
        prompt: prepended to every text.

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
        """Word pieces of the prompt, including leading special tokens; some models exclude them from pooling."""
        encoding = self._tokenizer.encode(self.prompt)
        return len(encoding.ids) - bool(encoding.special_tokens_mask and encoding.special_tokens_mask[-1])

    def read(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Word piece ids of each text, in order, truncated at the limit."""
        encodings = self._tokenizer.encode_batch_fast([valid(self.prompt + text) for text in texts])
        return [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]

    def pieces(self, ids: NDArray[np.int32]) -> tuple[str, ...]:
        """Word pieces of the ids, as written in the vocabulary."""
        return tuple(self._tokenizer.id_to_token(piece) or "" for piece in ids.tolist())

    def windows(self, texts: Sequence[str]) -> Iterator[list[Tokens]]:
        """Yield the texts in windows of :data:`WINDOW`, longest first within each.

        A thread tokenizes the next window while one is processed. Sorting all texts by character count first puts
        similar lengths into one window.
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


def batched(window: Sequence[Tokens], budget: int, most: int) -> Iterator[Sequence[Tokens]]:
    """Split a window, longest first, into batches of at most ``budget`` padded tokens and ``most`` texts."""
    start = 0
    while start < len(window):
        count = min(most, fitting(len(window[start].ids), budget))
        yield window[start : start + count]
        start += count


def fitting(width: int, budget: int) -> int:
    """Number of texts of ``width`` padded tokens that fit into ``budget`` tokens; at least one."""
    return max(1, budget // max(1, width))


def padded_width(tokens: int, multiple: int, limit: int) -> int:
    """Columns for texts of up to ``tokens`` tokens: rounded up to ``multiple``, within the model's limit."""
    return max(tokens, min(limit, -(-max(1, tokens) // multiple) * multiple))


def padded(batch: Sequence[Tokens], width: int, fill: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids padded with ``fill``, and the attention mask: both of shape ``(len(batch), width)``."""
    lengths = np.array([len(tokens.ids) for tokens in batch])
    mask = np.arange(width) < lengths[:, np.newaxis]
    ids = np.full(mask.shape, fill, dtype=np.int64)
    ids[mask] = np.concatenate([tokens.ids for tokens in batch])
    return ids, mask.astype(np.int64)


def inputs(batch: Sequence[Tokens], names: Sequence[str], multiple: int, limit: int) -> Columns:
    """Graph inputs for a batch, which is sorted longest first.

    Args:
        batch: tokenized texts.
        names: inputs of the graph.
        multiple: lengths are rounded up to it, for an engine that compiles for each new shape.
        limit: maximum word pieces of a text.
    """
    ids, mask = padded(batch, padded_width(len(batch[0].ids), multiple, limit), 0)
    every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    return {name: every[name] for name in names}
