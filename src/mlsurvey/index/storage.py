"""Atomic, durable file writes, and I/O failures converted to mlsurvey errors."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mlsurvey.errors import BusyError, DamagedIndexError, StorageError

REBUILD = "type: mlsurvey refresh --rebuild"
_REFUSALS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
_REFUSED = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A published index file. ``path`` is relative to the index folder."""

    path: str
    size: int
    sha256: str


def write_durably(path: Path, data: memoryview | bytes) -> None:
    """Write a new file and flush it to disk; a failure leaves nothing behind.

    The name must be new: readers never open a file before the catalogue
    names it, so no rename is needed.
    """
    with writing_durably(path) as file:
        file.write(data)


@contextmanager
def writing_durably(path: Path) -> Iterator[BinaryIO]:
    """Like :func:`write_durably`, for data written in pieces."""
    try:
        with path.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync_folder(path: Path) -> None:
    """Flush a folder's entries, so that new names survive a power failure. No-op on Windows, which does not need it."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def stored(root: Path, path: Path) -> StoredFile:
    """Size and checksum of a file below ``root``."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    return StoredFile(path.relative_to(root).as_posix(), path.stat().st_size, digest.hexdigest())


def link(source: Path, target: Path) -> None:
    """Hard-link an immutable file; copy it if the file system does not support links."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES}:
            raise
        shutil.copy2(source, target)


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Convert I/O and SQLite failures to mlsurvey errors.

    Raises:
        StorageError: disk full, read-only, or failing.
        DamagedIndexError: the catalogue is not a readable database.
        BusyError: another process holds the catalogue for longer than the timeout.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _from_sqlite(error, folder) from error
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        raise StorageError(refusal(folder, error.strerror or str(error))) from error


def refusal(folder: Path, reason: str) -> str:
    """Message shown to the user when a write failed."""
    advice = "the published index is unchanged; free space or change permissions, then type: mlsurvey refresh"
    return f"cannot write the index in {folder}: {reason}; {advice}"


def _from_sqlite(error: sqlite3.DatabaseError, folder: Path) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary error code
    if code in _REFUSED:
        return StorageError(refusal(folder, str(error)))
    if code in _BROKEN:
        return DamagedIndexError(f"catalogue.sqlite in {folder} is damaged ({error}); {REBUILD}")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return BusyError(f"the index in {folder} is held by another process ({error}); try again in a moment")
    return error
