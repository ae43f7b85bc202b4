"""Batches questions of several threads: those that arrive during a computation are computed together next."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

MOST = 32
"""Questions per batch: a larger batch takes longer without being cheaper per question."""

Tokens = tuple[tuple[str, ...], NDArray[np.float32]]


class Encoder(Protocol):
    """The encoder to share."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``."""

    def embed_tokens(self, text: str, *, prompt: bool = True) -> Tokens:
        """Return word pieces of the text and their contextual vectors."""


class Together:
    """Thread-safe encoder that batches concurrent questions. A single question is computed at once, without waiting.

    Batches form under load, as in Clipper (Crankshaw et al., NSDI 2017), but without its batching delay.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._changed = threading.Condition()
        self._is_busy = False
        self._waiting: list[_Asked] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, shape ``(len(texts), dimension)``, in input order; raises what the encoder raises."""
        if not texts:
            return self._encoder.embed(texts)
        mine = [_Asked(text) for text in texts]
        with self._changed:
            self._waiting += mine
        while batch := self._next_batch(mine):
            self._compute(batch)
        return np.stack([asked.row() for asked in mine])

    def embed_tokens(self, text: str, *, prompt: bool = True) -> Tokens:
        """Return word pieces of the text and their contextual vectors, shape ``(pieces, width)``."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_busy)
            self._is_busy = True
        try:
            return self._encoder.embed_tokens(text, prompt=prompt)
        finally:
            self._step_down()

    def _next_batch(self, mine: Sequence[_Asked]) -> list[_Asked]:
        """Wait until the encoder is free and return the next batch; empty if all of ``mine`` are answered.

        The first thread to get the encoder computes for all waiting ones; those that are answered return at once.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._is_busy or all(asked.is_answered for asked in mine))
            if all(asked.is_answered for asked in mine):
                return []
            self._is_busy = True
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            return batch

    def _compute(self, batch: Sequence[_Asked]) -> None:
        try:
            rows = self._encoder.embed([asked.text for asked in batch])
            for asked, row in zip(batch, rows, strict=True):
                asked.answer = row
        except BaseException as error:
            for asked in batch:
                asked.answer = error
        finally:
            self._step_down()

    def _step_down(self) -> None:
        with self._changed:
            self._is_busy = False
            self._changed.notify_all()


@dataclass
class _Asked:
    """A text waiting for its row."""

    text: str
    answer: NDArray[np.float32] | BaseException | None = None

    @property
    def is_answered(self) -> bool:
        return self.answer is not None

    def row(self) -> NDArray[np.float32]:
        if isinstance(self.answer, BaseException):
            raise self.answer
        assert self.answer is not None
        return self.answer
