"""Copy an index from one home to another, without reading or embedding anything again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mlsurvey.address import Address
from mlsurvey.calling import Progress
from mlsurvey.errors import IndexingError, UsageError
from mlsurvey.index.changes import Changes
from mlsurvey.index.drafts import Draft
from mlsurvey.index.engine import ModelInfo, silent
from mlsurvey.index.extracts import Extracts
from mlsurvey.index.job import Job
from mlsurvey.index.layout import Layout
from mlsurvey.index.ledger import Ledger, Published
from mlsurvey.index.plan import Plan
from mlsurvey.index.snapshot import Holding, Snapshot
from mlsurvey.index.sources import Content
from mlsurvey.index.storage import storage_errors
from mlsurvey.reading.scan import FileState
from mlsurvey.state import Generation
from mlsurvey.survey.homes import home_of, published_in
from mlsurvey.vocabulary.load import Vocabulary

_PORTION = 1_000


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied."""

    source: str
    target: str
    generation: Generation
    """In the target."""
    seconds: float
    is_new: bool
    """False if the target had it already."""


def copy(source: Path | Address, target: Path | Address, progress: Progress | None = None) -> Copied:
    """Copy the newest generation of an index; one in the target is replaced once the copy is whole.

    All documents are held in memory meanwhile, as in a first refresh.

    Raises:
        UsageError: both are the same.
        NoIndexError: there is nothing to copy.
        BusyError: another writer is writing the target.
        StorageError: the target has no space left; it is unchanged.
        UnreachableError: an engine does not answer.
    """
    if source == target:
        raise UsageError(f"{source} is both source and target; name two places")
    started = time.perf_counter()
    with closing(home_of(source, "auto", lasting=False)) as home, home.opened() as snapshot:
        there = published_in(target)
        if is_new := there is None or _mark(there) != _mark(snapshot.generation):
            _write(snapshot, target, progress or silent)
            there = published_in(target)
        if there is None or _mark(there) != _mark(snapshot.generation):
            raise IndexingError(f"the copy in {target} differs from {source}; type: mlsurvey index copy again")
    return Copied(str(source), str(target), there, time.perf_counter() - started, is_new)


def _mark(generation: Generation) -> tuple[object, ...]:
    return generation.id, generation.model, generation.documents, generation.passages


def _write(snapshot: Snapshot, target: Path | Address, progress: Progress) -> None:
    published = snapshot.published
    copied = _CopiedVectors(snapshot)
    model = ModelInfo(published.generation.model, published.dimension, 0, _uncounted)
    job = _Copying(
        corpus=Path(),
        index=str(target),
        vocabulary=Vocabulary((), ()),
        embedder=lambda _: copied,
        model=model,
        progress=progress,
        seconds=0.0,
        source=snapshot,
        copied=copied,
    )
    started = time.perf_counter()
    if isinstance(target, Address):
        from mlsurvey.milvus import refresh as there

        with there.connected(target) as engine:
            there.carry_out(job, engine, True, 0.0, started)
        return
    from mlsurvey.index.refresh import carry_out

    with storage_errors(target):
        carry_out(job, Layout(target), True, 0.0, started)


def _uncounted(texts: Sequence[str]) -> list[int]:
    raise AssertionError("a copy cuts no texts")


@dataclass
class _CopiedVectors:
    """Gives the vectors of the source instead of embedding; see :class:`mlsurvey.index.engine.Embedder`."""

    source: Snapshot
    ids: dict[str, int] = field(default_factory=dict)
    """A passage with each key."""
    device: str = "copy"
    portion: int = _PORTION

    @property
    def id(self) -> str:
        """The model of the source."""
        return self.source.generation.model

    @property
    def dimension(self) -> int:
        """Vector length."""
        return self.source.published.dimension

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, shape (n, dimension)."""
        return self.source.vectors([self.ids[hashlib.sha256(text.encode()).hexdigest()[:32]] for text in texts])


@dataclass(frozen=True, slots=True)
class _Copying(Job):
    """A job whose plan is to write what the source has."""

    source: Snapshot = field(kw_only=True)
    copied: _CopiedVectors = field(kw_only=True)

    def plan(self, ledger: Ledger | None, base: Published | None, extracts: Extracts) -> Plan:
        """Everything that the source holds."""
        published = self.source.published
        total, drafts = published.generation.documents, []
        for number, holding in enumerate(self.source.holdings(), 1):
            drafts.append(_draft(holding, self.copied.ids))
            self.progress("read", number, total)
        paths = tuple(draft.document.path for draft in drafts)
        return Plan(
            now_ns=time.time_ns(),
            changes=Changes(paths, (), (), (), (), 0),
            unreadable=(),
            decoded=(),
            left_out=(),
            drafts=tuple(drafts),
            retired=(),
            touched=(),
            entities=published.entities,
            found=self.source.found,
            newly_found=(),
            lost=(),
            chunking=published.chunking,
            recipe=published.generation.recipe,
            documents=total,
            digest=published.digest,
            notes=(),
        )


def _draft(holding: Holding, ids: dict[str, int]) -> Draft:
    known, document = holding.known, holding.document
    state = FileState(known.path, known.size, known.mtime_ns, known.ctime_ns, known.inode, known.device)
    content = Content(state, b"", known.sha256, known.declared, holding.traces, leaves=document.leaves)
    keys = tuple(passage.key for passage in holding.passages)
    ids.update(zip(keys, holding.ids, strict=True))
    return Draft(content, document, holding.passages, keys)
