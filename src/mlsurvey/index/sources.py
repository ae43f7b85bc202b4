"""The documents of a corpus folder, read only if they may have changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from mlsurvey.errors import UnreadableError
from mlsurvey.index.changes import Known
from mlsurvey.index.deadline import SECONDS, in_time
from mlsurvey.index.extracts import NO_EXTRACTS, Extracts, Outcome
from mlsurvey.leaves import Leaves
from mlsurvey.reading.converting.kinds import Kind, check_readers, kind_of
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
    """Its bytes; of a converted document, those of the text, and nothing if it was only looked up."""
    sha256: str
    declared: Entity | None
    """Entity the document introduces, if any."""
    traces: Traces | None
    """Names and labels that it shows; None if its bytes are those of the index, which has them."""
    remark: str | None = None
    """How the bytes were read, if they are not valid UTF-8."""
    leaves: Leaves | None = None
    """Pages or cells of a converted document."""
    omitted: str | None = None
    """What the reader of a converted document left out."""


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
    extracts: Extracts = NO_EXTRACTS,
    *,
    converting: bool = True,
    is_trusting: bool = True,
) -> Sources:
    """Read the files that are not certain to match the ``known`` ones; only what has other bytes is parsed.

    Args:
        corpus: folder of the files.
        files: their current states.
        known: documents of the index, by path.
        step: called after each file read, with the total number to read.
        seconds: processor seconds that a document may take; see :mod:`mlsurvey.index.deadline`.
        extracts: keeps the texts of converted documents.
        converting: convert what is not there yet; else it is taken to be readable, and has no text.
        is_trusting: take a file with the size and times of the known one for unchanged, without reading it.
    """
    sure: dict[str, Known] = {}
    doubtful: list[FileState] = []
    for state in files:
        was = known.get(state.path)
        if is_trusting and was is not None and was.is_sure(state):
            sure[state.path] = was
        else:
            doubtful.append(state)
    return _Reading(corpus, known, seconds, extracts, converting).read(doubtful, sure, step)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How files are read."""

    corpus: Path
    known: Mapping[str, Known]
    seconds: float
    extracts: Extracts
    converting: bool

    def read(self, files: Sequence[FileState], sure: Mapping[str, Known], step: Step) -> Sources:
        found: dict[str, Content | Unreadable] = {}
        waiting: dict[str, FileState] = {}
        for state in files:
            if (content := self._content(state)) is None:
                waiting[state.path] = state
            else:
                found[state.path] = content
                step(len(found), len(files))
        for path, content in self._converted(waiting):
            found[path] = content
            step(len(found), len(files))
        return Sources(
            sure,
            {path: one for path, one in found.items() if isinstance(one, Content)},
            {path: one for path, one in found.items() if isinstance(one, Unreadable)},
        )

    def _content(self, state: FileState) -> Content | Unreadable | None:
        """The content of a file; None if it waits for its conversion."""
        try:
            data, sha256 = read(self.corpus, state.path)
            if kind := kind_of(state.path):
                return self._known(state, kind, data, sha256)
            text = decoded(data)  # rejects non-text files before anything is derived from them
            return self._read(state, data, sha256, text.text, remark=text.remark)
        except UnreadableError as error:
            return Unreadable(state.path, str(error))

    def _known(self, state: FileState, kind: Kind, data: bytes, sha256: str) -> Content | Unreadable | None:
        """What is known of a file to be converted, without converting it."""
        check_readers(kind)
        kind.check(data)
        if (outcome := self.extracts.find(sha256, kind)) is not None:
            return self._of_outcome(state, sha256, outcome)
        return None if self.converting else Content(state, b"", sha256, None, None)

    def _converted(self, waiting: Mapping[str, FileState]) -> Iterator[tuple[str, Content | Unreadable]]:
        if not waiting:
            return
        from mlsurvey.index.conversion import converted

        for path, made in converted(self.corpus, [*waiting], self.seconds):
            if made.is_lasting and (kind := kind_of(path)):
                self.extracts.keep(made.sha256, kind, made.outcome)
            yield path, self._of_outcome(waiting[path], made.sha256, made.outcome)

    def _of_outcome(self, state: FileState, sha256: str, outcome: Outcome) -> Content | Unreadable:
        if isinstance(outcome, str):
            return Unreadable(state.path, outcome)
        data = outcome.text.encode()
        try:
            return self._read(state, data, sha256, outcome.text, leaves=outcome.leaves, omitted=outcome.omitted)
        except UnreadableError as error:
            return Unreadable(state.path, str(error))

    def _read(self, state: FileState, data: bytes, sha256: str, text: str, **more: Any) -> Content:
        """The content, with what it declares and shows; raises UnreadableError if that takes too long."""
        was = self.known.get(state.path)
        if was is not None and was.sha256 == sha256:
            return Content(state, data, sha256, was.declared, None, **more)
        from mlsurvey.reading.documents import declared_entity  # loads the Markdown parser, unneeded without changes
        from mlsurvey.subjects.gather import gather

        declared = in_time(partial(declared_entity, state.path, data), len(data), self.seconds)
        traces = in_time(partial(gather, state.path, text), len(data), self.seconds)
        return Content(state, data, sha256, declared, traces, **more)


def look_again(
    corpus: Path,
    sources: Sources,
    files: Iterable[FileState],
    paths: Collection[str],
    seconds: float = SECONDS,
    extracts: Extracts = NO_EXTRACTS,
) -> Sources:
    """Return the same sources, with the documents in ``paths`` read as well."""
    if not paths:
        return sources
    read = {path for path, content in sources.read.items() if content.traces}
    again = [file for file in files if file.path in paths and file.path not in read]
    more = look(corpus, again, {}, seconds=seconds, extracts=extracts)
    same = {path: content for path, content in sources.read.items() if path in read or path not in paths}
    return Sources(
        {path: known for path, known in sources.sure.items() if path not in paths},
        {**same, **more.read},
        {**sources.unreadable, **more.unreadable},
    )
