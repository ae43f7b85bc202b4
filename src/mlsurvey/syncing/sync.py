"""Update the ``upstream`` folder from the origins in ``sources.toml``, or from a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from mlsurvey.calling import Progress
from mlsurvey.errors import UnreadableError
from mlsurvey.reading.decode import decode
from mlsurvey.syncing.fetch import Answer, Fetcher, FetchError, GoneError, Limits, RefusedError
from mlsurvey.syncing.manifest import RefusedRow, Row, read_manifest
from mlsurvey.syncing.packages import Have, Release, npm_readme, pypi_readme
from mlsurvey.syncing.provenance import UPSTREAM, Record
from mlsurvey.syncing.sources import Source, Wanted, home_of, wanted
from mlsurvey.syncing.store import Origin, Store, folder_of, opened

GITHUB = "https://github.com"
_WEB_PAGE = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Hosts:
    """Base URLs, without a trailing slash."""

    github_raw: str
    npm: str
    pypi: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one document."""

    path: str
    """Path relative to the corpus folder; for a rejected row of a manifest, its name there."""
    slug: str
    state: str
    """``added``, ``updated``, ``unchanged``, ``gone``, ``refused`` or ``failed``."""
    host: str
    """The host or folder that it was requested from."""
    reason: str | None = None
    """Why it could not be fetched."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """The results of a sync."""

    outcomes: tuple[Outcome, ...]
    """Sorted by path."""
    notes: tuple[str, ...] = ()

    def paths(self, state: str) -> tuple[str, ...]:
        """Paths of the documents in the given state."""
        return tuple(outcome.path for outcome in self.outcomes if outcome.state == state)

    @property
    def is_complete(self) -> bool:
        """Whether all requested documents are present and current."""
        return all(outcome.reason is None for outcome in self.outcomes)

    @property
    def is_change(self) -> bool:
        """Whether any file changed."""
        return any(outcome.state in ("added", "updated") for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class _Task:
    wanted: Wanted
    path: str
    have: Record | None
    """Record of the existing file, if it is intact."""


def sync(
    corpus: Path,
    sources: Sequence[Source],
    languages: Mapping[str, str | None],
    hosts: Hosts,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Fetch new and changed documents of the sources.

    Failures are listed in the report; existing documents are kept.

    Args:
        corpus: folder of the corpus.
        sources: sources of the requested libraries.
        languages: slug to programming language, which determines the folder.
        hosts: hosts to fetch from.
        limits: limits for each fetch.
        progress: called after each document.

    Raises:
        BusyError: another process is fetching.
        StorageError: the disk refused; documents fetched before that are kept.
    """
    with opened(corpus) as store, Fetcher(limits) as fetcher:
        notes = _notes(store)
        tasks = [_task(store, one, languages) for one in wanted(sources)]
        outcomes = []
        with _workers(fetcher, tasks, hosts) as running:
            for done, future in enumerate(as_completed(running), start=1):
                outcomes.append(_settle(store, running[future], future, hosts))
                if progress:
                    progress("fetch", done, len(tasks))
    return _report(outcomes, notes)


def take(
    corpus: Path, folder: Path, slugs: frozenset[str], *, limits: Limits | None = None, progress: Progress | None = None
) -> SyncReport:
    """Copy documents from a folder with a manifest; if ``slugs`` is not empty, only those of the given libraries.

    Raises:
        NotFoundError: the folder has no manifest.
        UsageError: the manifest is invalid.
        BusyError, StorageError: see :func:`sync`.
    """
    limits = limits or Limits()
    with opened(corpus) as store:
        notes = _notes(store)
        rows = [row for row in read_manifest(folder, limits.document) if not slugs or row.slug in slugs]
        outcomes = []
        for done, row in enumerate(rows, start=1):
            outcomes.append(_taken(store, row, folder, limits.document))
            if progress:
                progress("take", done, len(rows))
    return _report(outcomes, notes)


def _task(store: Store, one: Wanted, languages: Mapping[str, str | None]) -> _Task:
    folder = folder_of(one.source.slug, languages.get(one.source.slug))
    path = store.place(folder, one.name, one.origin, home_of(one.source))
    return _Task(one, path, store.intact(path))


@contextmanager
def _workers(fetcher: Fetcher, tasks: Sequence[_Task], hosts: Hosts) -> Iterator[dict[Future[Release], _Task]]:
    """Running fetches. If the block exits with an error, pending fetches are cancelled and running ones stopped."""
    pool = ThreadPoolExecutor(fetcher.limits.at_once, thread_name_prefix="fetch")
    try:
        yield {pool.submit(_fetch, fetcher, task, hosts): task for task in tasks}
    except BaseException:
        fetcher.stop()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _fetch(fetcher: Fetcher, task: _Task, hosts: Hosts) -> Release:
    source, have = task.wanted.source, _have(task.have)
    if source.npm:
        return npm_readme(fetcher, hosts.npm, source.npm, have)
    if source.pypi:
        return pypi_readme(fetcher, hosts.pypi, source.pypi, have)
    path = quote(task.wanted.path)
    url = f"{hosts.github_raw}/{source.repository}/{quote(source.branch)}/{path}"
    answer = fetcher.get(url, fetcher.limits.document, conditions=have.conditions)
    if answer.media_type in _WEB_PAGE:
        raise RefusedError("the host sent a web page instead")
    return Release(answer, None, f"{GITHUB}/{source.repository}/blob/{source.branch}/{path}")


def _have(record: Record | None) -> Have:
    if record is None:
        return Have()
    conditions = {"If-None-Match": record.etag, "If-Modified-Since": record.last_modified}
    return Have(record.version, {name: value for name, value in conditions.items() if value})


def _settle(store: Store, task: _Task, future: Future[Release], hosts: Hosts) -> Outcome:
    """Store a fetched document, or report why the fetch failed."""
    wanted_one, path = task.wanted, task.path
    outcome = Outcome(path, wanted_one.source.slug, "unchanged", _host(wanted_one, hosts))
    try:
        release = future.result()
        origin = _origin(wanted_one, release, task.have)
        if release.answer.data is None:
            store.confirm(path, origin)
            return outcome
        _check_text(release.answer)
        path = _suffixed(path, release) if path not in store.records else path
        return replace(outcome, path=path, state=store.put(path, release.answer.data, origin))
    except FetchError as error:
        if isinstance(error, GoneError):
            store.mark_gone(path)
        return replace(outcome, state=error.kind, reason=str(error))


def _suffixed(path: str, release: Release) -> str:
    """The path with the suffix of the format; unchanged for files of a repository."""
    return str(PurePosixPath(path).with_suffix(release.suffix)) if release.suffix else path


def _origin(one: Wanted, release: Release, have: Record | None) -> Origin:
    answer = release.answer
    is_same = answer.data is None and have is not None
    return Origin(
        one.origin,
        release.page,
        release.version,
        one.source.licence,
        answer.etag or (have.etag if is_same and have else None),
        answer.last_modified or (have.last_modified if is_same and have else None),
    )


def _taken(store: Store, row: Row | RefusedRow, folder: Path, most: int) -> Outcome:
    if isinstance(row, RefusedRow):
        return Outcome(row.name, row.slug, "refused", str(folder), row.reason)
    path = store.free(f"{UPSTREAM}/{row.file}", row.origin, row.repository)
    outcome = Outcome(path, row.slug, "unchanged", str(folder))
    try:
        with (folder / row.file).open("rb") as file:
            data = file.read(most + 1)  # it may have grown since the manifest was checked
        if len(data) > most:
            raise RefusedError(f"larger than {most:,} bytes")
        _check_text(Answer(data))
    except OSError as error:
        return replace(outcome, state="failed", reason=f"cannot be read: {error.strerror}")
    except FetchError as error:
        return replace(outcome, state=error.kind, reason=str(error))
    return replace(outcome, state=store.put(path, data, Origin(row.origin, row.url, row.commit, row.licence)))


def _check_text(answer: Answer) -> None:
    """Reject empty or undecodable documents, so that the existing one is kept."""
    if not (answer.data or b"").strip():
        raise RefusedError("it is empty")
    try:
        decode(answer.data or b"")
    except UnreadableError as error:
        raise RefusedError(f"it is not a text: {error}") from error


def _host(one: Wanted, hosts: Hosts) -> str:
    base = hosts.npm if one.source.npm else hosts.pypi if one.source.pypi else hosts.github_raw
    return base.partition("://")[2].partition("/")[0].rpartition("@")[2]


def _notes(store: Store) -> tuple[str, ...]:
    return ("the records of earlier fetches could not be read and are recreated",) if store.is_damaged else ()


def _report(outcomes: Sequence[Outcome], notes: tuple[str, ...]) -> SyncReport:
    return SyncReport(tuple(sorted(outcomes, key=lambda outcome: outcome.path)), notes)
