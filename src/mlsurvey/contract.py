"""How pydantic describes the records of the public contract."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

ABSENT = {"absent": True}
"""Metadata of a field that the JSON leaves out where there is nothing in it."""


def _as_sent(schema: dict[str, Any], noun: Any) -> None:
    """Describe every field as present, in the order of the JSON: a default is for who makes the record."""
    described = schema["properties"]
    schema["properties"] = {each.name: described[each.name] for each in fields(noun)}
    schema["required"] = [each.name for each in fields(noun) if each.metadata != ABSENT]
    for one in described.values():
        one.pop("default", None)


CONTRACT = {"use_attribute_docstrings": True, "json_schema_extra": _as_sent}
"""How pydantic describes a record, and those in it, that the service sends: by the docstrings here."""
