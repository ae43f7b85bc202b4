"""Where an index is kept: a folder, or an engine named by its address. Only here the two are told apart."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from mlsurvey.address import Address
from mlsurvey.errors import MlsurveyError, NoIndexError
from mlsurvey.index.catalogue import open_for_reading
from mlsurvey.index.layout import Layout
from mlsurvey.index.storage import storage_errors
from mlsurvey.index.verify import check_sizes
from mlsurvey.state import Generation, RefreshReport

if TYPE_CHECKING:
    from mlsurvey.index.changes import Known
    from mlsurvey.index.snapshot import Snapshot
    from mlsurvey.index.vectors import Mode
    from mlsurvey.milvus.engine import Engine
    from mlsurvey.settings import Settings

Reach = Literal["folder", "reachable", "unreachable"]


class Home(Protocol):
    """Opens the generations of one index."""

    def stamp(self) -> Hashable:
        """A value that changes with every publication; cheap enough to ask for every question."""
        ...

    def opened(self) -> Snapshot:
        """The newest generation. Raises like :class:`mlsurvey.survey.reader.Reader`."""
        ...

    def close(self) -> None:
        """Let go of what the generations share."""
        ...


class FolderHome:
    """An index in a folder."""

    def __init__(self, folder: Path, vectors: Mode, *, lasting: bool) -> None:
        self._folder, self._lasting = folder, lasting
        self._vectors: Mode = vectors

    def stamp(self) -> Hashable:
        """Identity and time of the catalogue: one stat call."""
        try:
            state = Layout(self._folder).catalogue.stat()
        except FileNotFoundError:
            return None
        return state.st_ino, state.st_size, state.st_mtime_ns

    def opened(self) -> Snapshot:
        """The newest generation."""
        from mlsurvey.index.local import LocalSnapshot

        return LocalSnapshot(self._folder, vectors=self._vectors, lasting=self._lasting)

    def close(self) -> None:
        """Nothing is shared."""


class EngineHome:
    """An index in an engine; all generations share its connection."""

    def __init__(self, address: Address) -> None:
        from mlsurvey.milvus.engine import Engine

        self._address, self._engine = address, Engine(address)

    def stamp(self) -> Hashable:
        """Number of the newest generation: one query."""
        from mlsurvey.milvus.store import Store

        return Store(self._engine).newest_number()

    def opened(self) -> Snapshot:
        """The newest generation."""
        from mlsurvey.milvus.snapshot import MilvusSnapshot

        return MilvusSnapshot(self._address, engine=self._engine)

    def close(self) -> None:
        """Close the connection."""
        self._engine.close()


def home_of(index: Path | Address, vectors: Mode, *, lasting: bool) -> Home:
    """The home of an index; ``vectors`` and ``lasting`` are how that of a folder is searched."""
    return EngineHome(index) if isinstance(index, Address) else FolderHome(index, vectors, lasting=lasting)


def reach(index: Path | Address) -> Reach:
    """Where an index is kept, and whether that answers within two seconds."""
    if not isinstance(index, Address):
        return "folder"
    try:
        _asking(index).call("get_server_version")
    except MlsurveyError:
        return "unreachable"
    return "reachable"


@lru_cache(maxsize=4)
def _asking(address: Address) -> Engine:
    from mlsurvey.milvus.engine import Engine

    return Engine(address, seconds=2.0)


def newest_generation(index: Path | Address) -> Generation:
    """The last published generation; keeps nothing open.

    Raises:
        NoIndexError: there is no index yet.
        DamagedIndexError: a part of the index is missing or broken.
        UnreachableError: the engine that keeps it does not answer.
    """
    if isinstance(index, Address):
        from mlsurvey.milvus.snapshot import newest_of

        return newest_of(index).published.generation
    with storage_errors(index), closing(open_for_reading(Layout(index))) as catalogue:
        published = catalogue.published()[0]
        check_sizes(catalogue, Layout(index), published)
        return published.generation


def published_in(index: Path | Address) -> Generation | None:
    """The last published generation; None if there is no index yet. Raises like :func:`newest_generation`."""
    try:
        return newest_generation(index)
    except NoIndexError:
        return None


def known_in(index: Path | Address) -> dict[str, Known]:
    """Documents of the newest generation, by path. Raises like :func:`newest_generation`."""
    if isinstance(index, Address):
        from mlsurvey.milvus.snapshot import MilvusSnapshot

        with MilvusSnapshot(index) as snapshot:
            return {known.path: known for known in snapshot.known(snapshot.paths())}
    from mlsurvey.index.plan import known_documents

    with closing(open_for_reading(Layout(index))) as catalogue:
        return known_documents(catalogue)


def refreshing(settings: Settings) -> Callable[..., RefreshReport]:
    """What refreshes the index of these settings; takes the arguments of :func:`mlsurvey.index.refresh.refresh`."""
    index = settings.index
    if isinstance(index, Address):
        from mlsurvey.index.extracts import Extracts
        from mlsurvey.index.job import Job
        from mlsurvey.milvus import refresh as there

        def refreshed(corpus: Path, *, dry_run: bool = False, rebuild: bool = False, **inputs: Any) -> RefreshReport:
            extracts = Extracts(Layout(settings.folder).extracts, is_writable=not dry_run)
            job = Job(corpus, str(index), **inputs)
            return there.refresh(job, index, dry_run=dry_run, rebuild=rebuild, extracts=extracts)

        return refreshed
    from mlsurvey.index.refresh import refresh

    return lambda corpus, **options: refresh(corpus, index, **options)
