"""Requests and replies about what is known about whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mlsurvey.coverage import Known, Point
from mlsurvey.wire.fields import MOST_HITS, Names, Position, Reply, Whole
from mlsurvey.wire.requests import FilterRequest


class CoverageOptions(FilterRequest):
    """What to count. Filters by library and language also select the rows."""

    category: Names = Field(default_factory=list, examples=[["deep learning"]])
    """Classes of libraries, as in `category` of `GET /v1/entities`."""
    aspect: Names = Field(default_factory=list, examples=[["gpu", "licence"]])
    """Points of comparison, by slug; by default the general ones."""
    every: bool = False
    """Count all points of comparison, not only the general ones."""


class CoverageParameters(CoverageOptions):
    """What to count, and which rows to send."""

    model_config = ConfigDict(strict=False)

    order: Literal["known", "name"] = "known"
    """Libraries with most passages first, or by name."""
    limit: Annotated[int, Field(ge=1, le=MOST_HITS), Whole] = 100
    """Maximum number of rows."""
    offset: Position = 0
    """Number of rows to skip."""


class Coverage(Reply):
    """How many statements the documents have about each library, by point of comparison."""

    index: str
    """Id of the index generation."""
    read: int
    """Number of passages read."""
    passages: int
    """Number of passages that match the filters; of a very large index, only the first ones are read."""
    most: int
    """The largest number of statements in a cell, in all rows."""
    total: int
    """Number of libraries that match the filters."""
    offset: int
    points: list[Point]
    """The columns."""
    rows: list[Known]
