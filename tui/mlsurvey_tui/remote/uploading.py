"""Files of this machine that are to be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from mlsurvey.errors import NotFoundError, StorageError, UsageError
from mlsurvey.reading.scan import READABLE_SUFFIXES


def files_of(sources: Sequence[Path], into: str | None) -> tuple[dict[str, bytes], int]:
    """Bytes by the name that they get, and how many files are of no format that is read.

    Raises:
        NotFoundError: a source is not there.
        UsageError: two files would get one name.
        StorageError: a file cannot be read.
    """
    files: dict[str, bytes] = {}
    skipped = 0
    for source in sources:
        for file, name in _named(source):
            target = str(PurePosixPath(into or ".") / name)
            if file.suffix.lower() not in READABLE_SUFFIXES:
                skipped += 1
            elif target in files:
                raise UsageError(f"two files would both become {target}")
            else:
                files[target] = _read(file)
    return files, skipped


def _named(source: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    """Each file with its name below the target folder; nothing hidden, and no link that leads out."""
    if not source.exists():
        raise NotFoundError(f"no such file or folder: {source}")
    if source.is_file():
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
