"""A thread-safe LRU cache."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _one(value: object) -> int:
    return 1


class Remembered(Generic[K, V]):
    """Evicts the least recently used values. Thread-safe.

    Where neither sizes count nor many values are made at once, :func:`functools.lru_cache` is enough. ``cachetools``
    has the sizes but neither the lock nor the making of many, so it would replace few of these lines.

    Args:
        room: maximum total size of the kept values.
        size: size of a value; each counts as 1 by default.
    """

    def __init__(self, room: int, size: Callable[[V], int] = _one) -> None:
        self._room, self._size = room, size
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._taken = 0
        self._lock = threading.Lock()

    def kept(self, key: K) -> V | None:
        """Return a value; None if absent or evicted."""
        with self._lock:
            self._touch([key])
            return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep a value."""
        with self._lock:
            self._keep({key: value})

    def get(self, key: K, make: Callable[[K], V]) -> V:
        """Return the value of ``key``, made on a miss; two threads may both make it, which is harmless."""
        return self.get_all([key], lambda keys: {key: make(key)})[0]

    def get_all(self, keys: Sequence[K], make: Callable[[Sequence[K]], Mapping[K, V]]) -> list[V]:
        """Return values in the order of their keys; ``make`` is called at most once, with the missing keys."""
        with self._lock:
            known = {key: self._kept[key] for key in keys if key in self._kept}
        missing = [key for key in keys if key not in known]
        made = make(missing) if missing else {}
        with self._lock:
            self._touch(known)
            self._keep(made)
        known |= made
        return [known[key] for key in keys]

    def _touch(self, keys: Iterable[K]) -> None:
        for key in keys:
            if key in self._kept:
                self._kept.move_to_end(key)

    def _keep(self, values: Mapping[K, V]) -> None:
        for key, value in values.items():
            if key in self._kept:
                self._taken -= self._size(self._kept.pop(key))
            self._kept[key] = value
            self._taken += self._size(value)
        while self._taken > self._room:
            _, value = self._kept.popitem(last=False)
            self._taken -= self._size(value)
