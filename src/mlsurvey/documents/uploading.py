"""Store and delete single documents on behalf of API clients.

Names are validated, no symbolic links are followed anywhere in the path, and a
document is completely on disk before the write is acknowledged. Writes hold a
lock, so that a condition still holds when the document is written.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mlsurvey.documents.collection import on_disk
from mlsurvey.documents.filenames import document_path
from mlsurvey.errors import NotFoundError, StorageError, UnreadableError, UsageError
from mlsurvey.reading.converting.kinds import kind_of
from mlsurvey.reading.decode import decode
from mlsurvey.reading.names import composed
from mlsurvey.reading.scan import MAX_BYTES

LOCK = "uploads.lock"
LOCK_WAIT = 30.0
"""Seconds to wait for another upload; the lock is held only while writing."""


class ConditionError(UsageError):
    """The document is not in the state that the caller expects."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Precondition on the current state of a document; empty fields are ignored."""

    sha256: tuple[str, ...] = ()
    """The document has one of these digests; ``*`` for any."""
    absent: bool = False
    """The document does not exist."""

    def check(self, path: str, found: str | None) -> None:
        """Raises ConditionError if the condition does not hold; ``found`` is the current digest."""
        if self.absent and found is not None:
            raise ConditionError(f"{path} already exists, with sha256 {found}")
        if self.sha256 and (found is None or not {found, "*"} & set(self.sha256)):
            now = f"is another version, with sha256 {found}" if found else "no longer exists"
            raise ConditionError(f"{path} {now}; read it again before you change it")


@dataclass(frozen=True, slots=True)
class Stored:
    """A document that was written to disk."""

    path: str
    sha256: str
    bytes: int
    created: bool
    changed: bool


def check_document(name: str, data: bytes) -> None:
    """Raises UnreadableError if the name or the bytes are not those of an indexable document."""
    document_path(name)
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{name} is too large: {len(data):,} bytes, at most {MAX_BYTES:,}")
    try:
        if kind := kind_of(name):
            kind.check(data)
        else:
            decode(data)
    except UnreadableError as error:
        raise UnreadableError(f"{name} cannot be read: {error}") from error


def store(corpus: Path, index: Path, files: Mapping[str, bytes], condition: Condition) -> tuple[Stored, ...]:
    """Write documents. Everything is checked before anything is written; each file is written atomically.

    Args:
        corpus: folder of documents.
        index: folder of the index, which contains the lock.
        files: bytes by name.
        condition: must hold for each file.

    Raises:
        UnreadableError: a name is invalid or its bytes are not a document.
        ConditionError: the condition does not hold.
        NotFoundError: there is no corpus folder.
        StorageError: the disk refused.
    """
    for name, data in files.items():
        check_document(composed(name), data)
    with _locked(corpus, index):
        before = {name: digest(corpus, name) for name in files}
        for name, found in before.items():
            condition.check(name, found)
        return tuple(_store(corpus, _place(corpus, name), data, before[name]) for name, data in files.items())


def discard(corpus: Path, index: Path, name: str, condition: Condition) -> None:
    """Delete a document and the folders this leaves empty. Raises like :func:`store`, or NotFoundError."""
    try:
        path = _place(corpus, name)
    except UnreadableError as error:
        raise NotFoundError(str(error)) from error
    with _locked(corpus, index):
        found = digest(corpus, name)
        if found is None and not condition.sha256:
            raise NotFoundError(f"no document {name!r} in the corpus folder")
        condition.check(name, found)
        with _folder(corpus, path.parent, make=False) as folder:
            os.unlink(path.name, dir_fd=folder)
            os.fsync(folder)
        _prune(corpus, path.parent)


def digest(corpus: Path, name: str) -> str | None:
    """Hex SHA-256 of the current document; None if absent. Raises like :func:`store`."""
    path = _place(corpus, name)
    try:
        with _folder(corpus, path.parent, make=False) as folder:
            descriptor = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        return _digest(descriptor)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refusal(name, error) from error


def _place(corpus: Path, name: str) -> PurePosixPath:
    """The path of the document that a name means: one on disk, in whatever Unicode form, else a valid new one."""
    document_path(composed(name))
    held = on_disk(corpus, name)
    return document_path(name) if held is None else PurePosixPath(held)


def _digest(descriptor: int) -> str:
    """Hex SHA-256 of an open file; closes it. Raises OSError if it is a folder or a device."""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EISDIR, "not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    finally:
        os.close(descriptor)


def _store(corpus: Path, path: PurePosixPath, data: bytes, before: str | None) -> Stored:
    name, sha256 = str(path), hashlib.sha256(data).hexdigest()
    if sha256 != before:
        try:
            with _folder(corpus, path.parent, make=True) as folder:
                _replace(folder, path.name, data)
        except OSError as error:
            raise _refusal(name, error) from error
    return Stored(name, sha256, len(data), created=before is None, changed=sha256 != before)


def _replace(folder: int, name: str, data: bytes) -> None:
    """Write a temporary file, flush, rename, flush the folder: an acknowledged write survives a crash."""
    draft = f".{name}.{secrets.token_hex(6)}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(draft, dir_fd=folder)
        raise
    os.fsync(folder)


@contextmanager
def _folder(corpus: Path, path: PurePosixPath, *, make: bool) -> Iterator[int]:
    """Descriptor of a folder below the corpus, opened component by component, so that no link can lead outside."""
    folder = os.open(corpus, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in path.parts:
            if make:
                _make(part, folder)
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        yield folder
    finally:
        os.close(folder)


def _make(part: str, folder: int) -> None:
    try:
        os.mkdir(part, dir_fd=folder)
    except FileExistsError:
        return
    os.fsync(folder)


def _prune(corpus: Path, path: PurePosixPath) -> None:
    for folder in (path, *path.parents)[: len(path.parts)]:
        try:
            (corpus / folder).rmdir()
        except OSError:  # not empty, or already gone
            return


@contextmanager
def _locked(corpus: Path, index: Path) -> Iterator[None]:
    from filelock import FileLock  # imports asyncio, which questions do not need

    if not corpus.is_dir():
        raise NotFoundError(f"no corpus folder {str(corpus)!r}; create it")
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index / LOCK, timeout=LOCK_WAIT)
        lock.acquire()
    except (OSError, TimeoutError) as error:
        raise StorageError(f"cannot lock {index / LOCK}: {error}") from error
    try:
        yield
    finally:
        lock.release()


def _refusal(name: str, error: OSError) -> UnreadableError | StorageError:
    if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.ENAMETOOLONG, errno.EEXIST):
        return UnreadableError(f"cannot store {name!r}: a link, a folder or another file is in the way")
    return StorageError(f"cannot write {name}: {error.strerror}")
