"""Storage of fetched documents and their records. Never deletes a document."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from mlsurvey.errors import BusyError, StorageError
from mlsurvey.syncing.atomic import write_whole
from mlsurvey.syncing.provenance import UPSTREAM, Record, provenance_file, read_records, write_records
from mlsurvey.vocabulary.languages import OTHER

SAVED_EVERY = 1.0
"""Minimum seconds between saves of the records while fetching."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Metadata of a document."""

    origin: str
    url: str
    version: str | None
    licence: str
    etag: str | None = None
    last_modified: str | None = None


class Store:
    """The ``upstream`` folder of a corpus, for a single writer: see :func:`opened`."""

    def __init__(self, corpus: Path) -> None:
        self.corpus = corpus
        records = read_records(corpus)
        self.is_damaged = records is None
        """Whether the records could not be read; they are rebuilt."""
        self.records = dict(records or {})
        self._saved = time.monotonic()
        self._now = datetime.now(UTC).isoformat(timespec="seconds")

    def place(self, folder: str, name: str, origin: str, prefix: str) -> str:
        """Path for a document: its current one, else ``folder/name``, prefixed if another origin has that path."""
        for path, record in self.records.items():
            if record.origin == origin and str(PurePosixPath(path).parent) == folder:
                return path
        return self.free(f"{folder}/{name}", origin, prefix)

    def free(self, path: str, origin: str, prefix: str) -> str:
        """The path, or a prefixed one if another origin has it, so that neither overwrites the other."""
        record = self.records.get(path)
        if record is None or record.origin == origin:
            return path
        place = PurePosixPath(path)
        return str(place.with_name(f"{prefix}--{place.name}"))

    def intact(self, path: str) -> Record | None:
        """The record of a document if its file still has the recorded bytes, else None."""
        record = self.records.get(path)
        try:
            data = (self.corpus / path).read_bytes() if record else b""
        except OSError:
            return None
        return record if record and hashlib.sha256(data).hexdigest() == record.sha256 else None

    def put(self, path: str, data: bytes, origin: Origin) -> str:
        """Write a document if it differs; returns ``added``, ``updated`` or ``unchanged``.

        Raises:
            StorageError: the disk refused; the old file is unchanged.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        have = self.intact(path)
        if have and have.sha256 == sha256:
            self._record(path, origin, sha256, have.retrieved, have.version)
            return "unchanged"
        state = "updated" if (self.corpus / path).exists() else "added"
        with self._disk():
            write_whole(self.corpus / path, data)
        self._record(path, origin, sha256, self._now, None)
        return state

    def confirm(self, path: str, origin: Origin) -> None:
        """Record that the local copy is current."""
        have = self.records[path]
        self._record(path, origin, have.sha256, have.retrieved, have.version)

    def mark_gone(self, path: str) -> None:
        """Record that a document is missing upstream; the file is kept."""
        if have := self.records.get(path):
            self.records[path] = replace(have, gone=have.gone or self._now, checked=self._now)

    def save(self) -> None:
        """Write the records.

        Raises:
            StorageError: the disk refused; the old records are unchanged.
        """
        if self.records:
            with self._disk():
                if self.is_damaged:
                    _keep_damaged(provenance_file(self.corpus))
                    self.is_damaged = False
                write_records(self.corpus, self.records)
        self._saved = time.monotonic()

    def _record(self, path: str, origin: Origin, sha256: str, retrieved: str, version: str | None) -> None:
        self.records[path] = Record(
            origin=origin.origin,
            url=origin.url,
            version=origin.version or version,  # same bytes: the known commit still applies
            licence=origin.licence,
            sha256=sha256,
            retrieved=retrieved,
            checked=self._now,
            etag=origin.etag,
            last_modified=origin.last_modified,
        )
        if time.monotonic() - self._saved > SAVED_EVERY:
            self.save()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(f"cannot write {error.filename or self.corpus}: {error.strerror}") from error


@contextmanager
def opened(corpus: Path) -> Iterator[Store]:
    """The store of a corpus, locked for one writer; the records are saved on exit, even after an error.

    Raises:
        BusyError: another process is fetching.
        StorageError: the disk refused.
    """
    folder = corpus / UPSTREAM
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise BusyError(f"another process is fetching into {folder}; wait until it is done") from error
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}") from error
    store = Store(corpus)
    try:
        yield store
    finally:
        try:
            store.save()
        finally:
            lock.release()


def folder_of(slug: str, language: str | None) -> str:
    """Folder for the documents of a library, relative to the corpus."""
    return f"{UPSTREAM}/{language or OTHER}/{slug}"


def _keep_damaged(place: Path) -> None:
    """Keep a backup of an unreadable file for inspection."""
    if place.exists():
        place.replace(place.with_name(f"{place.name}.damaged.bak"))
