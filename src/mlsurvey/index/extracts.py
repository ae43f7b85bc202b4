"""The texts of converted documents, kept in the index folder by the digest of the file.

A file is converted once: not again when names change, after an interruption, or for a rebuild. What a reader refuses
is kept too. The folder can be deleted at any time; generations hold their own copy of each text.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from typing import Any

from mlsurvey.leaves import Leaves
from mlsurvey.reading.converting.extract import Extract
from mlsurvey.reading.converting.kinds import KINDS, Kind, recipe

Outcome = Extract | str
"""An extract, or the reason why there is none."""
_SUFFIX = ".json.z"


class Extracts:
    """The extracts in a folder. ``folder`` is None to keep none."""

    def __init__(self, folder: Path | None, *, is_writable: bool) -> None:
        self._folder, self._is_writable = folder, is_writable
        self._used: set[str] = set()

    def find(self, sha256: str, kind: Kind) -> Outcome | None:
        """What the file with this digest was converted to; None if that is not known.

        A file that a crash left incomplete fails its checksum, and counts as absent.
        """
        if self._folder is None:
            return None
        name = _name(sha256, kind)
        try:
            fields = json.loads(zlib.decompress((self._folder / name).read_bytes()))
            found = _outcome(fields)
        except (OSError, zlib.error, ValueError, KeyError, TypeError):
            return None
        self._used.add(name)
        return found

    def keep(self, sha256: str, kind: Kind, outcome: Outcome) -> None:
        """Keep an outcome. Readers see the whole file or none.

        Raises:
            OSError: the disk refused.
        """
        if self._folder is None or not self._is_writable:
            return
        name = _name(sha256, kind)
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{name}.{os.getpid()}.new"
        try:
            draft.write_bytes(zlib.compress(json.dumps(_fields(outcome)).encode(), 1))
            draft.replace(self._folder / name)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        self._used.add(name)

    def sweep(self, digests: Container[str]) -> None:
        """Remove all files but those found or kept since the start, and those of the digests."""
        if self._folder is None or not self._folder.is_dir():
            return
        recipes = {_recipe(kind) for kind in KINDS}
        for file in self._folder.iterdir():
            sha256, _, made_with = file.name.removesuffix(_SUFFIX).partition("-")
            if file.name not in self._used and not (sha256 in digests and made_with in recipes):
                file.unlink(missing_ok=True)


NO_EXTRACTS = Extracts(None, is_writable=False)


def _name(sha256: str, kind: Kind) -> str:
    return f"{sha256}-{_recipe(kind)}{_SUFFIX}"


def _recipe(kind: Kind) -> str:
    return hashlib.sha256(recipe(kind).encode()).hexdigest()[:16]


def _fields(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, str):
        return {"refused": outcome}
    leaves = outcome.leaves
    return {"text": outcome.text, "omitted": outcome.omitted, "leaves": leaves and [leaves.unit, leaves.starts]}


def _outcome(fields: dict[str, Any]) -> Outcome:
    if "refused" in fields:
        return str(fields["refused"])
    leaves = fields["leaves"]
    return Extract(fields["text"], leaves and Leaves(leaves[0], tuple(leaves[1])), fields["omitted"])
