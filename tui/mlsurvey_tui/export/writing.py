"""Write a file whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from mlsurvey.errors import StorageError


def write_file(path: Path, text: str) -> None:
    """Write text, in place of what is there; missing folders are made.

    Raises:
        StorageError: the disk refused; what was there is as it was.
    """
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        draft = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        draft.chmod(0o666 & ~_umask())
        draft.replace(path)
    except OSError as error:
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise StorageError(f"cannot write {path}: {error.strerror}") from error


def _umask() -> int:
    """What a new file is not allowed to be; the only way to learn it is to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
