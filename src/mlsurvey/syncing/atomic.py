"""Atomic file writes."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file atomically: readers, or a crash, see either the old file or the new one.

    Missing folders are created, and the umask decides who may read the file. Uploads go another way, since they follow
    no link; so do added files, which keep their times or are links.

    Raises:
        OSError: the disk refused; the old file is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name[:40]}.{os.urandom(6).hex()}.new")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # otherwise a power failure after the rename may leave an empty file
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
