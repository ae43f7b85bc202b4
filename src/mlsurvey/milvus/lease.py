"""Elects one writer among all machines.

Milvus has no compare-and-set, so writers take numbers, as in Lamport's bakery ("A New Solution of Dijkstra's Concurrent
Programming Problem", 1974), which needs nothing but rows that are written and read whole. The lowest number writes. A
number lasts for :data:`LEASE_SECONDS` and is renewed meanwhile: one of a crashed writer runs out. The number is also
that of the generation: what a writer leaves that lost its lease is never seen, since its number is declared void.

Clocks of the machines must agree to within a few seconds.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mlsurvey.errors import BusyError, IndexingError, MlsurveyError
from mlsurvey.milvus.engine import Engine
from mlsurvey.milvus.schema import NOTHING, log_of, make_log
from mlsurvey.milvus.store import Store

WRITER = "writer"
LEASE_SECONDS = 30.0
CHOOSING_SECONDS = 5.0
"""Longest that another writer may take to choose its number before it counts as busy."""
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Bid:
    """The row of a writer."""

    id: str
    number: int
    """0 while it chooses."""
    expires: float
    """Seconds since 1970; 0 once it has ended without publishing."""
    holder: str

    @property
    def is_alive(self) -> bool:
        """Whether its writer may still be working."""
        return self.expires > time.time()


@dataclass
class Lease:
    """The right to write one generation."""

    store: Store
    id: str
    number: int
    outdated: tuple[Bid, ...] = ()
    """Bids of writers that ended without publishing."""
    has_written: bool = False
    """Whether rows with its number may exist; they are then kept for the next writer, which declares them void."""
    _until: float = field(default_factory=lambda: time.monotonic() + LEASE_SECONDS)
    _lost: bool = False

    def check(self) -> None:
        """Raise BusyError if the lease has run out or another writer has taken over."""
        if self._lost or time.monotonic() > self._until:
            raise BusyError(
                f"this writer lost its lease of {self.store.engine.address}: it paused or was cut off for too long;"
                " nothing was published. To continue, type: mlsurvey refresh"
            )

    def confirm(self) -> None:
        """The same, after asking the engine; called just before publishing."""
        self.check()
        if not any(bid.id == self.id for bid in bids(self.store)):
            self._lost = True
            self.check()

    def renew(self) -> None:
        """Extend the lease, unless it is lost."""
        begun = time.monotonic()
        self.confirm()
        _put(self.store, self.id, self.number, time.time() + LEASE_SECONDS)
        self._until = begun + LEASE_SECONDS


def bids(store: Store) -> list[Bid]:
    """The rows of all writers."""
    where, fields = f'kind == "{WRITER}"', ["id", "number", "body"]
    rows = store.engine.query(log_of(store.engine), where, fields, consistency_level="Strong")
    return [Bid(row["id"], int(row["number"]), **json.loads(row["body"])) for row in rows]


@contextmanager
def lease(engine: Engine, wait: float) -> Iterator[Lease]:
    """Hold the lease of an index, whose collections are created if needed.

    Args:
        engine: of the index.
        wait: seconds to wait for another writer; 0 gives up at once.

    Raises:
        BusyError: another writer still holds it; the message names it.
    """
    make_log(engine)
    store = Store(engine)
    held = _taken(store, wait)
    ended = threading.Event()
    renewing = threading.Thread(target=_renew, args=(held, ended), name="renew-lease", daemon=True)
    renewing.start()
    try:
        yield held
    finally:
        ended.set()
        renewing.join()
        with suppress(MlsurveyError):  # what cannot be told the engine now runs out by itself
            _release(held)


def forget(store: Store, outdated: Sequence[Bid]) -> None:
    """Remove the rows of writers whose numbers are void by now."""
    if outdated:
        store.remove(log_of(store.engine), f"id in {json.dumps([bid.id for bid in outdated])}")


def _taken(store: Store, wait: float) -> Lease:
    name = f"{WRITER}/{secrets.token_hex(8)}"
    _put(store, name, 0, time.time() + LEASE_SECONDS)
    try:
        numbers = [0, *(bid.number for bid in bids(store)), *store.generations()]
        if (newest := store.newest()) is not None:
            numbers += newest.void
        held = Lease(store, name, 1 + max(numbers))
        _put(store, name, held.number, time.time() + LEASE_SECONDS)
        _queue(held, wait)
        published = set(store.generations())
        ended = [bid for bid in bids(store) if not bid.is_alive and bid.number < held.number]
        forget(store, [bid for bid in ended if bid.number in published])  # they died just after publishing
        held.outdated = tuple(bid for bid in ended if bid.number not in published)
        return held
    except BaseException:
        with suppress(MlsurveyError):
            store.remove(log_of(store.engine), f'id == "{name}"')
        raise


def _queue(held: Lease, wait: float) -> None:
    """Wait until no other writer is before this one."""
    begun = time.monotonic()
    renewed = begun
    while ahead := [b for b in bids(held.store) if b.is_alive and b.id != held.id and _is_before(b, held)]:
        now = time.monotonic()
        if now - begun >= (CHOOSING_SECONDS if all(not bid.number for bid in ahead) else 0.0) + wait:
            raise BusyError(
                f"the index in {held.store.engine.address} is being written by {ahead[0].holder}; wait until it is done"
            )
        if now - renewed > LEASE_SECONDS / 3:
            held.renew()
            renewed = now
        time.sleep(_PAUSE)
    held.renew()


def _is_before(bid: Bid, held: Lease) -> bool:
    return not bid.number or (bid.number, bid.id) < (held.number, held.id)


def _renew(held: Lease, ended: threading.Event) -> None:
    while not ended.wait(LEASE_SECONDS / 3):
        with suppress(IndexingError):  # tried again, until the lease has run out
            held.renew()


def _release(held: Lease) -> None:
    if held.has_written:
        _put(held.store, held.id, held.number, 0.0)
    else:
        held.store.remove(log_of(held.store.engine), f'id == "{held.id}"')


def _put(store: Store, name: str, number: int, expires: float) -> None:
    body = json.dumps({"expires": expires, "holder": _holder()})
    row: dict[str, Any] = {"id": name, "kind": WRITER, "number": number, "body": body, **NOTHING}
    store.put(log_of(store.engine), [row])


def _holder() -> str:
    return f"process {os.getpid()} on {socket.gethostname()} since {_STARTED}"


_STARTED = datetime.now(UTC).isoformat(timespec="seconds")
