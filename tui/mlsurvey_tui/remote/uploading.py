"""Local files to upload."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from mlsurvey.errors import NotFoundError, StorageError, UsageError
from mlsurvey.reading.scan import READABLE_SUFFIXES

MOST_BYTES = 16 * 1024 * 1024
"""Maximum bytes per request, except for a single larger file; a service accepts 64 MiB by default."""
MOST_FILES = 200
"""Maximum files per request; a service accepts 1,000 by default."""


def files_of(sources: Sequence[Path], into: str | None) -> tuple[dict[str, Path], int]:
    """Return files by target name, and the number of files in folders skipped for an unsupported format.

    Raises:
        NotFoundError: a source does not exist.
        UsageError: two files would get the same name, or a file named explicitly has an unsupported format.
    """
    files: dict[str, Path] = {}
    skipped = 0
    for source in sources:
        for file, name in _named(source):
            target = str(PurePosixPath(into or ".") / name)
            if file.suffix.lower() not in READABLE_SUFFIXES:
                skipped += 1
            elif files.get(target, file).resolve() != file.resolve():
                raise UsageError(f"{files[target]} and {file} would both become {target}")
            else:
                files[target] = file
    return files, skipped


def batches(files: Mapping[str, Path]) -> Iterator[dict[str, bytes]]:
    """Yield the files' bytes in batches small enough for local memory and one request.

    Raises:
        StorageError: a file cannot be read.
    """
    batch: dict[str, bytes] = {}
    size = 0
    for name, file in files.items():
        data = _read(file)
        if batch and (size + len(data) > MOST_BYTES or len(batch) == MOST_FILES):
            yield batch
            batch, size = {}, 0
        batch[name] = data
        size += len(data)
    if batch:
        yield batch


def digest(file: Path) -> str:
    """Hex SHA-256 of a file's bytes. Raises like :func:`batches`."""
    return hashlib.sha256(_read(file)).hexdigest()


def _named(source: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    """Yield each file with its name below the target folder, except hidden files and links that lead outside."""
    if not source.exists():
        raise NotFoundError(f"no such file or folder: {source}")
    if source.is_file():
        if source.suffix.lower() not in READABLE_SUFFIXES:
            raise UsageError(f"{source} has an unsupported format; supported: {', '.join(sorted(READABLE_SUFFIXES))}")
        yield source, PurePosixPath(source.name)
        return
    home = source.resolve()
    for file in sorted(home.rglob("*")):
        name = file.relative_to(home)
        if file.is_file() and file.resolve().is_relative_to(home) and not any(part[0] == "." for part in name.parts):
            yield file, PurePosixPath(home.name) / name.as_posix()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror}") from error
