"""Requests of the tools for agents only; the other requests are shared with the HTTP API."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from mlsurvey.wire.fields import Name, Position, Request

MOST_PASSAGE = 50_000
"""Maximum characters of a passage fetched by its position."""
MOST_AROUND = 10_000
"""Maximum characters before the passage, and likewise after it."""


class PassageRequest(Request):
    """A span of a document, as given in a citation or a hit; positions count Unicode code points."""

    document: Name = Field(examples=["libraries/rust/burn.md"])
    """Path relative to the corpus folder."""
    start: Position
    """Position of the first character."""
    end: Position
    """Position after the last character."""
    around: Annotated[int, Field(ge=0, le=MOST_AROUND)] = 500
    """Characters of the document to return before and after the span."""

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        if not self.start <= self.end <= self.start + MOST_PASSAGE:
            raise ValueError(f"{self.start}..{self.end} is not a span of at most {MOST_PASSAGE:,} characters")
        return self


class NothingRequest(Request):
    """An empty request."""
