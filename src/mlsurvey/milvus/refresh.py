"""Bring an index in Milvus up to date with a corpus: plan, embed, publish."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mlsurvey.address import Address
from mlsurvey.index.extracts import NO_EXTRACTS, Extracts
from mlsurvey.index.job import Embedded, Job, report_of, stoppable
from mlsurvey.milvus.engine import Engine
from mlsurvey.milvus.lease import Lease, lease
from mlsurvey.milvus.ledger import StoredLedger, ledger_of
from mlsurvey.milvus.store import Store
from mlsurvey.state import RefreshReport


def refresh(
    job: Job,
    address: Address,
    *,
    dry_run: bool = False,
    rebuild: bool = False,
    wait: float = 0.0,
    extracts: Extracts = NO_EXTRACTS,
) -> RefreshReport:
    """Index new and changed documents of a corpus folder, and drop removed ones.

    Args:
        job: inputs of the refresh.
        address: of the index.
        dry_run: report only; writes nothing and takes no lease.
        rebuild: start from scratch. The old index stays in use until the new one replaces it.
        wait: seconds to wait for another writer.
        extracts: keeps the texts of converted documents on this machine.

    Raises:
        NotFoundError: the corpus folder does not exist.
        BusyError: another writer holds the lease, or has taken it over.
        DamagedIndexError: a row is missing.
        MismatchError: the index is that of another corpus, or the collections of another version.
        StorageError: the engine has no space left; the published index is unchanged.
        UnreachableError: the engine does not answer; the published index is unchanged.
        EngineError: the embedder failed; finished embeddings are kept.
        Interrupted: on Ctrl-C; finished embeddings are kept.
    """
    started = time.perf_counter()
    with stoppable(), connected(address) as engine:
        if dry_run:
            return _preview(job, Store(engine), rebuild, started, extracts)
        return carry_out(job, engine, rebuild, wait, started, extracts)


def carry_out(
    job: Job, engine: Engine, rebuild: bool, wait: float, started: float, extracts: Extracts = NO_EXTRACTS
) -> RefreshReport:
    """Do what a job plans. Raises like :func:`refresh`."""
    with lease(engine, wait) as held:
        return _refresh(job, held, rebuild, started, extracts)


@contextmanager
def connected(address: Address) -> Iterator[Engine]:
    """An engine that is closed afterwards."""
    engine = Engine(address)
    try:
        yield engine
    finally:
        engine.close()


def _preview(job: Job, store: Store, rebuild: bool, started: float, extracts: Extracts) -> RefreshReport:
    from mlsurvey.milvus.passages import known_keys

    state = None if rebuild else store.newest()
    base = state.published if state else None
    plan = job.plan(ledger_of(store, state), base, extracts)
    keys = plan.keys()
    count = len(keys) - len(known_keys(store, job.model, keys) if not rebuild else ())
    return report_of(plan, base, base, Embedded(count), time.perf_counter() - started, is_dry=True)


def _refresh(job: Job, held: Lease, rebuild: bool, started: float, extracts: Extracts) -> RefreshReport:
    state = held.store.newest()
    before = ledger_of(held.store, state)
    base = state.published if state and not rebuild else None
    plan = job.plan(None if rebuild else before, base, extracts)
    published, embedded = base, Embedded()
    if not plan.is_idle(base):
        from mlsurvey.milvus.publish import Publication

        publication = Publication(job, held, plan, before, is_anew=rebuild)
        embedded = publication.embed()
        published = publication.publish()
        publication.clean()
    if not rebuild:
        extracts.sweep({draft.document.sha256 for draft in plan.drafts} | _digests(before))
    return report_of(plan, base, published, embedded, time.perf_counter() - started, is_dry=False)


def _digests(before: StoredLedger | None) -> set[str]:
    return {version.known.sha256 for version in before.versions.values()} if before else set()
