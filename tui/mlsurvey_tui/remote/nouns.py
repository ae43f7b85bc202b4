"""Converts server responses to the types that the screens use. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mlsurvey.answering.parts import Passages
from mlsurvey.answering.understood import AskedAspect, Condition, Correction, Understood
from mlsurvey.index.records import DocumentRow
from mlsurvey.survey.overview import Overview, Pending
from mlsurvey.types import (
    Answer,
    Aspect,
    Citation,
    Conflict,
    Entity,
    Explanation,
    Filters,
    Generation,
    Hit,
    Missing,
    Passage,
    Sentence,
    Span,
    Statement,
)
from mlsurvey.wire import answers, parts
from mlsurvey.wire.requests import FilterRequest
from mlsurvey_tui.archive import answer_of

if TYPE_CHECKING:
    from mlsurvey.answering.parts import Part
    from mlsurvey.wire import documents, service

_LINES = {
    answers.Statement: Statement,
    answers.Citation: Citation,
    answers.Missing: Missing,
    answers.Conflict: Conflict,
}
"""Wire types of answer lines and their counterparts, which have the same fields."""


def part(told: parts.Part) -> Part:
    """Convert a part of an answer."""
    if isinstance(told, parts.Understood):
        return understood(told)
    if isinstance(told, parts.Passages):
        return passages(told)
    if isinstance(told, answers.Answer):
        return answer(told)
    line: Part = _adapter(_LINES[type(told)]).validate_python(told.model_dump())
    return line


def answer(told: answers.Answer) -> Answer:
    """Convert an answer; its stale citations are requested separately."""
    return answer_of(told.model_dump(by_alias=True))


def understood(told: parts.Understood) -> Understood:
    """Convert how a question was understood; aspects have their names but not their lexicon words."""
    plain: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in dict(told).items()}
    aspects = tuple(_asked(asked) for asked in told.aspects)
    conditions = tuple(Condition(one.field, one.words, tuple(one.values), one.negated) for one in told.conditions)
    corrections = tuple(Correction(one.typed, one.slug) for one in told.corrections)
    return Understood(**plain | {"aspects": aspects, "conditions": conditions, "corrections": corrections})


def passages(told: parts.Passages) -> Passages:
    """Convert the passages read."""
    return Passages(told.read, tuple(hit(one) for one in told.best))


def hit(told: answers.Hit) -> Hit:
    """Convert a hit; its passage has one sentence per line, all with the span of the passage."""
    span = Span(told.start, told.end)
    passage = Passage(
        path=told.document,
        ordinal=0,
        span=span,
        line_start=told.line_start,
        line_end=told.line_end,
        trail=tuple(told.heading_path),
        subjects=tuple(told.entities),
        sentences=tuple(Sentence(span, line) for line in told.text.split("\n")),
    )
    return Hit(told.passage_id, passage, told.score, told.ranks, told.scores, told.shares)


def explanation(found: Hit, told: answers.Explanation) -> Explanation:
    """Convert the explanation of a hit."""
    terms = tuple((term.term, term.field, term.weight) for term in told.terms)
    return Explanation(found, terms, told.cosine, tuple((token.token, token.share) for token in told.tokens))


def entity(told: documents.Entity) -> Entity:
    """Convert a library."""
    return Entity(
        told.slug,
        told.name,
        tuple(told.aliases),
        told.language,
        told.kind,
        tuple(told.category),
        tuple(told.plain_words),
    )


def row(told: documents.DocumentRow) -> DocumentRow:
    """Convert a document of the index."""
    return DocumentRow(
        told.path, told.sha256, told.title, told.subject, told.language, told.date, told.bytes, told.passages
    )


def overview(told: service.Index, url: str) -> Overview:
    """Convert the state of the corpus and the index; both are on the server."""
    found = told.generation
    pending = told.pending
    return Overview(
        corpus=url,
        corpus_documents=told.corpus_documents,
        corpus_bytes=told.corpus_bytes,
        corpus_unreadable=told.corpus_unreadable,
        corpus_left_out=told.corpus_left_out,
        index=url,
        index_bytes=told.index_bytes,
        generation=Generation(**dict(found)) if found else None,
        pending=Pending(pending.added, pending.changed, pending.removed) if pending else None,
        model=told.model,
        device=told.device,
        precision=told.precision,
        engine=told.engine,
        vectors=told.vectors,
        compressed=told.compressed,
        recall=told.recall,
    )


def request(filters: Filters | None) -> FilterRequest:
    """Convert filters to a request."""
    given = filters or Filters()
    plain = {"entity": given.entities, "language": given.languages, "path": given.paths, "heading": given.headings}
    lists: dict[str, Any] = {name: list(values) for name, values in plain.items()}
    return FilterRequest.model_validate(lists | {"updated_after": given.updated_after})


def _asked(told: parts.AskedAspect) -> AskedAspect:
    aspect = Aspect(told.aspect, told.name)
    return AskedAspect(aspect, tuple(told.wording), told.known, told.negated)


@lru_cache
def _adapter(kind: Any) -> Any:
    """Return the Pydantic adapter, which reads the dataclasses' own annotations."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
