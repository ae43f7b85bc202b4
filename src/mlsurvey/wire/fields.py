"""Limits and field types shared by requests."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

LONGEST_QUERY = 20_000
"""Maximum characters of a question or query."""
MOST_HITS = 1_000
"""Maximum ``limit`` and ``offset`` of a search."""
MOST_EXPLAINED = 50
"""Maximum hits explained at once: each takes a run of the model."""
MOST_NAMES = 100
"""Maximum values of one kind of filter."""
NOT_BLANK = r"[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""Any character but white space. Spelt out, since regular expression dialects differ on ``\\S``."""
LONGEST_NAME = 300
"""Maximum characters of a name, path pattern or heading."""
MOST_EARLIER = 50
"""Maximum previous questions in a request; only the last ones are used."""
MOST_STATEMENTS = 20
"""Maximum statements per library and aspect."""


def _day(value: object) -> object:
    """Parse an ISO date; the other forms that pydantic accepts are rejected."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("a date must have the form 2026-01-31")
    return date.fromisoformat(value)


def _whole(value: object) -> object:
    """Convert 3.0 to 3, since JSON has only one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _not_blank(text: str) -> str:
    if text.isspace():
        raise ValueError("must not be blank")
    return text


class Request(BaseModel):
    """What a client sends: unknown fields are errors, and numbers and strings are not interchangeable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class Reply(BaseModel):
    """What a server sends."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


_NOT_BLANK = (AfterValidator(_not_blank), Field(json_schema_extra={"pattern": NOT_BLANK}))
Query = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_QUERY), *_NOT_BLANK]
"""Text that is not blank."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME), *_NOT_BLANK]
Names = Annotated[list[Name], Field(max_length=MOST_NAMES)]
Day = Annotated[date, BeforeValidator(_day), Field(examples=["2026-01-31"])]
Whole = BeforeValidator(_whole)
MaxStatements = Annotated[int, Field(ge=1, le=MOST_STATEMENTS), Whole]
Position = Annotated[int, Field(ge=0, le=2**53 - 1), Whole]
"""A position, at most the largest integer that every JSON parser reads exactly."""
