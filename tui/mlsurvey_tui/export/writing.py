"""Write files atomically."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from mlsurvey.errors import StorageError


def write_file(path: Path, text: str) -> None:
    """Write text to a file, replacing an existing one; missing folders are created.

    Raises:
        StorageError: writing failed; an existing file is unchanged.
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
    """Return the umask; the only way to read it is to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
