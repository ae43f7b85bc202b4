"""What a stream sends of an answer: one model for each named event."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from mlsurvey.types import Kind
from mlsurvey.wire.answers import Answer, Citation, Conflict, Hit, Missing, Statement
from mlsurvey.wire.fields import Reply


class AskedAspect(Reply):
    """A point of comparison that the question asks for."""

    aspect: str
    """Slug."""
    name: str
    wording: list[str]
    """The question's own words for it."""
    known: bool
    """False where it is made of the question's words alone."""
    denied: bool
    """The question asks for its absence."""
    terms: list[str]
    """Other words of the part of the question that asks for it."""
    part: list[str] = Field(default_factory=list)
    """The question's words for a part of it ("AMD"), which evidence has to name."""


class Correction(Reply):
    """A name that was not typed as it is written."""

    typed: str
    slug: str


class Understood(Reply):
    """What a question is taken to mean."""

    question: str
    kind: Kind
    entities: list[str]
    """Slugs of the sides or subjects, in the order of their naming."""
    objects: list[str]
    """Slugs of libraries that are named and not asked about."""
    unknown: list[str]
    """Names that look like libraries and that nothing here knows."""
    languages: list[str]
    aspects: list[AskedAspect]
    terms: list[str]
    """Words that are neither names nor those of a known aspect."""
    kinds: list[str]
    """``native`` or ``binding`` where only such are wanted."""
    categories: list[str]
    """Classes of libraries that the question names."""
    class_words: list[str]
    objects_denied: bool
    """What is wanted has nothing to do with the objects."""
    inclusive: bool
    """A library that is named may itself be part of the set that is asked for."""
    corrections: list[Correction]


class Passages(Reply):
    """What was read for an answer."""

    read: int
    """Different passages."""
    best: list[Hit]
    """A few with the best scores, of whichever search."""


Part = Understood | Passages | Statement | Citation | Missing | Conflict | Answer
"""What a stream is made of; the whole answer is the last."""

EVENTS: Mapping[str, type[Part]] = {
    "understood": Understood,
    "passages": Passages,
    "statement": Statement,
    "citation": Citation,
    "missing": Missing,
    "conflict": Conflict,
    "done": Answer,
}
"""Model of each event. There is one more, ``error``, with a problem: nothing comes after it."""
