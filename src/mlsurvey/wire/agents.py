"""What only the tools for agents take; the rest is what the HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from mlsurvey.wire.fields import Name, Position, Request

MOST_PASSAGE = 50_000
"""Characters of a passage that is fetched by its place."""
MOST_AROUND = 10_000
"""Characters before it, and as many after it."""


class PassageRequest(Request):
    """A span of a document, as a citation or a hit names it; places count Unicode code points."""

    document: Name = Field(examples=["libraries/rust/burn.md"])
    """Path relative to the corpus folder."""
    start: Position
    """First character."""
    end: Position
    """Character after the last."""
    around: Annotated[int, Field(ge=0, le=MOST_AROUND)] = 500
    """Characters of the document to send before and after the span."""

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        if not self.start <= self.end <= self.start + MOST_PASSAGE:
            raise ValueError(f"{self.start}..{self.end} is no span of at most {MOST_PASSAGE:,} characters")
        return self


class NothingRequest(Request):
    """Nothing needs to be said."""
