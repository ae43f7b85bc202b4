"""What was understood of a question, as facts to show and as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.types import Filters

_KINDS = {
    "compare": "compare the libraries named",
    "list": "list every library of the class, by whether it is so",
    "lookup": "look a fact up",
    "recommend": "recommend from the class, by the needs named",
}


def rows(understood: Understood, filters: Filters, entities: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Name and value of everything that was understood; what the question does not have is left out.

    Args:
        understood: to tell.
        filters: what restricts the answer.
        entities: slug to name.
    """
    named = [_as_typed(slug, understood, entities) for slug in understood.entities]
    objects = [_as_typed(slug, understood, entities) for slug in understood.objects]
    return [
        ("kind", _KINDS.get(understood.kind.value, understood.kind.value)),
        ("libraries", ", ".join(named) or ("" if understood.unknown else "none named")),
        ("unrelated to" if understood.objects_denied else "in relation to", ", ".join(objects)),
        ("not known here", ", ".join(understood.unknown)),
        ("class", _quoted(understood.class_words) or ", ".join(understood.categories)),
        ("members", "may include the libraries named" if understood.inclusive else ""),
        ("language", ", ".join(understood.languages)),
        ("only", ", ".join(understood.kinds)),
        *((f"aspect {n}", _aspect(asked)) for n, asked in enumerate(understood.aspects, start=1)),
        ("other words", ", ".join(understood.terms)),
        ("filters", _filters(filters)),
    ]


def value(understood: Understood) -> dict[str, Any]:
    """All of it as plain values, with an aspect's slug and name in place of its lexicon."""
    plain = {field.name: getattr(understood, field.name) for field in fields(understood)}
    corrections = [{"typed": correction.typed, "slug": correction.slug} for correction in understood.corrections]
    return plain | {"aspects": [_aspect_value(asked) for asked in understood.aspects], "corrections": corrections}


def _as_typed(slug: str, understood: Understood, entities: Mapping[str, str]) -> str:
    """``Candle (typed “Candel”)``."""
    typed = _quoted(correction.typed for correction in understood.corrections if correction.slug == slug)
    return entities.get(slug, slug) + (f" (typed {typed})" if typed else "")


def _aspect(asked: AskedAspect) -> str:
    denied = ", asked for its absence" if asked.denied else ""
    more = f", with {_quoted(asked.terms)}" if asked.terms else ""
    if not asked.known:
        return f"in the question's own words: {_quoted(asked.wording)}{denied}{more}"
    part = f", evidence has to name {_quoted(asked.part)}" if asked.part else ""
    return f"{asked.aspect.name}, from {_quoted(asked.wording)}{denied}{part}{more}"


def _aspect_value(asked: AskedAspect) -> dict[str, Any]:
    plain = {field.name: getattr(asked, field.name) for field in fields(asked)}
    return plain | {"aspect": asked.aspect.slug, "name": asked.aspect.name}


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _filters(filters: Filters) -> str:
    kinds = {"library": filters.entities, "language": filters.languages, "path": filters.paths}
    return "; ".join(f"{kind} {', '.join(values)}" for kind, values in kinds.items() if values)
