"""The client of Milvus: connects when first used, and reports what goes wrong as errors of mlsurvey.

The token is read from the environment when it is used, and is never part of a message.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mlsurvey.address import TOKEN, Address
from mlsurvey.errors import (
    BusyError,
    IndexingError,
    MismatchError,
    MlsurveyError,
    ReplacedError,
    StorageError,
    UnreachableError,
    needing,
)

READ_SECONDS = 15.0
CONNECT_SECONDS = 5.0
_PAUSE = 1.0
"""Seconds before a connection that failed is tried again."""
WRITE_SECONDS = 120.0
MOST = 16_384
"""Most hits of one search, and most rows of one query: Milvus' own limit."""
PAGE = 1_000
OLDEST = (2, 5)
"""The first version of Milvus with full-text search."""
_CALM = {"grpc.keepalive_time_ms": 600_000}
"""Milvus Lite hangs up on a client that asks more often whether it is there. Each call has a time limit anyway."""
_REFUSED = (
    "unauthenticated",
    "auth check failure",
    "permission deny",
    "permissiondenied",
    "not authorized",
    "missing authorization",
)
_FULL = ("no space left", "disk full", "disk quota", "memory quota", "diskquota", "memoryquota", "force to deny")
_LOST = (
    "rate type",
    "rate limit",
    "unavailable",
    "deadline",
    "timed out",
    "timeout",
    "fail connecting",
    "failed to connect",
    "connection",
)
_GONE = ("collection not found", "can't find collection", "not exist")
_LOCKS: dict[str, threading.RLock] = {}
_GUARD = threading.Lock()

Row = dict[str, Any]


class Engine:
    """One engine. Thread-safe."""

    def __init__(self, address: Address, seconds: float = READ_SECONDS) -> None:
        """Connects to nothing yet; ``seconds`` is how long an answer may take."""
        self.address, self._seconds = address, seconds
        self._refusal: tuple[float, MlsurveyError] | None = None
        self._client: Any = None
        self._lock = threading.Lock()
        with _GUARD:
            self._writing = _LOCKS.setdefault(address.uri, threading.RLock())
        self.is_lite = address.is_embedded
        self.is_checked = False
        """Whether its collections are known to be there, with the format of this version."""

    def close(self) -> None:
        """Close the connection; the next call opens another. An embedded engine stays open until the process ends."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # a lost engine cannot be told
                client.close()

    def call(self, method: str, *arguments: Any, seconds: float | None = None, **options: Any) -> Any:
        """Call a method of the client.

        Raises:
            UnreachableError: the engine does not answer.
            ReplacedError: a collection is gone.
            StorageError: it has no space left.
            IndexingError: it refuses the credentials, or the request.
        """
        with self._named_errors():
            return getattr(self._opened(), method)(*arguments, timeout=seconds or self._seconds, **options)

    def write(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Like :meth:`call`, one at a time in this process: Milvus Lite takes no two writers."""
        with self._writing:
            return self.call(method, *arguments, seconds=WRITE_SECONDS, **options)

    def query(self, collection: str, where: str, fields: Sequence[str], **options: Any) -> list[Row]:
        """Rows that satisfy a condition, in no order, at most :data:`MOST`."""
        return list(self.call("query", collection, filter=where, output_fields=[*fields], limit=MOST, **options))

    def count(self, collection: str, where: str, **options: Any) -> int:
        """Number of rows that satisfy a condition."""
        rows = self.call("query", collection, filter=where, output_fields=["count(*)"], **options)
        return int(rows[0]["count(*)"])

    def pages(self, collection: str, where: str, fields: Sequence[str], **options: Any) -> Iterator[list[Row]]:
        """All rows that satisfy a condition, by primary key, in pages."""
        named = {"filter": where, "output_fields": [*fields], "batch_size": PAGE, **options}
        iterator = self.call("query_iterator", collection, **named)
        try:
            while True:
                with self._named_errors():
                    page = iterator.next()
                if not page:
                    return
                yield list(page)
        finally:
            iterator.close()

    def search(
        self, collection: str, field: str, query: Any, k: int, where: str, metric: str, **options: Any
    ) -> list[tuple[int, float]]:
        """Pairs (id, score) of the best rows, best first, then by id."""
        found = self.call(
            "search",
            collection,
            data=[query],
            anns_field=field,
            limit=min(k, MOST),
            filter=where,
            output_fields=["id"],
            search_params={"metric_type": metric},
            **options,
        )
        # Milvus Lite gives BM25 scores as negative distances.
        sign = -1.0 if metric == "BM25" and self.is_lite else 1.0
        hits = [(int(hit["id"]), sign * float(hit["distance"])) for hit in found[0]]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def collections(self) -> list[str]:
        """Names of the collections of this index."""
        prefix = f"{self.address.name}_"
        return [name for name in self.call("list_collections") if name.startswith(prefix)]

    def _opened(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._tried()
            return self._client

    def _tried(self) -> Any:
        """Connect. Of many threads that ask for a lost engine at once, only the first waits for it."""
        if self._refusal and time.monotonic() - self._refusal[0] < _PAUSE:
            raise self._refusal[1]
        try:
            with self._named_errors():
                return self._connected()
        except MlsurveyError as error:
            self._refusal = (time.monotonic(), error)
            raise

    def _connected(self) -> Any:
        with needing("cluster", f"the index {self.address}"):
            if self.address.is_embedded:
                import milvus_lite  # noqa: F401  # asked for by the client, whose own message names no extra
            from pymilvus import MilvusClient
        for name in ("pymilvus", "milvus_lite"):  # they log what they raise, with tracebacks
            logging.getLogger(name).setLevel(logging.CRITICAL)
        if self.address.is_embedded:
            Path(self.address.uri).parent.mkdir(parents=True, exist_ok=True)
        token = os.environ.get(TOKEN, "")
        client = MilvusClient(
            uri=self.address.uri,
            token=token,
            db_name=self.address.database,
            timeout=min(CONNECT_SECONDS, self._seconds),
            dedicated=True,
            grpc_options=_CALM,
        )
        version = str(client.get_server_version())
        self.is_lite = "lite" in version
        numbers = tuple(int(n) for n in re.findall(r"\d+", version)[:2])
        if not self.is_lite and numbers and numbers < OLDEST:
            raise MismatchError(
                f"Milvus at {self.address} has version {version}, without full-text search; use 2.5 or newer"
            )
        return client

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (MlsurveyError, KeyboardInterrupt, AssertionError):
            raise
        except Exception as error:
            if not _is_foreign(error):
                raise
            raise self._named(error) from None  # the cause may hold the token

    def _named(self, error: Exception) -> MlsurveyError:
        message = " ".join(str(getattr(error, "message", "") or error).split())
        token = os.environ.get(TOKEN)
        message = (message.replace(token, "…") if token else message)[:300]
        lower = f"{type(error).__name__} {message}".lower()
        at = self.address
        if "open local milvus" in lower or "data_dir" in lower:
            return BusyError(
                f"the index {at} cannot be opened: another process may hold it, as Milvus Lite serves one at a time;"
                f" end that process, or start a server: milvus-lite server --data-dir {at.uri}"
            )
        if any(word in lower for word in _REFUSED):
            return IndexingError(
                f"Milvus at {at} refuses the credentials; set {TOKEN} to user:password, or to an API key"
            )
        if any(word in lower for word in _FULL):
            return StorageError(
                f"Milvus at {at} has no space left ({message}); the published index is unchanged: give it more disk or"
                " memory, then type: mlsurvey refresh"
            )
        if any(word in lower for word in _GONE):
            return ReplacedError(f"a collection of {at} is gone ({message}); open the index again")
        if any(word in lower for word in _LOST):
            return UnreachableError(f"Milvus at {at} does not answer ({message}); start it, or check the address")
        return IndexingError(f"Milvus at {at} refuses the request: {message}")


def _is_foreign(error: Exception) -> bool:
    """Whether an error comes from the client or its transport, not from a mistake of this program."""
    return type(error).__module__.partition(".")[0] in ("pymilvus", "grpc", "milvus_lite") or isinstance(error, OSError)
