"""What is sent of the service itself: problems, the index, jobs, health."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from mlsurvey.wire.fields import Reply

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
JobKind = Literal["refresh", "evaluation"]


class FieldError(Reply):
    """What is wrong with one field of a request."""

    place: list[str | int]
    """Where it stands: body, query or path, and the names on the way."""
    message: str
    type: str


class Problem(Reply):
    """What went wrong, as RFC 9457 has it."""

    type: str
    """Address of an explanation; relative to the service."""
    title: str
    status: int
    detail: str
    """What went wrong, with which value, and what to do next."""
    instance: str | None = None
    """The request id, as in the header ``X-Request-Id`` and in the log."""
    errors: list[FieldError] | None = None
    """For an invalid request: each fault."""
    job: str | None = None
    """For a busy index: the route of the job that is running."""


class ProblemType(Reply):
    """An explanation of one type of problem."""

    type: str
    title: str
    status: int
    explanation: str


class ProblemTypes(Reply):
    """Every type of problem there is."""

    problems: list[ProblemType]


class Generation(Reply):
    """One published state of the index."""

    number: int
    id: str
    created: str
    model: str
    recipe: str
    documents: int
    passages: int


class Pending(Reply):
    """What a refresh would look at."""

    added: int
    changed: int
    removed: int


class Index(Reply):
    """The corpus, the index, and how far the two agree. Sizes are in bytes."""

    generation: Generation | None
    corpus_documents: int | None
    corpus_bytes: int
    corpus_unreadable: int
    index_bytes: int
    pending: Pending | None
    model: str
    device: str
    precision: str
    engine: str
    vectors: str
    compressed: int
    """Vectors that a search scans by their codes; the others it scans exactly."""
    recall: float | None
    """Share of the ten nearest of those that a search finds, as measured."""
    jobs: list[str]
    """Routes of the jobs that are running."""


class Progress(Reply):
    """How far a job is."""

    phase: str
    done: int
    total: int


class Job(Reply):
    """Work that goes on after its request was answered."""

    id: str
    kind: JobKind
    state: JobState
    created: str
    """ISO time, UTC; so are the others."""
    started: str | None = None
    ended: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    progress: Progress | None = None
    result: dict[str, Any] | None = None
    """When it succeeded: the report of the refresh, or the figures of the evaluation."""
    problem: Problem | None = None
    """When it failed or was cancelled: why."""


class Jobs(Reply):
    """Jobs that are kept, newest first."""

    jobs: list[Job]


class Health(Reply):
    """The process answers."""

    status: Literal["alive"]
    version: str


class Readiness(Reply):
    """The service can answer questions."""

    status: Literal["ready"]
    index: str
    """Id of the generation."""
