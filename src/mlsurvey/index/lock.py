"""Single-writer lock.

The lock is an OS file lock (``flock`` or equivalent), so it is released when the process
holding it ends, however it ends. ``holder.json`` next to it only identifies the holder.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from filelock import FileLock, Timeout

from mlsurvey.errors import BusyError
from mlsurvey.index.layout import Layout


@contextmanager
def writer_lock(layout: Layout, wait: float) -> Iterator[None]:
    """Hold the write lock of the index.

    Args:
        layout: the index; its folder must exist.
        wait: seconds to wait for another writer; 0 gives up at once.

    Raises:
        BusyError: another process still holds the lock; the message names it.
    """
    lock = FileLock(layout.lock, timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError(
            f"the index in {layout.root} is being written by {_holder(layout)}; wait until it is done"
        ) from error
    try:
        _sign(layout)
        yield
    finally:
        layout.holder.unlink(missing_ok=True)
        lock.release()


def _sign(layout: Layout) -> None:
    signature = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    layout.holder.write_text(json.dumps(signature), "utf-8")


def _holder(layout: Layout) -> str:
    """Describe the lock holder; the holder file may not be written yet, or already be removed."""
    try:
        holder = json.loads(layout.holder.read_text("utf-8"))
        return f"process {holder['pid']} on {holder['host']} since {holder['started']}"
    except (OSError, ValueError, KeyError):
        return "another process"
