"""What a question is taken to mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlsurvey.types import Aspect, Kind


@dataclass(frozen=True, slots=True)
class AskedAspect:
    """A point of comparison that the question asks for."""

    aspect: Aspect
    wording: tuple[str, ...]
    """The question's own words for it."""
    known: bool = True
    """False where it is made of the question's words alone."""
    denied: bool = False
    """The question asks for its absence ("no longer maintained")."""
    terms: tuple[str, ...] = ()
    """Other content words of the part of the question that asks for it."""
    part: tuple[str, ...] = ()
    """The question's words for a part of it ("AMD"), which evidence has to name; examples in brackets do not count."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A name that was not typed as it is written."""

    typed: str
    slug: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What mlsurvey takes a question to mean; shown by ``ask --explain``."""

    question: str
    kind: Kind
    entities: tuple[str, ...]
    """The sides or subjects, in the order of their naming."""
    objects: tuple[str, ...]
    """Entities that are named but not asked about: what the sides wrap, resemble or load."""
    unknown: tuple[str, ...]
    """Names that look like libraries and that nothing here knows."""
    languages: tuple[str, ...]
    aspects: tuple[AskedAspect, ...]
    terms: tuple[str, ...]
    """Content words that are neither names nor words of a known aspect."""
    kinds: tuple[str, ...] = ()
    """``native`` or ``binding`` where the question wants only such."""
    categories: tuple[str, ...] = ()
    """Classes of entities that the question names ("deep learning")."""
    class_words: tuple[str, ...] = ()
    """The question's words for those classes."""
    objects_denied: bool = False
    """The question wants what has nothing to do with the objects ("not built on X")."""
    inclusive: bool = False
    """A named entity may itself be part of the set that is asked for ("what makes up X")."""
    corrections: tuple[Correction, ...] = field(default=())
