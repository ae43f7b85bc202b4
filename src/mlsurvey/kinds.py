"""The kinds of questions and answers."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The kind of a question."""

    COMPARE = "compare"
    LIST = "list"
    LOOKUP = "lookup"
    RECOMMEND = "recommend"

    @property
    def is_set(self) -> bool:
        """Whether libraries of a class are asked for, rather than something about named ones."""
        return self in (Kind.LIST, Kind.RECOMMEND)


class Status(StrEnum):
    """How completely a question is answered."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"
