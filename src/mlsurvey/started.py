"""Nouns: what `mlsurvey init` found in a folder, and what can be done with it next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlsurvey.state import RefreshReport
from mlsurvey.types import Kind


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question that the documents answer: it was asked, and the answer was checked."""

    question: str
    kind: Kind
    entities: tuple[str, ...]
    """Slugs of the subjects that the answer is about."""
    aspects: tuple[str, ...]
    """Slugs of the points that it is about."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the documents of a folder, their index and their settings are."""

    corpus: str
    index: str
    file: str | None
    """The settings file that says so; None if these are the defaults."""
    written: bool = False
    """Whether the file was written now."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """A folder that is ready for questions."""

    place: Settled
    again: bool
    """Whether there was an index already."""
    documents: int
    passages: int
    formats: Mapping[str, int]
    """Number of documents by suffix, most frequent first."""
    subjects: tuple[str, ...]
    """Names of what the documents are about."""
    aspects: tuple[str, ...]
    """Names of the points by which that can be compared."""
    classes: tuple[str, ...]
    """Names of the classes that "which …" can ask for."""
    questions: tuple[Proposal, ...]
    next: tuple[str, ...]
    """Commands to type next."""
    report: RefreshReport
