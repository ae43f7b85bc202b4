"""What searches and lists bring, with the generation that it is from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlsurvey.types import Explanation, Generation, Hit

if TYPE_CHECKING:
    from mlsurvey.index.records import DocumentRow


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, and the generation that they are from."""

    generation: Generation
    hits: tuple[Hit, ...]
    explanations: tuple[Explanation, ...] = ()
    """One for each of the first hits, where they were asked for."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Documents, by path, and the generation that they are of."""

    generation: Generation
    documents: tuple[DocumentRow, ...]
