"""LRU caches for read data. A generation never changes, so entries never go stale."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _one(value: object) -> int:
    return 1


class Remembered(Generic[K, V]):
    """LRU cache. Thread-safe.

    Args:
        room: maximum total size of the cached values.
        size: size of a value; each counts as 1 by default.
    """

    def __init__(self, room: int, size: Callable[[V], int] = _one) -> None:
        self._room, self._size = room, size
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._taken = 0
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[K], V]) -> V:
        """Return the value of ``key``, made on a miss; two threads may both make it, which is harmless."""
        return self.get_all([key], lambda keys: {key: make(key)})[0]

    def get_all(self, keys: Sequence[K], make: Callable[[Sequence[K]], dict[K, V]]) -> list[V]:
        """Return values in the order of their keys; ``make`` is called at most once, with the missing keys."""
        with self._lock:
            known = {key: self._kept[key] for key in keys if key in self._kept}
        missing = [key for key in keys if key not in known]
        made = make(missing) if missing else {}
        self._touch(known, made)
        known |= made
        return [known[key] for key in keys]

    def _touch(self, used: Iterable[K], made: dict[K, V]) -> None:
        with self._lock:
            for key in used:
                if key in self._kept:
                    self._kept.move_to_end(key)
            for key, value in made.items():
                if key not in self._kept:
                    self._kept[key] = value
                    self._taken += self._size(value)
            while self._taken > self._room:
                _, value = self._kept.popitem(last=False)
                self._taken -= self._size(value)
