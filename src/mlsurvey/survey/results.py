"""Results of searches and listings, with their generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlsurvey.state import DocumentRow, Generation
from mlsurvey.types import Explanation, Hit


@dataclass(frozen=True, slots=True)
class Results:
    """Hits, best first, and their generation."""

    generation: Generation
    hits: tuple[Hit, ...]
    explanations: tuple[Explanation, ...] = ()
    """One for each of the first hits, if requested."""
    stale: Mapping[str, str] = field(default_factory=dict)
    """Documents of hits whose file has changed or is gone since the refresh, each with the reason."""
    note: str = ""
    """Why there are no hits, if a quoted phrase of the query is the reason."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Documents, by path, and their generation."""

    generation: Generation
    documents: tuple[DocumentRow, ...]
