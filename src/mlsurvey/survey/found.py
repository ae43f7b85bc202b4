"""Results of searches and listings, with their generation."""

from __future__ import annotations

from dataclasses import dataclass

from mlsurvey.state import DocumentRow, Generation
from mlsurvey.types import Explanation, Hit


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, and their generation."""

    generation: Generation
    hits: tuple[Hit, ...]
    explanations: tuple[Explanation, ...] = ()
    """One for each of the first hits, if requested."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Documents, by path, and their generation."""

    generation: Generation
    documents: tuple[DocumentRow, ...]
