"""One writer at a time.

The lock is the kernel's (``flock`` or its peer), so it goes with the process that
held it, however that ended. ``holder.json`` beside it only says who it is.
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
    """Hold the index for writing.

    Args:
        layout: the index; its folder is there already.
        wait: seconds to wait for another writer; 0 gives up at once.

    Raises:
        BusyError: another process still holds it; the message names it.
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
    """Who holds it, in words; the lock may be taken but not yet, or no longer, signed."""
    try:
        holder = json.loads(layout.holder.read_text("utf-8"))
        return f"process {holder['pid']} on {holder['host']} since {holder['started']}"
    except (OSError, ValueError, KeyError):
        return "another process"
