"""Plain values for JSON, with the keys in the order of the public contract."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from mlsurvey.rendering.plain import json_safe
from mlsurvey.types import Answer, Citation, Conflict, Explanation, Hit, Missing, Statement
from mlsurvey.written import SummarySentence

SCHEMA = 1


def answer_value(answer: Answer, stale: Mapping[int, str] | None = None) -> dict[str, Any]:
    """Return the contract's object; a citation that no longer matches its file gets a key ``stale`` with the reason.

    A citation has a key ``source`` only if its document was fetched from upstream and its origin is known, and a key
    ``page`` or ``cell`` only if its document has such. The same
    holds for the nearest passages of an abstention, which cites nothing. There are keys ``interpretation``,
    ``choice`` and ``summary`` only if a language model was asked for them.
    """
    value = asdict(answer)
    for citation in (*value["citations"], *value["nearest"]):
        citation["stale"] = (stale or {}).get(citation["number"])
        _drop_absent(citation)
    for name in ("interpretation", "choice", "summary"):
        if value[name] is None:
            del value[name]
    return value


def part_value(part: Citation | Statement | Missing | Conflict | SummarySentence) -> dict[str, Any]:
    """Return one part of an answer as it appears in the whole."""
    value = asdict(part)
    _drop_absent(value)
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


def _drop_absent(citation: dict[str, Any]) -> None:
    for name in ("source", "stale", "page", "cell"):
        if citation.get(name, ...) is None:
            del citation[name]


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
