"""How a question was understood, as rows for display and as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.parsed import Condition
from mlsurvey.types import Filters

_KINDS = {
    "compare": "compare the libraries named",
    "list": "list the libraries of the class that match, and those that do not",
    "lookup": "look up a fact",
    "recommend": "recommend from the class, by the needs stated",
}
_FLAGS = {"yesno": "yes or no", "count": "a number", "superl": "the most or least", "not": "a negation"}


def rows(understood: Understood, filters: Filters, entities: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Name and value of everything that was understood; values are empty if the question lacks them.

    Args:
        understood: what to show.
        filters: restrictions on the answer.
        entities: slug to name.
    """
    named = [_as_typed(slug, understood, entities) for slug in understood.entities]
    objects = [_as_typed(slug, understood, entities) for slug in understood.objects]
    known = [_as_typed(slug, understood, entities) for slug in understood.known]
    return [
        ("kind", _KINDS.get(understood.kind.value, understood.kind.value)),
        ("libraries", ", ".join(named) or ("" if understood.unknown else "none named")),
        ("in relation to", ", ".join(objects)),
        ("already known", ", ".join(known)),
        ("unknown", ", ".join(understood.unknown)),
        *((f"condition {n}", _condition(stated)) for n, stated in enumerate(understood.conditions, start=1)),
        *((f"aspect {n}", _aspect(asked)) for n, asked in enumerate(understood.aspects, start=1)),
        ("carried over", ", ".join(understood.carried)),
        ("picked from", ", ".join(entities.get(slug, slug) for slug in understood.among)),
        ("language", f"{understood.tongue}; the documents are in English" if understood.tongue else ""),
        ("wanted", ", ".join(_FLAGS[flag] for flag in understood.flags if flag in _FLAGS)),
        ("filters", _filters(filters)),
    ]


def value(understood: Understood) -> dict[str, Any]:
    """Everything as plain values; aspects are given by slug and name, without their lexicon."""
    plain = {field.name: getattr(understood, field.name) for field in fields(understood)}
    return plain | {
        "aspects": [_aspect_value(asked) for asked in understood.aspects],
        "conditions": [asdict(stated) for stated in understood.conditions],
        "corrections": [asdict(correction) for correction in understood.corrections],
    }


def _as_typed(slug: str, understood: Understood, entities: Mapping[str, str]) -> str:
    """``Candle (typed “Candel”)``."""
    typed = _quoted(correction.typed for correction in understood.corrections if correction.slug == slug)
    return entities.get(slug, slug) + (f" (typed {typed})" if typed else "")


def _aspect(asked: AskedAspect) -> str:
    turned = "not: " if asked.negated else ""
    if not asked.known:
        return f"{turned}in the question's own words: {_quoted(asked.wording)}"
    return turned + (f"{asked.aspect.name}, from {_quoted(asked.wording)}" if asked.wording else asked.aspect.name)


def _condition(stated: Condition) -> str:
    values = " or ".join(stated.values)
    return f"{stated.field} {'not ' if stated.negated else ''}{values}, from {_quoted([stated.words])}"


def _aspect_value(asked: AskedAspect) -> dict[str, Any]:
    return {
        "aspect": asked.aspect.slug,
        "name": asked.aspect.name,
        "wording": list(asked.wording),
        "known": asked.known,
        "negated": asked.negated,
    }


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _filters(filters: Filters) -> str:
    kinds = {"library": filters.entities, "language": filters.languages, "path": filters.paths}
    return "; ".join(f"{kind} {', '.join(values)}" for kind, values in kinds.items() if values)
