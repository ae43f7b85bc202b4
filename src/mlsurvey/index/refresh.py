"""Bring an index up to date with its corpus: plan, embed, publish."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from mlsurvey.calling import Progress
from mlsurvey.errors import DamagedIndexError, NoIndexError
from mlsurvey.index.catalogue import Catalogue, has_old_format, open_for_reading, open_for_writing
from mlsurvey.index.collect import has_outdated, purge, sweep
from mlsurvey.index.deadline import SECONDS
from mlsurvey.index.engine import Embedder, ModelInfo, silent
from mlsurvey.index.extracts import Extracts
from mlsurvey.index.job import Embedded, Job, report_of, stoppable
from mlsurvey.index.layout import Layout
from mlsurvey.index.ledger import Published
from mlsurvey.index.lock import writer_lock
from mlsurvey.index.plan import Plan
from mlsurvey.index.storage import storage_errors, sync_folder
from mlsurvey.index.verify import check_sizes
from mlsurvey.state import RefreshReport
from mlsurvey.vocabulary.load import Vocabulary

_OLD_FORMAT = "an earlier version wrote the index: everything is read and embedded anew"


def refresh(
    corpus: Path,
    index: Path,
    *,
    vocabulary: Vocabulary,
    embedder: Callable[[int], Embedder],
    model: ModelInfo,
    dry_run: bool = False,
    rebuild: bool = False,
    exclude: Sequence[str] = (),
    thorough: bool = False,
    wait: float = 0.0,
    progress: Progress = silent,
    seconds: float = SECONDS,
) -> RefreshReport:
    """Index new and changed documents of a corpus folder, and drop removed ones.

    Args:
        corpus: folder of documents.
        index: folder of the index, created if needed.
        vocabulary: known entities.
        embedder: returns the model; called with the number of passages to embed, only if there are any.
        model: describes the model that ``embedder`` returns.
        dry_run: report only; writes nothing and takes no lock.
        rebuild: start from scratch, e.g. after damage. The old index stays in use until the new one replaces it.
        exclude: patterns of what stays out, with the syntax of ``.gitignore``.
        thorough: read every file, also those whose size, times and inode are those of the indexed version.
        wait: seconds to wait for another writer.
        progress: called at each step.
        seconds: processor seconds that a document may take; see :mod:`mlsurvey.index.deadline`.

    Raises:
        NotFoundError: the corpus folder does not exist.
        BusyError: another process is writing the index.
        DamagedIndexError: a part of the index is missing or broken.
        MismatchError: the index is that of another corpus.
        StorageError: a write failed; the published index is unchanged.
        EngineError: the embedder failed; finished embeddings are kept.
        Interrupted: on Ctrl-C; finished embeddings are kept.
    """
    started = time.perf_counter()
    layout = Layout(index)
    job = Job(corpus, str(index), vocabulary, embedder, model, progress, seconds, tuple(exclude), thorough)
    with stoppable(), storage_errors(index):
        is_old = not rebuild and has_old_format(layout)
        anew = rebuild or is_old
        report = _preview(job, layout, anew, started) if dry_run else carry_out(job, layout, anew, wait, started)
        return replace(report, notes=(_OLD_FORMAT, *report.notes)) if is_old else report


def _preview(job: Job, layout: Layout, rebuild: bool, started: float) -> RefreshReport:
    from mlsurvey.index.embed import known_vectors

    with _existing(layout, rebuild) as catalogue:
        base = _newest(catalogue)
        plan = job.plan(catalogue, base, Extracts(layout.extracts, is_writable=False))
        keys = plan.keys()
        count = len(keys) - len(known_vectors(catalogue, job.model.id, keys))
        return report_of(plan, base, base, Embedded(count), time.perf_counter() - started, is_dry=True)


@contextmanager
def _existing(layout: Layout, rebuild: bool) -> Iterator[Catalogue | None]:
    """Yield the catalogue opened for reading, or None if absent or ignored by a rebuild."""
    try:
        catalogue = None if rebuild else open_for_reading(layout)
    except NoIndexError:
        catalogue = None
    if catalogue is None:
        yield None
        return
    with closing(catalogue):
        yield catalogue


def carry_out(job: Job, layout: Layout, rebuild: bool, wait: float, started: float) -> RefreshReport:
    """Do what a job plans. Raises like :func:`refresh`."""
    layout.root.mkdir(parents=True, exist_ok=True)
    with writer_lock(layout, wait), _writing(layout, rebuild) as catalogue:
        if not rebuild:
            sweep(catalogue, layout)
        check_sizes(catalogue, layout)
        base = _newest(catalogue)
        extracts = Extracts(layout.extracts, is_writable=True)
        plan = job.plan(catalogue, base, extracts)
        if plan.is_idle(base):
            _settle(job, layout, catalogue, plan)
            published, embedded = base, Embedded()
        else:
            embedded = _embed(job, layout, catalogue, plan)
            published = _publish(job, layout, catalogue, plan, base)
        if not rebuild:
            sweep(catalogue, layout)
            extracts.sweep({sha256 for (sha256,) in catalogue.rows("SELECT sha256 FROM documents")})
        return report_of(plan, base, published, embedded, time.perf_counter() - started, is_dry=False)


def _settle(job: Job, layout: Layout, catalogue: Catalogue, plan: Plan) -> None:
    """With nothing to publish, record the file states checked and drop generations no reader needs."""
    if plan.touched or has_outdated(catalogue):
        from mlsurvey.index.publish import touch

        with catalogue.transaction():
            touch(catalogue, plan)
            purge(catalogue, layout, job.model.id)


@contextmanager
def _writing(layout: Layout, rebuild: bool) -> Iterator[Catalogue]:
    """Yield the catalogue to write to; a rebuilt one replaces the old one on success."""
    catalogue = _open_rebuilding(layout) if rebuild else open_for_writing(layout, layout.catalogue)
    with closing(catalogue):
        yield catalogue
    if rebuild:
        # The journal belongs to the old catalogue and must never be replayed.
        layout.catalogue.with_name(f"{layout.catalogue.name}-journal").unlink(missing_ok=True)
        layout.rebuilding.replace(layout.catalogue)
        sync_folder(layout.root)


def _open_rebuilding(layout: Layout) -> Catalogue:
    """Open the rebuild's own catalogue; it still holds embeddings of an interrupted rebuild."""
    try:
        return open_for_writing(layout, layout.rebuilding)
    except DamagedIndexError:
        layout.rebuilding.unlink()
        return open_for_writing(layout, layout.rebuilding)


def _newest(catalogue: Catalogue | None) -> Published | None:
    published = catalogue.published() if catalogue else []
    return published[0] if published else None


def _embed(job: Job, layout: Layout, catalogue: Catalogue, plan: Plan) -> Embedded:
    from mlsurvey.index.embed import SegmentShelf, embed, known_vectors  # loads numpy, unneeded if nothing changed

    missing = plan.texts(known_vectors(catalogue, job.model.id, plan.keys()))
    if not missing:
        return Embedded()
    started = time.perf_counter()
    embedder = job.embedder(len(missing))
    embed(SegmentShelf(catalogue, layout, job.model.id), missing, embedder, job.model, job.progress)
    return Embedded(len(missing), time.perf_counter() - started, embedder.device)


def _publish(job: Job, layout: Layout, catalogue: Catalogue, plan: Plan, base: Published | None) -> Published:
    from mlsurvey.index.embed import known_vectors
    from mlsurvey.index.publish import publish

    job.progress("publish", 0, 1)
    vectors = known_vectors(catalogue, job.model.id, plan.keys())
    published = publish(catalogue, layout, plan, vectors, job.model, base)
    job.progress("publish", 1, 1)
    return published
