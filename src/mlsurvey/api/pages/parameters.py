"""What the addresses of pages say. Unlike the API, pages skip empty and unknown parameters: forms send the former."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from mlsurvey.page.links import STATEMENTS, Asked, filter_parameters
from mlsurvey.wire.coverage import CoverageOptions
from mlsurvey.wire.fields import (
    LONGEST_NAME,
    MOST_EARLIER,
    MaxStatements,
    Names,
    Position,
    Query,
)
from mlsurvey.wire.requests import CompareRequest, FilterRequest, Mode, QuestionRequest

MOST_ROWS = 200
"""Documents listed at once."""
MOST_SUBJECTS = 100
"""Rows of the heat map and of the timeline shown at once."""
MOST_SHOWN = 10
"""Hits shown at once."""
LAST_HIT = 1_000
"""Maximum number of hits to skip, that of the API."""


class Parameters(FilterRequest):
    """Filters in the address of a page."""

    model_config = ConfigDict(extra="ignore", strict=False)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        kept = {name: [one for one in value if one.strip()] if isinstance(value, list) else value
                for name, value in given.items()}  # fmt: skip
        return {name: value for name, value in kept.items() if not isinstance(value, str) or value.strip()}

    def request(self) -> FilterRequest:
        """Return the filters alone."""
        return FilterRequest(**{name: getattr(self, name) for name in FilterRequest.model_fields})


class AskParameters(Parameters):
    """A question in the address of a page."""

    q: Query | None = None
    after: Annotated[list[Query], Field(max_length=MOST_EARLIER)] = Field(default_factory=list)
    n: MaxStatements = STATEMENTS
    summary: Literal["wait"] | None = None
    """Whether to wait for the summary of a language model; otherwise the page asks for it once it is shown."""

    def asked(self) -> Asked:
        """Return the question as pages refer to it."""
        return Asked(self.q or "", tuple(self.after), self.filters(), self.n)

    def question(self) -> QuestionRequest:
        """Return the question as the API takes it."""
        return QuestionRequest(
            question=self.q or "", filters=self.request(), max_statements=self.n, after=list(self.after)
        )


class ExportParameters(AskParameters):
    """An answer to save."""

    format: Annotated[str, Field(max_length=20)] = "markdown"


class CompareParameters(Parameters):
    """A comparison of given libraries; ``entity`` names the sides."""

    aspect: Names = Field(default_factory=list)
    summary: Literal["wait"] | None = None
    """As for a question."""

    def comparison(self) -> CompareRequest:
        """Return the comparison as the API takes it. Raises ValidationError: too few or too many libraries."""
        return CompareRequest(entities=list(dict.fromkeys(self.entity)), aspects=self.aspect)


class CoverageParameters(Parameters, CoverageOptions):
    """A heat map."""

    model_config = ConfigDict(extra="ignore", strict=False)

    order: Literal["known", "name"] = "known"
    offset: Position = 0

    def address(self) -> list[tuple[str, str]]:
        """Return what the address of this heat map says, without the row that it begins at."""
        chosen = [("category", name) for name in self.category] + [("aspect", slug) for slug in self.aspect]
        more = [("every", "true")] if self.every else []
        order = [("order", self.order)] if self.order != "known" else []
        return [*filter_parameters(self.filters()), *chosen, *more, *order]


class TimelineParameters(Parameters):
    """A timeline."""

    category: Names = Field(default_factory=list)
    order: Literal["latest", "status", "name"] = "latest"
    offset: Position = 0

    def address(self) -> list[tuple[str, str]]:
        """Return what the address of this timeline says, without the row that it begins at."""
        order = [("order", self.order)] if self.order != "latest" else []
        return [*filter_parameters(self.filters()), *(("category", name) for name in self.category), *order]


class SearchParameters(Parameters):
    """A search."""

    q: Query | None = None
    mode: Mode = "hybrid"
    why: bool = False
    """Take the scores apart."""
    offset: Annotated[int, Field(ge=0, le=LAST_HIT)] = 0

    def address(self, *, why: bool) -> list[tuple[str, str]]:
        """Return what the address of this search says, without the hit that it begins at."""
        mode = [("mode", self.mode)] if self.mode != "hybrid" else []
        return [("q", self.q or ""), *filter_parameters(self.filters()), *mode, *([("why", "true")] if why else [])]


class ListParameters(Parameters):
    """Which documents to list."""

    q: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    """A part of the path or the title."""
    offset: Position = 0


class TextParameters(Parameters):
    """Which part of a document to show, and the span to mark."""

    start: Position | None = None
    end: Position | None = None
    begin: Position = Field(default=0, alias="from")
