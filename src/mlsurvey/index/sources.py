"""The documents of a corpus folder, read only where they may have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlsurvey.errors import UnreadableError
from mlsurvey.index.changes import Known
from mlsurvey.reading.decode import decode
from mlsurvey.reading.documents import declared_entity
from mlsurvey.reading.scan import FileState, read
from mlsurvey.types import Entity, Unreadable


@dataclass(frozen=True, slots=True)
class Content:
    """A file that was read."""

    state: FileState
    data: bytes
    sha256: str
    declared: Entity | None
    """Entity that it introduces, if it does."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Every document of the corpus, by path: those that are surely as indexed, and those that were read."""

    sure: Mapping[str, Known]
    read: Mapping[str, Content]
    unreadable: Mapping[str, Unreadable]

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each document, by path in sorted order."""
        both = {path: known.sha256 for path, known in self.sure.items()} | {p: c.sha256 for p, c in self.read.items()}
        return dict(sorted(both.items()))

    @property
    def declared(self) -> list[Entity]:
        """Entities that the documents introduce, in path order; the first keeps a slug that several claim."""
        both = {path: k.declared for path, k in self.sure.items()} | {path: c.declared for path, c in self.read.items()}
        found: dict[str, Entity] = {}
        for _, entity in sorted(both.items()):
            if entity is not None:
                found.setdefault(entity.slug, entity)
        return list(found.values())


def look(corpus: Path, files: Iterable[FileState], known: Mapping[str, Known], step: Callable[[], None]) -> Sources:
    """Read the files that are not surely the ``known`` ones; ``step`` is called after each file."""
    sure: dict[str, Known] = {}
    contents: dict[str, Content] = {}
    unreadable: dict[str, Unreadable] = {}
    for state in files:
        if state.path in known and known[state.path].is_sure(state):
            sure[state.path] = known[state.path]
        elif isinstance(found := _content(corpus, state), Content):
            contents[state.path] = found
        else:
            unreadable[state.path] = found
        step()
    return Sources(sure, contents, unreadable)


def look_again(
    corpus: Path, sources: Sources, files: Iterable[FileState], paths: set[str], step: Callable[[], None]
) -> Sources:
    """The same, with these documents read too."""
    more = look(corpus, [f for f in files if f.path in paths and f.path in sources.sure], {}, step)
    return Sources(
        {path: known for path, known in sources.sure.items() if path not in paths},
        {**sources.read, **more.read},
        {**sources.unreadable, **more.unreadable},
    )


def _content(corpus: Path, state: FileState) -> Content | Unreadable:
    try:
        data, sha256 = read(corpus, state.path)
        decode(data)  # a file that is no text is told from a document before anything is derived from it
        return Content(state, data, sha256, declared_entity(state.path, data))
    except UnreadableError as error:
        return Unreadable(state.path, str(error))
