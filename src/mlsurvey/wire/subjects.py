"""Requests and replies about the subjects found in the documents."""

from __future__ import annotations

from pydantic import Field

from mlsurvey.found import Subject
from mlsurvey.wire.documents import Aspect
from mlsurvey.wire.fields import Name, Names, Reply, Request


class Correction(Reply):
    """The corrections of one subject, as they are kept; those since the last refresh have had no effect yet."""

    slug: str
    name: str | None
    aliases: list[str]
    category: list[str]
    merged: list[str]
    hidden: bool


class Subjects(Reply):
    """What the documents are about, and by which points they can be compared."""

    index: str
    """Id of the index generation."""
    subjects: list[Subject]
    """Those that whole documents are about first; those that are only mentioned last."""
    aspects: list[Aspect]
    """Points of comparison found in the documents; `GET /v1/aspects` lists declared ones too."""
    classes: list[Aspect]
    """Classes found in the documents."""
    corrections: list[Correction]
    """All corrections to the subjects."""


class SubjectCorrection(Request):
    """All corrections of one subject; they replace earlier ones."""

    name: Name | None = Field(default=None, examples=["Tumbleweed MQ"])
    """Its name. Required for a subject that was not found, which is added."""
    aliases: Names = Field(default_factory=list, examples=[["TMQ"]])
    """More names."""
    category: Names = Field(default_factory=list, examples=[["message queue"]])
    """What it is, instead of the classes found."""
    merged: Names = Field(default_factory=list, examples=[["tumble-weed"]])
    """Slugs of subjects that are the same."""
    hidden: bool = False
    """Whether it is no subject."""


class Corrected(Reply):
    """A correction was written to the corpus folder. It holds from the next refresh on."""

    slug: str
    refresh: str
    """Route that refreshes the index."""
