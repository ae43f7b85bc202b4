"""Fetch upstream documents into the corpus of a survey: decide what, from where, and to which folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mlsurvey.calling import Progress
from mlsurvey.documents import collection
from mlsurvey.errors import NotFoundError, similar
from mlsurvey.settings import Settings, starter_folder, user_corpus, vocabulary_folders
from mlsurvey.syncing.fetch import Limits
from mlsurvey.syncing.registries import npm_registry, pypi_index
from mlsurvey.syncing.sources import Source, load_sources
from mlsurvey.syncing.sync import Hosts, SyncReport, sync, take
from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.load import load_vocabulary


def sync_upstream(
    settings: Settings,
    names: Sequence[str] = (),
    *,
    folder: Path | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Update the documents of the named libraries, or of all if none are named; does not change the index.

    Args:
        settings: corpus and hosts.
        names: libraries, by slug or name.
        folder: folder with a manifest to read from instead of the network.
        limits: limits for each document.
        progress: called after each document.

    Raises:
        NotFoundError: a library has no source, or there is no corpus or manifest.
        SettingsError: ``sources.toml`` is invalid.
        UsageError: the manifest is invalid.
        BusyError: another process is fetching.
        StorageError: the disk refused; documents fetched before that are kept.
    """
    _ensure_corpus(settings.corpus)
    folders = vocabulary_folders(settings)
    gazetteer = Gazetteer(load_vocabulary(folders).entities)
    if folder is not None:
        slugs = frozenset(_slug(name, gazetteer) for name in names)
        report = take(settings.corpus, folder.expanduser(), slugs, limits=limits, progress=progress)
        _check_found(slugs, report, folder)
        return report
    languages = {slug: entity.language for slug, entity in gazetteer.entities.items()}
    sources = _chosen(load_sources(folders), [_slug(name, gazetteer) for name in names])
    return sync(settings.corpus, sources, languages, hosts(settings), limits=limits, progress=progress)


def hosts(settings: Settings) -> Hosts:
    """Hosts to fetch from: GitHub from the settings, the registries from the npm and pip configuration."""
    return Hosts(settings.github_raw.rstrip("/"), npm_registry(), pypi_index())


def _ensure_corpus(corpus: Path) -> None:
    if corpus.is_dir():
        return
    if corpus != user_corpus():
        raise NotFoundError(f"no folder {str(corpus)!r}; create it, or name another one with --corpus")
    collection.lay_starter(corpus, starter_folder())


def _slug(name: str, gazetteer: Gazetteer) -> str:
    """The slug for a name; the name itself if the vocabulary does not know it."""
    if name in gazetteer.entities:
        return name
    return next(iter(gazetteer.lookup(name)), name)


def _chosen(sources: Sequence[Source], slugs: Iterable[str]) -> list[Source]:
    wanted = set(slugs)
    known = {source.slug for source in sources}
    for slug in sorted(wanted - known):
        raise NotFoundError(
            f"sources.toml names no source of {slug!r}{similar(slug, known)}; add an entry to the one in the corpus"
        )
    return [source for source in sources if not wanted or source.slug in wanted]


def _check_found(slugs: frozenset[str], report: SyncReport, folder: Path) -> None:
    found = {outcome.slug for outcome in report.outcomes}
    if missing := sorted(slugs - found):
        raise NotFoundError(f"{folder} has no documents of {missing[0]!r}")
