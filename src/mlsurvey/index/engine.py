"""What the index asks of an embedding model, so that it need not know any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TokenCounter = Callable[[Sequence[str]], list[int]]
"""Word pieces of each text, without the special tokens."""

Progress = Callable[[str, int, int], None]
"""Called with the phase (``read``, ``chunk``, ``embed``, ``publish``), how much is done, and of how much."""

SPECIAL_TOKENS = 2  # [CLS] and [SEP] count against the limit of every BERT-like model


class Embedder(Protocol):
    """Turns passages into vectors."""

    @property
    def id(self) -> str:
        """Digest of everything that shapes the vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def device(self) -> str:
        """Where it computes: ``cpu``, ``cuda`` or the like."""
        ...

    @property
    def portion(self) -> int:
        """Texts that it wants at a time; what an interruption can cost."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape (n, dimension), in the order of the texts."""
        ...


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a model before its weights are loaded."""

    id: str
    dimension: int
    max_tokens: int
    """Word pieces that it reads of a text, special tokens included."""
    counter: TokenCounter

    @property
    def limit(self) -> int:
        """Word pieces that a passage may have."""
        return self.max_tokens - SPECIAL_TOKENS


def silent(phase: str, done: int, total: int) -> None:
    """A progress that nobody watches."""
