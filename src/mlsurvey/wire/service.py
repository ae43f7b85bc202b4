"""Replies about the service itself: problems, the index, jobs, health."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from mlsurvey.state import Generation, Pending
from mlsurvey.wire.fields import Reply

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
JobKind = Literal["refresh", "evaluation"]


class FieldError(Reply):
    """An error in one field of a request."""

    place: list[str | int]
    """Location of the field: body, query or path, then the names leading to it."""
    message: str
    type: str


class Problem(Reply):
    """Problem details as defined by RFC 9457."""

    type: str
    """URL of an explanation, relative to the service."""
    title: str
    status: int
    detail: str
    """What went wrong, with which value, and what to do next."""
    instance: str | None = None
    """The request id, as in the header ``X-Request-Id`` and in the log."""
    errors: list[FieldError] | None = None
    """For an invalid request: all errors."""
    job: str | None = None
    """For a busy index: the route of the running job."""


class ProblemType(Reply):
    """An explanation of a problem type."""

    type: str
    title: str
    status: int
    explanation: str


class ProblemTypes(Reply):
    """All problem types."""

    problems: list[ProblemType]


class Index(Reply):
    """The state of the corpus and the index, and how far the two agree. Sizes are in bytes."""

    generation: Generation | None
    corpus_documents: int | None
    corpus_bytes: int
    corpus_unreadable: int
    corpus_left_out: int = 0
    """Documents and folders that stay out on purpose; the report of a refresh lists them."""
    index_bytes: int
    pending: Pending | None
    model: str
    device: str
    precision: str
    engine: str
    vectors: str
    compressed: int
    """Number of compressed vectors; a search scans the others exactly."""
    recall: float | None
    """Measured share of the ten nearest compressed vectors that a search finds (recall@10)."""
    jobs: list[str]
    """Routes of the running jobs."""


class Progress(Reply):
    """Progress of a job."""

    phase: str
    done: int
    total: int


class Job(Reply):
    """Work that continues after its request has been answered."""

    id: str
    kind: JobKind
    state: JobState
    created: str
    """ISO time in UTC, as are the other times."""
    started: str | None = None
    ended: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    progress: Progress | None = None
    result: dict[str, Any] | None = None
    """If it succeeded: the report of the refresh, or the figures of the evaluation."""
    problem: Problem | None = None
    """If it failed or was cancelled: the reason."""


class Jobs(Reply):
    """The kept jobs, newest first."""

    jobs: list[Job]


class Health(Reply):
    """The process is alive."""

    status: Literal["alive"]
    version: str
    index: Literal["folder", "reachable", "unreachable"] = "folder"
    """Where the index is kept: in a folder, or in an engine that answers or does not."""


class Readiness(Reply):
    """The service can answer questions."""

    status: Literal["ready"]
    index: str
    """Id of the index generation."""
