"""Nouns: what the documents of a corpus turn out to be about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mlsurvey.types import Aspect, Category, Entity


class Rank(StrEnum):
    """How much of the corpus is about a subject."""

    DOCUMENT = "document"
    """A whole document is."""
    SECTION = "section"
    """A section, table row or table column is."""
    ITEM = "item"
    """An item of a list of links is."""
    MENTION = "mention"
    """Nothing is; documents only mention it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to take a name for that of a subject."""

    path: str
    line: int
    how: str
    """One of :class:`mlsurvey.subjects.traces.How`."""
    name: str
    """As it is written there."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that documents are about."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    rank: Rank = Rank.DOCUMENT
    confidence: float = 1.0
    """From 0 to 1; 1 if it is declared."""
    declared: bool = False
    """Whether a vocabulary file, a front matter or a correction names it, so that it is no guess."""
    said: str = ""
    """What the documents say that it is."""
    classes: tuple[str, ...] = ()
    """Slugs of the classes that this makes it a member of."""
    language: str | None = None
    documents: tuple[str, ...] = ()
    """Paths of the documents that are about it, or that mention it if nothing is."""
    evidence: tuple[Evidence, ...] = ()
    same_name: tuple[str, ...] = ()
    """Slugs of other subjects that share its name."""
    hidden: bool = False
    """Whether a correction says that it is none."""

    @property
    def is_listed(self) -> bool:
        """Whether it is one of those found or declared: not only mentioned, and not hidden."""
        return self.rank is not Rank.MENTION and not self.hidden


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was found in the documents of one generation."""

    subjects: tuple[Subject, ...] = ()
    """In the order of confidence within each rank, declared ones first."""
    aspects: tuple[Aspect, ...] = ()
    categories: tuple[Category, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    """Path of a document to the slug of the one subject that it is about; only where its path and fields are silent."""
    entities: tuple[Entity, ...] = ()
    """Entities for the subjects that are not declared; not kept in the index, which has those of the generation."""
    in_field: bool = True
    """Whether the bundled names and aspects fit: the documents are about some of these names, or about no names."""
