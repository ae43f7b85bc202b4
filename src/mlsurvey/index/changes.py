"""What differs between the documents that are indexed and the files that are there. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlsurvey.reading.scan import FileState
from mlsurvey.types import Entity

SETTLING_NS = 2_000_000_000  # coarsest time stamp of the file systems in use (FAT: 2 s)


@dataclass(frozen=True, slots=True)
class Known:
    """A document version of the index."""

    id: int
    path: str
    sha256: str
    size: int
    mtime_ns: int
    inode: int
    settled: bool
    """Whether the time stamp was old enough to change with the next write; git calls the others racily clean."""
    declared: Entity | None

    def is_sure(self, state: FileState) -> bool:
        """Whether the file is the indexed one without looking into it."""
        return self.settled and (self.size, self.mtime_ns, self.inode) == (state.size, state.mtime_ns, state.inode)


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths by what happened to them, as in :class:`mlsurvey.types.RefreshReport`."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    duplicate: tuple[tuple[str, str], ...]
    unchanged: int


def is_settled(state: FileState, now_ns: int) -> bool:
    """Whether a later write is bound to show in the time stamp."""
    return state.mtime_ns <= now_ns - SETTLING_NS


def classify(before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    """Compare two mappings of path to digest."""
    changed = sorted(path for path in after if path in before and before[path] != after[path])
    fresh = sorted(after.keys() - before.keys())
    gone = sorted(before.keys() - after.keys())
    moved = _moves(gone, before, fresh, after)
    sources, targets = {old for old, _ in moved}, {new for _, new in moved}
    return Changes(
        added=tuple(path for path in fresh if path not in targets),
        changed=tuple(changed),
        moved=tuple(moved),
        removed=tuple(path for path in gone if path not in sources),
        duplicate=tuple(_duplicates([*fresh, *changed], after)),
        unchanged=len(after) - len(fresh) - len(changed),
    )


def _moves(
    gone: list[str], before: Mapping[str, str], fresh: list[str], after: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Pairs of equal digest, in path order, each path once."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for path in reversed(gone):
        waiting[before[path]].append(path)
    return [(waiting[after[path]].pop(), path) for path in fresh if waiting[after[path]]]


def _duplicates(paths: Iterable[str], after: Mapping[str, str]) -> list[tuple[str, str]]:
    first: dict[str, str] = {}
    for path in sorted(after):
        first.setdefault(after[path], path)
    return [(path, first[after[path]]) for path in sorted(paths) if first[after[path]] != path]
