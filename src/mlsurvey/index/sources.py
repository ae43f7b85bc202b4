"""The documents of a corpus folder, read only if they may have changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter
from pathlib import Path

from mlsurvey.errors import UnreadableError
from mlsurvey.index.changes import Known
from mlsurvey.index.deadline import SECONDS, in_time
from mlsurvey.reading.decode import decoded
from mlsurvey.reading.scan import FileState, read
from mlsurvey.state import Unreadable
from mlsurvey.subjects.traces import Traces
from mlsurvey.types import Entity

Step = Callable[[int, int], None]
"""Called with the number of files read and the total."""


def uncounted(done: int, total: int) -> None:
    """Step callback that does nothing."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file with its content."""

    state: FileState
    data: bytes
    sha256: str
    declared: Entity | None
    """Entity the document introduces, if any."""
    traces: Traces
    """Names and labels that it shows."""
    remark: str | None = None
    """How the bytes were read, if they are not valid UTF-8."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All documents of the corpus, by path: those known to be unchanged, and those read."""

    sure: Mapping[str, Known]
    read: Mapping[str, Content]
    unreadable: Mapping[str, Unreadable]

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each document by path, sorted."""
        both = {path: known.sha256 for path, known in self.sure.items()} | {p: c.sha256 for p, c in self.read.items()}
        return dict(sorted(both.items()))

    def without(self, unreadable: Iterable[Unreadable]) -> Sources:
        """The same, where documents that were read turned out to be unreadable."""
        more = {one.path: one for one in unreadable}
        read = {path: content for path, content in self.read.items() if path not in more}
        return replace(self, read=read, unreadable={**self.unreadable, **more})

    @property
    def declared(self) -> list[Entity]:
        """Entities introduced by the documents, in path order; the first document wins a slug claimed by several."""
        declared = [(path, k.declared) for path, k in self.sure.items() if k.declared is not None]
        declared += [(path, c.declared) for path, c in self.read.items() if c.declared is not None]
        found: dict[str, Entity] = {}
        for _, entity in sorted(declared, key=itemgetter(0)):
            found.setdefault(entity.slug, entity)
        return list(found.values())


def look(
    corpus: Path,
    files: Iterable[FileState],
    known: Mapping[str, Known],
    step: Step = uncounted,
    seconds: float = SECONDS,
) -> Sources:
    """Read the files that are not certain to match the ``known`` ones.

    Args:
        corpus: folder of the files.
        files: their current states.
        known: documents of the index, by path.
        step: called after each file read, with the total number to read.
        seconds: processor seconds that a document may take; see :mod:`mlsurvey.index.deadline`.
    """
    sure: dict[str, Known] = {}
    doubtful: list[FileState] = []
    for state in files:
        was = known.get(state.path)
        if was is not None and was.is_sure(state):
            sure[state.path] = was
        else:
            doubtful.append(state)
    return _read(corpus, doubtful, sure, step, seconds)


def _read(corpus: Path, files: Sequence[FileState], sure: Mapping[str, Known], step: Step, seconds: float) -> Sources:
    contents: dict[str, Content] = {}
    unreadable: dict[str, Unreadable] = {}
    for done, state in enumerate(files, 1):
        if isinstance(found := _content(corpus, state, seconds), Content):
            contents[state.path] = found
        else:
            unreadable[state.path] = found
        step(done, len(files))
    return Sources(sure, contents, unreadable)


def look_again(
    corpus: Path, sources: Sources, files: Iterable[FileState], paths: Collection[str], seconds: float = SECONDS
) -> Sources:
    """Return the same sources, with the documents in ``paths`` read as well."""
    if not paths:
        return sources
    more = look(corpus, [f for f in files if f.path in paths and f.path in sources.sure], {}, seconds=seconds)
    return Sources(
        {path: known for path, known in sources.sure.items() if path not in paths},
        {**sources.read, **more.read},
        {**sources.unreadable, **more.unreadable},
    )


def _content(corpus: Path, state: FileState, seconds: float) -> Content | Unreadable:
    from mlsurvey.reading.documents import declared_entity  # loads the Markdown parser, unneeded without changes
    from mlsurvey.subjects.gather import gather

    try:
        data, sha256 = read(corpus, state.path)
        text = decoded(data)  # rejects non-text files before anything is derived from them
        declared = in_time(partial(declared_entity, state.path, data), len(data), seconds)
        traces = in_time(partial(gather, state.path, text.text), len(data), seconds)
        return Content(state, data, sha256, declared, traces, text.remark)
    except UnreadableError as error:
        return Unreadable(state.path, str(error))
