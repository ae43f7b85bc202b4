"""What lies in a corpus folder: the only module that looks at its files."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mlsurvey.errors import NotFoundError, UnreadableError
from mlsurvey.types import Unreadable
from mlsurvey.vocabulary.load import ASPECTS, ENTITIES

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdx")
RESTRUCTURED_SUFFIXES = (".rst",)
PLAIN_SUFFIXES = (".txt", ".text")
READABLE_SUFFIXES = (*MARKDOWN_SUFFIXES, *PLAIN_SUFFIXES, *RESTRUCTURED_SUFFIXES)

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are not read: a document of prose has a few megabytes at most, and all of it is held in memory."""

_BACKUP_SUFFIXES = ("~", ".swp", ".swo", ".bak", ".orig", ".tmp")
SOURCES = "sources.toml"
"""Tells where upstream documents live."""
PROVENANCE = "provenance.json"
"""Tells where each document in the upstream folder came from."""
_NO_DOCUMENTS = (ENTITIES, ASPECTS, SOURCES, PROVENANCE)


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as the file system describes it: equal states mean that it need not be read again."""

    path: str
    """POSIX path relative to the corpus root."""
    size: int
    mtime_ns: int
    inode: int


def scan(root: Path) -> tuple[list[FileState], list[Unreadable]]:
    """Documents below ``root`` and what could not become one, each in the sorted order of POSIX paths.

    Hidden files and folders, editor backups, and the vocabulary and source files
    are passed over silently. Symbolic links are followed as long as they stay inside ``root``.

    Raises:
        NotFoundError: ``root`` is not a folder.
    """
    if not root.is_dir():
        raise NotFoundError(f"no folder {str(root)!r}; create it, or name another one with --corpus")
    home = Path(os.path.realpath(root))
    files: list[FileState] = []
    unreadable: list[Unreadable] = []
    for found in _walk(root, home, PurePosixPath(), frozenset({str(home)})):
        (files if isinstance(found, FileState) else unreadable).append(found)  # type: ignore[arg-type]
    return sorted(files, key=lambda f: f.path), sorted(unreadable, key=lambda u: u.path)


def read(root: Path, path: str) -> tuple[bytes, str]:
    """Bytes of a document and the hex SHA-256 of them.

    Raises:
        UnreadableError: the file is gone, forbidden, too large, or lies outside ``root``.
    """
    place = root / path
    try:
        if not _inside(os.path.realpath(place), os.path.realpath(root)):
            raise UnreadableError("not read: lies outside the corpus folder")
        if (size := place.stat().st_size) > MAX_BYTES:
            raise UnreadableError(_too_large(size))
        data = place.read_bytes()
    except OSError as error:
        raise UnreadableError(f"not read: {_reason(error)}") from error
    return data, hashlib.sha256(data).hexdigest()


def _walk(folder: Path, home: Path, name: PurePosixPath, above: frozenset[str]) -> Iterator[FileState | Unreadable]:
    """Everything below ``folder``; ``above`` holds the real paths of the folders on the way, to stop link cycles."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Unreadable(str(name), f"not read: {_reason(error)}")
        return
    for entry in entries:
        if not is_passed_over(entry.name):
            yield from _visit(entry, home, name / entry.name, above)


def _visit(
    entry: os.DirEntry[str], home: Path, name: PurePosixPath, above: frozenset[str]
) -> Iterator[FileState | Unreadable]:
    path = _posix(name)
    if path is None:
        yield Unreadable(ascii(str(name))[1:-1], "not read: the name is not valid UTF-8; rename the file")
        return
    real = os.path.realpath(entry.path) if entry.is_symlink() else None
    if real is not None and not _inside(real, str(home)):
        yield Unreadable(path, "not read: a link that leaves the corpus folder; copy the file instead")
        return
    try:
        state = entry.stat()
    except OSError as error:
        broken = "a link that leads nowhere" if real is not None else _reason(error)
        yield Unreadable(path, f"not read: {broken}")
        return
    if not stat.S_ISDIR(state.st_mode):
        yield _file(path, state)
        return
    here = real or os.path.realpath(entry.path)
    if here in above:
        yield Unreadable(path, "not read: a link to a folder that it lies in")
        return
    yield from _walk(Path(entry.path), home, name, above | {here})


def _file(path: str, state: os.stat_result) -> FileState | Unreadable:
    suffix = PurePosixPath(path).suffix.lower()
    if not stat.S_ISREG(state.st_mode):
        return Unreadable(path, "not read: not a regular file")
    if suffix not in READABLE_SUFFIXES:
        kind = f"{suffix} files" if suffix else "files without a suffix"
        return Unreadable(path, f"not read: {kind} are no documents; known: {' '.join(READABLE_SUFFIXES)}")
    if state.st_size > MAX_BYTES:
        return Unreadable(path, _too_large(state.st_size))
    return FileState(path, state.st_size, state.st_mtime_ns, state.st_ino)


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name is passed over silently."""
    return name.startswith(".") or name.endswith(_BACKUP_SUFFIXES) or name in _NO_DOCUMENTS or name.startswith("#")


def _posix(name: PurePosixPath) -> str | None:
    try:
        str(name).encode("utf-8")
    except UnicodeEncodeError:
        return None
    return str(name)


def _inside(place: str, home: str) -> bool:
    return place == home or place.startswith(home.rstrip(os.sep) + os.sep)


def _too_large(size: int) -> str:
    return f"not read: {size:,} bytes are more than the {MAX_BYTES:,} that a document may have; split it"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
