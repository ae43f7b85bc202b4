"""What a refresh asks the index about its newest generation, wherever it is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from mlsurvey.found import Found
from mlsurvey.index.changes import Known
from mlsurvey.state import Generation
from mlsurvey.types import Entity


@dataclass(frozen=True, slots=True)
class Published:
    """A generation with its parts."""

    generation: Generation
    dimension: int
    chunking: str
    """Digest of what affects passages besides the entities; if it differs, all documents are read again."""
    entities: tuple[Entity, ...]
    segments: tuple[str, ...]
    """Names of its vector segments; none if another engine keeps the vectors."""
    files: tuple[str, ...]
    """Paths of all files it needs, relative to the index folder."""
    digest: str
    """Digest of its documents; see :func:`mlsurvey.index.identity.documents_digest`."""


class Ledger(Protocol):
    """Documents of the newest generation; those removed earlier do not count."""

    def known(self) -> list[Known]:
        """Their versions, each with the entity that it declares."""
        ...

    def texts(self) -> Iterable[tuple[str, str]]:
        """Pairs (path, text)."""
        ...

    def traces(self, paths: Collection[str] | None = None) -> Iterable[tuple[str, str]]:
        """Pairs (path, traces as :func:`mlsurvey.subjects.traces.dump` wrote them); of all, or of those at paths."""
        ...

    def found(self, published: Published | None) -> Found | None:
        """The subjects of a generation; None if there is none."""
        ...
