"""Pages and cells: the leaves of a document that was converted from a format that has them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

Unit = Literal["page", "cell"]
"""What a converted document is made of: pages of a PDF, cells of a notebook."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """Where the pages or cells of a converted document are in its text."""

    unit: Unit
    starts: tuple[int, ...]
    """Position of the first character of each, ascending; one without text starts where the next one does."""

    def number(self, position: int) -> int:
        """Number, from 1, of the page or cell that holds a character of the text."""
        return max(1, bisect_right(self.starts, position))


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page or cell."""

    unit: Unit
    number: int

    def __str__(self) -> str:
        return f"{self.unit} {self.number}"


def leaf_of(page: int | None, cell: int | None) -> Leaf | None:
    """The leaf given by one of the two numbers; None if neither is given."""
    if page is not None:
        return Leaf("page", page)
    return Leaf("cell", cell) if cell is not None else None
