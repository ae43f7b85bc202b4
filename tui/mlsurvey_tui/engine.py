"""The interface between the screens and mlsurvey, the same for a local survey and a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from mlsurvey.calling import Cancelled, Progress
from mlsurvey.state import Generation, RefreshReport
from mlsurvey.types import Answer, Document, Entity, Explanation, Filters, Hit

if TYPE_CHECKING:
    from mlsurvey.answering.parts import Part
    from mlsurvey.found import Found
    from mlsurvey.survey import Edit, Listed, Placed, Results
    from mlsurvey.survey.overview import Overview
    from mlsurvey.syncing.sync import SyncReport


class Engine(Protocol):
    """The part of :class:`mlsurvey.survey.Survey` that the terminal interface uses; see there for the methods."""

    def parts(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
        after: Sequence[str] = (),
    ) -> Iterator[Part]: ...

    def compare(
        self,
        entities: Sequence[str],
        aspects: Sequence[str] = (),
        *,
        question: str | None = None,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
    ) -> Answer: ...

    def search(
        self, query: str, *, limit: int = 10, filters: Filters | None = None, mode: str = "hybrid"
    ) -> Results: ...

    def explain(self, query: str, hits: Iterable[Hit], *, mode: str = "hybrid") -> tuple[Explanation, ...]: ...

    def stale(self, answer: Answer) -> Mapping[int, str]: ...

    def entities(self) -> tuple[Entity, ...]: ...

    def aspects(self) -> Mapping[str, str]: ...

    def documents(self, filters: Filters | None = None) -> Listed: ...

    def document(self, path: str) -> Document: ...

    def is_stale(self, document: Document) -> bool: ...

    def add(
        self, paths: Sequence[Path], *, link: bool = False, into: str | None = None, replace: bool = False
    ) -> Placed: ...

    def remove(self, names: Iterable[str]) -> tuple[str, ...]: ...

    def refresh(
        self,
        *,
        dry_run: bool = False,
        rebuild: bool = False,
        thorough: bool = False,
        progress: Progress | None = None,
    ) -> RefreshReport: ...

    def subjects(self) -> tuple[Generation, Found]: ...

    def corrections(self) -> tuple[Edit, ...]: ...

    def rename_subject(self, name: str, new: str) -> None: ...

    def merge_subjects(self, names: Sequence[str], into: str) -> None: ...

    def hide_subject(self, name: str) -> None: ...

    def restore_subject(self, name: str) -> bool: ...

    def add_subject(self, name: str, aliases: Sequence[str] = (), category: Sequence[str] = ()) -> str: ...

    def generation(self) -> Generation: ...

    def status(self) -> Overview: ...

    def close(self) -> None: ...


@runtime_checkable
class Syncing(Protocol):
    """An engine that can fetch documents from upstream; only the local one can."""

    def sync(self, names: Sequence[str] = (), *, progress: Progress | None = None) -> SyncReport: ...
