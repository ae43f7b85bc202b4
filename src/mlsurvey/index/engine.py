"""The interface the index needs from an embedding model, so that it depends on none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TokenCounter = Callable[[Sequence[str]], list[int]]
"""Word pieces of each text, excluding special tokens."""

SPECIAL_TOKENS = 2  # [CLS] and [SEP] count towards the limit of all BERT-like models


class Embedder(Protocol):
    """Turns passages into vectors."""

    @property
    def id(self) -> str:
        """Digest of everything that affects the vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Vector length."""
        ...

    @property
    def device(self) -> str:
        """Compute device: ``cpu``, ``cuda`` or similar."""
        ...

    @property
    def portion(self) -> int:
        """Preferred number of texts per call; at most this much work is lost on interruption."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, shape (n, dimension), in the order of the texts."""
        ...


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Model properties known before its weights are loaded."""

    id: str
    dimension: int
    max_tokens: int
    """Maximum word pieces of a text that are read, including special tokens."""
    counter: TokenCounter

    @property
    def limit(self) -> int:
        """Maximum word pieces of a passage."""
        return self.max_tokens - SPECIAL_TOKENS


def silent(phase: str, done: int, total: int) -> None:
    """Progress callback that does nothing."""
