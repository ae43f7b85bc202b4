"""Write files atomically."""

from __future__ import annotations

from pathlib import Path

from mlsurvey.errors import StorageError
from mlsurvey.syncing.atomic import write_whole


def write_file(path: Path, text: str) -> None:
    """Write text to a file, replacing an existing one; missing folders are created.

    Raises:
        StorageError: writing failed; an existing file is unchanged.
    """
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
