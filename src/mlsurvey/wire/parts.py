"""The parts of a streamed answer: one model per named event."""

from __future__ import annotations

from collections.abc import Mapping

from mlsurvey.parsed import Condition, Correction
from mlsurvey.types import Answer, Citation, Conflict, Kind, Missing, Statement, Waiting
from mlsurvey.wire.answers import Hit
from mlsurvey.wire.fields import Reply
from mlsurvey.written import SummarySentence


class AskedAspect(Reply):
    """An aspect that the question asks about."""

    aspect: str
    """Slug."""
    name: str
    wording: list[str]
    """The question's own words for it."""
    known: bool
    """False if it is built from the question's words alone."""
    negated: bool
    """Whether the question asks for its absence."""


class Understood(Reply):
    """The interpretation of a question."""

    question: str
    kind: Kind
    entities: list[str]
    """Slugs of the sides or subjects, in the order in which they are named."""
    objects: list[str]
    """Slugs of other libraries that the answer involves."""
    unknown: list[str]
    """Names that look like libraries but are unknown."""
    aspects: list[AskedAspect]
    conditions: list[Condition]
    known: list[str]
    """Slugs of libraries that the user only has or knows."""
    flags: list[str]
    """Type of answer wanted: ``yesno``, ``count``, ``superl``, ``not``, ``premise``."""
    corrections: list[Correction]
    among: list[str]
    """Slugs of the libraries that a set is selected from: those of a previous question or answer."""
    carried: list[str]
    """What was taken from the previous questions: ``libraries``, ``matter`` or ``answers``."""
    tongue: str | None
    """The language of a question that is not in English; only its names and known words are used."""
    is_worded: bool
    """Whether the aspects were recognised in the question, rather than taken from it as a whole."""


class Passages(Reply):
    """The passages read for an answer."""

    read: int
    """Number of distinct passages."""
    best: list[Hit]
    """A few with the best scores of any search."""


Part = Understood | Passages | Statement | Citation | Missing | Conflict | Waiting | SummarySentence | Answer
"""A part of a stream; the last one is the whole answer."""

EVENTS: Mapping[str, type[Part]] = {
    "understood": Understood,
    "passages": Passages,
    "statement": Statement,
    "citation": Citation,
    "missing": Missing,
    "conflict": Conflict,
    "waiting": Waiting,
    "summary": SummarySentence,
    "done": Answer,
}
"""Model of each event. One more event, ``error``, has a problem and ends the stream."""
