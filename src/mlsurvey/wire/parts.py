"""What a stream sends of an answer: one model for each named event."""

from __future__ import annotations

from collections.abc import Mapping

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
    negated: bool
    """Whether what does not hold of it is asked for."""


class Condition(Reply):
    """What the members of a set have to be, beside what is judged by the text of their documents."""

    field: str
    """language, kind, licence, state or class."""
    words: str
    """The question's."""
    values: list[str]
    """What they stand for."""
    negated: bool


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
    """Slugs of libraries that the answer has to do with."""
    unknown: list[str]
    """Names that look like libraries and that nothing here knows."""
    aspects: list[AskedAspect]
    conditions: list[Condition]
    known: list[str]
    """Slugs of libraries that the asker only has or knows."""
    flags: list[str]
    """What sort of answer is wanted: ``yesno``, ``count``, ``superl``, ``not``, ``premise``."""
    corrections: list[Correction]
    among: list[str]
    """Slugs of the libraries that a set is picked from: those of an earlier question or answer."""
    carried: list[str]
    """What was taken from the questions before: ``libraries``, ``matter`` or ``answers``."""
    tongue: str | None
    """The language of a question that is not in English, of which only names and known words are read."""
    is_worded: bool
    """Whether the aspects were read in the question, rather than taken from it as a whole."""


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
