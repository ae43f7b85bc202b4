"""What a service sends, as the nouns that the screens know. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import BaseModel, TypeAdapter

from mlsurvey.answering.understood import AskedAspect, Correction
from mlsurvey.client.errors import error_of
from mlsurvey.errors import Interrupted
from mlsurvey.survey import Part, Passages, Understood
from mlsurvey.types import (
    Answer,
    Aspect,
    Citation,
    Conflict,
    Explanation,
    Hit,
    Kind,
    Missing,
    Passage,
    RefreshReport,
    Sentence,
    Span,
    Statement,
)
from mlsurvey.wire import answers, parts
from mlsurvey.wire.service import Job

T = TypeVar("T")

_SAME: Mapping[type[BaseModel], type[Any]] = {
    answers.Answer: Answer,
    answers.Statement: Statement,
    answers.Citation: Citation,
    answers.Missing: Missing,
    answers.Conflict: Conflict,
}


def noun(kind: type[T], model: BaseModel) -> T:
    """The noun that has the same fields as a model of the wire."""
    made: T = _adapter(cast(Any, kind)).validate_python(model.model_dump(mode="json", by_alias=True))
    return made


def part_of(part: parts.Part) -> Part:
    """A part of an answer as a noun."""
    if isinstance(part, parts.Understood):
        return understood_of(part)
    if isinstance(part, parts.Passages):
        return Passages(part.read, tuple(hit_of(hit) for hit in part.best))
    found: Part = noun(_SAME[type(part)], part)
    return found


def understood_of(told: parts.Understood) -> Understood:
    """What was understood; of an aspect, its slug and name alone."""
    asked = tuple(
        AskedAspect(Aspect(one.aspect, one.name), tuple(one.wording), one.known, one.denied, tuple(one.terms))
        for one in told.aspects
    )
    corrections = tuple(Correction(one.typed, one.slug) for one in told.corrections)
    names = ("entities", "objects", "unknown", "languages", "terms", "kinds", "categories", "class_words")
    lists: dict[str, Any] = {name: tuple(getattr(told, name)) for name in names}
    denied, inclusive = told.objects_denied, told.inclusive
    return Understood(
        told.question,
        Kind(told.kind),
        aspects=asked,
        corrections=corrections,
        objects_denied=denied,
        inclusive=inclusive,
        **lists,
    )


def hit_of(hit: answers.Hit) -> Hit:
    """A hit. Its passage reads as it did, as one sentence."""
    span = Span(hit.start, hit.end)
    passage = Passage(
        path=hit.document,
        ordinal=0,
        span=span,
        line_start=hit.line_start,
        line_end=hit.line_end,
        trail=tuple(hit.heading_path),
        subjects=tuple(hit.entities),
        sentences=(Sentence(span, hit.text),),
    )
    return Hit(hit.passage_id, passage, hit.score, hit.ranks, hit.scores, hit.shares)


def explanation_of(hit: Hit, told: answers.Explanation) -> Explanation:
    """Why a passage is a hit."""
    terms = tuple((term.term, term.field, term.weight) for term in told.terms)
    return Explanation(hit, terms, told.cosine, tuple((token.token, token.share) for token in told.tokens))


def report_of(job: Job) -> RefreshReport:
    """The report of a refresh that has ended.

    Raises:
        MlsurveyError: it failed, or was cancelled.
    """
    if job.result is not None:
        report: RefreshReport = _adapter(RefreshReport).validate_python(job.result)
        return report
    if job.problem is not None:
        raise error_of(job.problem)
    raise Interrupted(f"the service stopped before job {job.id} had ended; nothing is lost")


@lru_cache
def _adapter(kind: Any) -> Any:
    """Makes nouns from plain values. Pydantic reads the dataclasses' own annotations."""
    return TypeAdapter(kind)
