"""JSON of what was found, as the index keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from mlsurvey.found import Evidence, Found, Rank, Subject
from mlsurvey.types import Aspect, Category

Noun = TypeVar("Noun", Aspect, Category)


def dump(found: Found) -> str:
    """JSON without empty values: there may be thousands of subjects. The entities are those of the generation."""
    value = {field.name: getattr(found, field.name) for field in fields(found) if field.name != "entities"}
    for name in ("subjects", "aspects", "categories"):
        value[name] = [_full(one) for one in value[name]]
    for one in value["subjects"]:
        one["evidence"] = [(piece.path, piece.line, piece.how, piece.name) for piece in one.get("evidence", ())]
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Found:
    """Inverse of :func:`dump`."""
    value = json.loads(text)
    return Found(
        subjects=tuple(_subject(one) for one in value["subjects"]),
        aspects=tuple(_noun(one, Aspect) for one in value["aspects"]),
        categories=tuple(_noun(one, Category) for one in value["categories"]),
        about=value["about"],
        in_field=value["in_field"],
    )


def _full(noun: Subject | Aspect | Category) -> dict[str, Any]:
    given = {field.name: getattr(noun, field.name) for field in fields(noun)}
    return {name: one for name, one in given.items() if one not in ((), "", None) and one is not False}


def _subject(value: Mapping[str, Any]) -> Subject:
    evidence = tuple(Evidence(*piece) for piece in value["evidence"])
    return Subject(**{**_frozen(value), "rank": Rank(value["rank"]), "evidence": evidence})


def _noun(value: Mapping[str, Any], noun: type[Noun]) -> Noun:
    return noun(**_frozen(value))


def _frozen(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(one) if isinstance(one, list) else one for name, one in value.items()}
