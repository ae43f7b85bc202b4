"""Plain values for JSON, with the keys in the order of the public contract."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from mlsurvey.contract import plain
from mlsurvey.rendering.plain import json_safe
from mlsurvey.types import Answer, Citation, Conflict, Explanation, Hit, Missing, Statement, Waiting
from mlsurvey.written import SummarySentence

SCHEMA = 1


def answer_value(answer: Answer, stale: Mapping[int, str] | None = None) -> dict[str, Any]:
    """Return the contract's object; a citation that no longer matches its file gets a key ``stale`` with the reason.

    The same holds for the nearest passages of an abstention, which cites nothing. What is absent, such as the
    ``source`` of a document that was not fetched from upstream, has no key.
    """
    reasons = stale or {}
    value: dict[str, Any] = plain(
        replace(answer, citations=_marked(answer.citations, reasons), nearest=_marked(answer.nearest, reasons))
    )
    return value


def _marked(citations: tuple[Citation, ...], stale: Mapping[int, str]) -> tuple[Citation, ...]:
    return tuple(replace(citation, stale=stale.get(citation.number)) for citation in citations)


def part_value(part: Citation | Statement | Missing | Conflict | Waiting | SummarySentence) -> dict[str, Any]:
    """Return one part of an answer as it appears in the whole."""
    value: dict[str, Any] = plain(part)
    return value


def hits_value(
    query: str,
    mode: str,
    generation: str,
    hits: Sequence[Hit],
    explanations: Sequence[Explanation] = (),
    *,
    stale: Mapping[str, str] | None = None,
    offset: int = 0,
    note: str = "",
) -> dict[str, Any]:
    """Return the result of a search: the query as typed, the generation searched, and the hits, best first.

    A hit in one of the ``stale`` documents, given with the reason by path, gets a key ``stale`` with it; ``offset`` is
    the number of hits before the first one. There is a key ``note`` only if there is one.
    """
    found = [_hit(rank, hit) for rank, hit in enumerate(hits, start=offset + 1)]
    for value in found:
        if reason := (stale or {}).get(value["document"]):
            value["stale"] = reason
    for value, explanation in zip(found, explanations, strict=False):  # empty unless requested
        value["explanation"] = _explanation(explanation)
    value = {"schema": SCHEMA, "query": query, "mode": mode, "index": generation, "hits": found}
    return value | ({"note": note} if note else {})


def error_value(error: Exception, exit_code: int) -> dict[str, Any]:
    """Return an error for programs: class, message and exit code."""
    return {"error": {"type": type(error).__name__, "message": str(error), "exit_code": exit_code}}


def to_json(value: object, *, indent: int | None = 2) -> str:
    """Return readable JSON text without raw control characters. Dataclasses and paths are accepted."""
    return json_safe(json.dumps(value, ensure_ascii=False, indent=indent, default=_plain))


def _hit(rank: int, hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    leaf: dict[str, int] = {passage.leaf.unit: passage.leaf.number} if passage.leaf else {}
    return {
        "rank": rank,
        "score": hit.score,
        "document": passage.path,
        "heading_path": passage.trail,
        "entities": passage.subjects,
        "start": passage.span.start,
        "end": passage.span.end,
        "line_start": passage.line_start,
        "line_end": passage.line_end,
        **leaf,
        "text": passage.text,
        "ranks": dict(hit.ranks),
        "scores": dict(hit.scores),
        "shares": dict(hit.shares),
        "passage_id": hit.passage_id,
    }


def _explanation(explanation: Explanation) -> dict[str, Any]:
    return {
        "terms": [{"term": term, "field": field, "weight": weight} for term, field, weight in explanation.terms],
        "cosine": explanation.cosine,
        "tokens": [{"token": token, "share": share} for token, share in explanation.tokens],
        "remainder": explanation.remainder,
    }


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
