"""Scans a corpus folder; the only module that accesses its files."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mlsurvey.errors import NotFoundError, UnreadableError
from mlsurvey.state import Unreadable
from mlsurvey.vocabulary.load import ASPECTS, ENTITIES

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdx")
RESTRUCTURED_SUFFIXES = (".rst",)
PLAIN_SUFFIXES = (".txt", ".text")
READABLE_SUFFIXES = (*MARKDOWN_SUFFIXES, *PLAIN_SUFFIXES, *RESTRUCTURED_SUFFIXES)

MAX_BYTES = 64 * 1024 * 1024
"""Maximum file size: a prose document has a few megabytes at most, and is held in memory as a whole."""

_BACKUP_SUFFIXES = ("~", ".swp", ".swo", ".bak", ".orig", ".tmp")
SOURCES = "sources.toml"
"""Lists the sources of upstream documents."""
PROVENANCE = "provenance.json"
"""Records where each document in the upstream folder came from."""
_NO_DOCUMENTS = (ENTITIES, ASPECTS, SOURCES, PROVENANCE)


class FileState(NamedTuple):
    """File metadata; a file with an equal state need not be read again."""

    path: str
    """POSIX path relative to the corpus root."""
    size: int
    mtime_ns: int
    inode: int


def check_root(root: Path) -> None:
    """Raise early, before any preparation, if the corpus folder is missing.

    Raises:
        NotFoundError: ``root`` is not a folder.
    """
    if not root.is_dir():
        raise NotFoundError(f"no folder {str(root)!r}; create it, or name another one with --corpus")


def scan(root: Path) -> tuple[list[FileState], list[Unreadable]]:
    """List documents below ``root`` and unreadable files, each sorted by POSIX path.

    Hidden files and folders, editor backups, and vocabulary and source files
    are skipped silently. Symbolic links are followed if they stay inside ``root``.

    Raises:
        NotFoundError: ``root`` is not a folder.
    """
    check_root(root)
    home = os.path.realpath(root)
    found = _Found(home)
    _walk(found, str(root), "", frozenset({home}))
    return sorted(found.files), sorted(found.unreadable, key=lambda u: u.path)


def read(root: Path, path: str) -> tuple[bytes, str]:
    """Return the bytes of a document and their hex SHA-256.

    Raises:
        UnreadableError: the file is missing, not permitted, too large, or outside ``root``.
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


@dataclass(frozen=True, slots=True)
class _Found:
    """Results of a walk below the folder ``home``, a real path."""

    home: str
    files: list[FileState] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def skip(self, path: str, reason: str) -> None:
        self.unreadable.append(Unreadable(path, reason))


def _walk(found: _Found, folder: str, prefix: str, above: frozenset[str]) -> None:
    """Walk ``folder``; ``above`` holds the real paths of its ancestors, to stop link cycles.

    Paths are joined as plain strings: creating path objects would dominate the time for a large corpus.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not is_passed_over(entry.name):
                    _visit(found, entry, prefix + entry.name, above)
    except OSError as error:
        found.skip(prefix[:-1] or ".", f"not read: {_reason(error)}")


def _visit(found: _Found, entry: os.DirEntry[str], path: str, above: frozenset[str]) -> None:
    if not _is_utf8(path):
        return found.skip(ascii(path)[1:-1], "not read: the name is not valid UTF-8; rename the file")
    real = os.path.realpath(entry.path) if entry.is_symlink() else None
    if real is not None and not _inside(real, found.home):
        return found.skip(path, "not read: a link that leaves the corpus folder; copy the file instead")
    try:
        state = entry.stat()
    except OSError as error:
        broken = "a link that leads nowhere" if real is not None else _reason(error)
        return found.skip(path, f"not read: {broken}")
    if not stat.S_ISDIR(state.st_mode):
        return _file(found, path, state)
    here = real or os.path.realpath(entry.path)
    if here in above:
        return found.skip(path, "not read: a link to a folder that it lies in")
    return _walk(found, entry.path, f"{path}/", above | {here})


def _file(found: _Found, path: str, state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        found.skip(path, "not read: not a regular file")
    elif not path.lower().endswith(READABLE_SUFFIXES):
        suffix = PurePosixPath(path).suffix.lower()
        kind = f"{suffix} files" if suffix else "files without a suffix"
        found.skip(path, f"not read: {kind} are no documents; known: {' '.join(READABLE_SUFFIXES)}")
    elif state.st_size > MAX_BYTES:
        found.skip(path, _too_large(state.st_size))
    else:
        found.files.append(FileState(path, state.st_size, state.st_mtime_ns, state.st_ino))


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name is skipped silently."""
    return name.startswith((".", "#")) or name.endswith(_BACKUP_SUFFIXES) or name in _NO_DOCUMENTS


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _inside(place: str, home: str) -> bool:
    return place == home or place.startswith(home.rstrip(os.sep) + os.sep)


def _too_large(size: int) -> str:
    return f"not read: {size:,} bytes are more than the {MAX_BYTES:,} that a document may have; split it"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
