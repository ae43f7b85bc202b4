"""Questions of several threads in one batch: while one is computed, those that arrive wait for the next together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

MOST = 32
"""Questions of one batch: beyond that a batch takes longer without getting cheaper by the question."""

Tokens = tuple[tuple[str, ...], NDArray[np.float32]]


class Encoder(Protocol):
    """What is shared."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``."""

    def embed_tokens(self, text: str, *, prompt: bool = True) -> Tokens:
        """Word pieces of the text and their vectors in context."""


class Together:
    """An encoder for many threads. Nobody waits for company: a lone question is computed at once.

    The batches of a server under load, as in Clipper (Crankshaw et al., NSDI 2017), without its waiting time.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._waiting: list[tuple[str, Future[NDArray[np.float32]]]] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``, in the order of the texts; raises what the encoder raises."""
        if not texts:
            return self._encoder.embed(texts)
        mine = [(text, Future[NDArray[np.float32]]()) for text in texts]
        with self._guard:
            self._waiting += mine
        while not all(future.done() for _, future in mine):
            with self._turn:  # whoever comes first computes for all that wait; the others find theirs done
                self._compute()
        return np.stack([future.result() for _, future in mine])

    def embed_tokens(self, text: str, *, prompt: bool = True) -> Tokens:
        """Word pieces of the text and their vectors in context, shape ``(pieces, width)``."""
        with self._turn:
            return self._encoder.embed_tokens(text, prompt=prompt)

    def _compute(self) -> None:
        with self._guard:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        if not batch:
            return
        try:
            rows = self._encoder.embed([text for text, _ in batch])
        except BaseException as error:
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), row in zip(batch, rows, strict=True):
            future.set_result(row)
