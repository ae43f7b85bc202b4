"""How the records of the public contract become JSON, and how pydantic describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

ABSENT = {"absent": True}
"""Metadata of a field that the JSON leaves out where there is nothing in it."""


def plain(noun: object) -> Any:
    """Return a record as it is sent: a dictionary of plain values, without the fields that are absent."""
    if is_dataclass(noun):
        values = ((each, getattr(noun, each.name)) for each in fields(noun))
        return {each.name: plain(value) for each, value in values if value is not None or each.metadata != ABSENT}
    if isinstance(noun, tuple):
        return tuple(plain(one) for one in noun)
    return dict(noun) if isinstance(noun, Mapping) else noun


def _as_sent(schema: dict[str, Any], noun: Any) -> None:
    """Describe every field as present, in the order of the JSON: a default is for who makes the record."""
    described = schema["properties"]
    schema["properties"] = {each.name: described[each.name] for each in fields(noun)}
    schema["required"] = [each.name for each in fields(noun) if each.metadata != ABSENT]
    for one in described.values():
        one.pop("default", None)


CONTRACT = {"use_attribute_docstrings": True, "json_schema_extra": _as_sent}
"""How pydantic describes a record, and those in it, that the service sends: by the docstrings here."""
