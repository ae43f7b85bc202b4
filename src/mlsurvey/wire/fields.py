"""Limits and field types that requests share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST_QUERY = 20_000
"""Characters of a question or query."""
MOST_HITS = 1_000
"""Greatest ``limit`` of a search, and the place of the last hit that can be leafed to."""
MOST_EXPLAINED = 50
"""Hits that can be explained at once: each costs a run of the model."""
MOST_NAMES = 100
"""Values of one kind of filter."""
MOST_PASSAGE = 50_000
"""Characters of a passage that is fetched by its place."""
MOST_AROUND = 10_000
"""Characters before and after it."""
LONGEST_NAME = 300
"""Characters of a name, path pattern or heading."""
MOST_STATEMENTS = 20
"""Statements for each library and aspect."""


class Request(BaseModel):
    """What a client sends: unknown fields are errors, numbers are no strings."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Reply(BaseModel):
    """What a server sends."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


Query = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_QUERY, pattern=r"\S")]
"""Text with something in it."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]
Names = Annotated[list[Name], Field(max_length=MOST_NAMES)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), Field(examples=["2026-01-31"])]
MaxStatements = Annotated[int, Field(ge=1, le=MOST_STATEMENTS)]
Position = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A place that is counted; no greater than what every JSON reader takes exactly."""
