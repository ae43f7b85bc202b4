"""Converts server responses to the types that the screens use. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlsurvey.answering.parts import Passages
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.found import Found
from mlsurvey.leaves import leaf_of
from mlsurvey.survey import Edit
from mlsurvey.survey.overview import Overview
from mlsurvey.types import Aspect, Category, Explanation, Filters, Hit, Passage, Sentence, Span
from mlsurvey.wire import answers, parts
from mlsurvey.wire.requests import FilterRequest

if TYPE_CHECKING:
    from mlsurvey.answering.parts import Part
    from mlsurvey.wire import service, subjects


def part(told: parts.Part) -> Part:
    """Convert a part of an answer."""
    if isinstance(told, parts.Understood):
        return understood(told)
    if isinstance(told, parts.Passages):
        return passages(told)
    return told


def understood(told: parts.Understood) -> Understood:
    """Convert how a question was understood; aspects have their names but not their lexicon words."""
    plain: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in told}
    return Understood(**plain | {"aspects": tuple(_asked(asked) for asked in told.aspects)})


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
        leaf=leaf_of(told.page, told.cell),
    )
    return Hit(told.passage_id, passage, told.score, told.ranks, told.scores, told.shares)


def explanation(found: Hit, told: answers.Explanation) -> Explanation:
    """Convert the explanation of a hit."""
    terms = tuple((term.term, term.field, term.weight) for term in told.terms)
    return Explanation(found, terms, told.cosine, tuple((token.token, token.share) for token in told.tokens))


def overview(told: service.Index, url: str) -> Overview:
    """Convert the state of the corpus and the index; both are on the server."""
    return Overview(corpus=url, index=url, **{name: value for name, value in told if name != "jobs"})


def found(told: subjects.Subjects) -> Found:
    """Convert what the documents are about; points and classes have their names only."""
    aspects = tuple(Aspect(one.slug, one.name) for one in told.aspects)
    categories = tuple(Category(one.slug, one.name) for one in told.classes)
    return Found(tuple(told.subjects), aspects, categories)


def edits(told: subjects.Subjects) -> tuple[Edit, ...]:
    """Convert the corrections to the subjects."""
    return tuple(
        Edit(one.slug, one.name, tuple(one.aliases), tuple(one.category), tuple(one.merged), one.hidden)
        for one in told.corrections
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
