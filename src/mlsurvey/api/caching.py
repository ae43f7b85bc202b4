"""What was answered before, and whether a client has it already."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from starlette.requests import Request

from mlsurvey import __version__


class Cache:
    """The results that were used last, at most so many. Safe to share between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Any:
        """The result, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a result; the one that was not used for longest makes room."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def etag(*parts: object) -> str:
    """A weak tag: equal parts give results that mean the same, though their timings differ."""
    text = "\0".join((__version__, *map(str, parts)))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def has(request: Request, tag: str) -> bool:
    """Whether ``If-None-Match`` names the tag: the client has the result already."""
    return names(request.headers.get("if-none-match"), tag)


def names(header: str | None, tag: str) -> bool:
    """Whether a list of tags holds this one, by the weak comparison, or is ``*``."""
    if header is None:
        return False
    bare = tag.removeprefix("W/")
    return any(one.strip() == "*" or one.strip().removeprefix("W/") == bare for one in header.split(","))
