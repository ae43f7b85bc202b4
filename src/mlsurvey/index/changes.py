"""Differences between indexed documents and the files on disk. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mlsurvey.reading.scan import FileState
from mlsurvey.types import Entity

SETTLING_NS = 2_000_000_000  # coarsest timestamp resolution of common file systems (FAT: 2 s)
KNOWN_COLUMNS = "id, path, sha256, bytes, mtime_ns, ctime_ns, inode, device, settled"
"""Columns of the table ``documents`` for the fields of :class:`Known`, without the entity."""
Stamp = tuple[int, int, int, int, int]


class Known(NamedTuple):
    """An indexed document version; a tuple for speed, since all are created at each refresh."""

    id: int
    path: str
    sha256: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int
    settled: bool
    """Whether the times were old enough that the next write changes one; git calls the others racily clean."""
    declared: Entity | None = None

    def is_sure(self, state: FileState) -> bool:
        """Whether the file is certainly unchanged, without reading it."""
        return self.settled and stamp(self) == stamp(state)


def stamp(file: Known | FileState) -> Stamp:
    """What differs if the file was written, replaced or moved; equal for a certainly unchanged, settled file."""
    return file.size, file.mtime_ns, file.ctime_ns, file.inode, file.device


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths by kind of change, as in :class:`mlsurvey.state.RefreshReport`."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    duplicate: tuple[tuple[str, str], ...]
    unchanged: int

    @property
    def is_related(self) -> bool:
        """Whether the corpus has any document of the index, changed or not."""
        return bool(self.unchanged or self.changed or self.moved)


def is_settled(state: FileState, now_ns: int) -> bool:
    """Whether any later write is certain to change one of the times: both are older than the clock is coarse."""
    return max(state.mtime_ns, state.ctime_ns) <= now_ns - SETTLING_NS


def classify(known: Mapping[str, Known], read: Mapping[str, str], gone: Collection[str]) -> Changes:
    """Compare the indexed documents with the files on disk.

    Args:
        known: documents of the index, by path.
        read: SHA-256 by path of the documents that were read; the others are unchanged.
        gone: paths of known documents that no longer exist.
    """
    changed = sorted(path for path, digest in read.items() if path in known and known[path].sha256 != digest)
    fresh = sorted(path for path in read if path not in known)
    moved = _moves({path: known[path].sha256 for path in sorted(gone)}, {path: read[path] for path in fresh})
    sources, targets = {old for old, _ in moved}, {new for _, new in moved}
    return Changes(
        added=tuple(path for path in fresh if path not in targets),
        changed=tuple(changed),
        moved=tuple(moved),
        removed=tuple(sorted(path for path in gone if path not in sources)),
        duplicate=tuple(_duplicates({path: read[path] for path in sorted([*fresh, *changed])}, known, read, gone)),
        unchanged=len(known) - len(gone) - len(changed),
    )


def _moves(gone: Mapping[str, str], fresh: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs (old path, new path) of equal digest, in path order, each path once."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for path, digest in reversed(list(gone.items())):
        waiting[digest].append(path)
    return [(waiting[digest].pop(), path) for path, digest in fresh.items() if waiting[digest]]


def _duplicates(
    new: Mapping[str, str], known: Mapping[str, Known], read: Mapping[str, str], gone: Collection[str]
) -> list[tuple[str, str]]:
    """Pairs (new path, first path with the same digest)."""
    wanted = set(new.values())
    same = [(path, k.sha256) for path, k in known.items() if k.sha256 in wanted and path not in read]
    first: dict[str, str] = {}
    for path, digest in sorted([*((p, d) for p, d in same if p not in gone), *read.items()]):
        first.setdefault(digest, path)
    return [(path, first[digest]) for path, digest in new.items() if first[digest] != path]
