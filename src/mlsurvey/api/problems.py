"""Errors as RFC 9457 problem details: every type has a URL at which it is explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse

from mlsurvey import errors
from mlsurvey.survey import ConditionError
from mlsurvey.wire.service import FieldError, Problem, ProblemType

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which a client may ask again for what a lost engine keeps."""
BASE = "/v1/problems/"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem."""

    slug: str
    status: int
    title: str
    explanation: str

    @property
    def wire(self) -> ProblemType:
        """The type as it is sent."""
        return ProblemType(type=BASE + self.slug, title=self.title, status=self.status, explanation=self.explanation)


_KINDS = (
    Kind(
        "malformed",
        400,
        "Malformed request",
        "The body is not valid JSON, UTF-8 or multipart form data.",
    ),
    Kind("unauthorised", 401, "Token required", "Send a valid token in the header 'Authorization: Bearer TOKEN'."),
    Kind(
        "forbidden",
        403,
        "Token not allowed to write",
        "The token is read-only; this route requires one with write access.",
    ),
    Kind("read-only", 403, "Service is read-only", "It was started with --read-only, which rejects changes and jobs."),
    Kind(
        "origin",
        403,
        "Origin not allowed",
        "Requests by pages of this origin are rejected; allow it with --cors-origin.",
    ),
    Kind("not-found", 404, "Not found", "The route, or something named in the request, does not exist."),
    Kind("method", 405, "Method not allowed", "The header Allow lists the methods of the route."),
    Kind("not-acceptable", 406, "Not acceptable", "The route has no response in a media type of the header Accept."),
    Kind("busy", 409, "Already running", "Another refresh or evaluation is running; wait for it to end."),
    Kind("finished", 409, "Job has ended", "A job that has ended cannot be cancelled."),
    Kind(
        "precondition", 412, "Precondition failed", "If-Match or If-None-Match does not hold; read the document again."
    ),
    Kind("too-large", 413, "Request too large", "The request exceeds the limit given in the detail."),
    Kind("media-type", 415, "Unsupported media type", "The content type or encoding is missing or not accepted."),
    Kind(
        "wrong-host",
        421,
        "Host not allowed",
        "The header Host is not a name of this service; allow it with --allowed-host.",
    ),
    Kind("invalid", 422, "Invalid request", "A field is unknown, missing or invalid; the errors list each one."),
    Kind("unreadable", 422, "Invalid document", "The name or content cannot be indexed; the detail gives the reason."),
    Kind("internal", 500, "Internal error", "An error in the service; see its log under the request id."),
    Kind(
        "overloaded", 503, "Too many requests", "The queue is full; retry after the number of seconds in Retry-After."
    ),
    Kind("time-limit", 503, "Time limit exceeded", "The request took too long and was stopped; ask for less."),
    Kind("no-index", 503, "No index yet", "Build it with POST /v1/index/refresh, or mlsurvey refresh."),
    Kind("index", 503, "Index not usable", "It is damaged, or was built with another model than the settings name."),
    Kind(
        "unreachable",
        503,
        "Index not reachable",
        "The engine that keeps the index does not answer; retry after the number of seconds in Retry-After.",
    ),
    Kind("engine", 503, "Model or engine failed", "A model or engine is missing or failed; the detail says which."),
    Kind("starting", 503, "Not ready yet", "The model is being loaded, or the service is stopping."),
    Kind("cancelled", 503, "Cancelled", "The work was stopped before it ended; nothing is lost."),
    Kind("storage", 507, "Storage error", "The disk is full, read-only or not available."),
)
KINDS: Mapping[str, Kind] = {kind.slug: kind for kind in _KINDS}

_OF_ERRORS: tuple[tuple[type[errors.MlsurveyError], str], ...] = (
    (ConditionError, "precondition"),
    (errors.UsageError, "invalid"),
    (errors.NotFoundError, "not-found"),
    (errors.UnreadableError, "unreadable"),
    (errors.NoIndexError, "no-index"),
    (errors.BusyError, "busy"),
    (errors.UnreachableError, "unreachable"),
    (errors.IndexingError, "index"),
    (errors.StorageError, "storage"),
    (errors.EngineError, "engine"),
    (errors.Interrupted, "cancelled"),
)
_OF_STATUS = {400: "malformed", 404: "not-found", 405: "method", 406: "not-acceptable", 413: "too-large"}
_OF_STATUS |= {415: "media-type", 422: "invalid", 503: "overloaded"}


class RefusalError(Exception):
    """A request is rejected; the slug names the type of problem."""

    def __init__(self, slug: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.kind = KINDS[slug]
        self.headers = dict(headers or {})
        self.more = more


def problem(kind: Kind, detail: str, instance: str | None = None, **more: Any) -> Problem:
    """Create a problem of this kind."""
    return Problem(
        type=BASE + kind.slug, title=kind.title, status=kind.status, detail=detail, instance=instance, **more
    )


def kind_of(error: Exception) -> Kind:
    """Return the kind of problem for an error; an unexpected error is internal."""
    return next((KINDS[slug] for base, slug in _OF_ERRORS if isinstance(error, base)), KINDS["internal"])


def problem_of(error: Exception, instance: str | None = None) -> Problem:
    """Return the problem for an error, without the message of an unexpected one, which may contain anything."""
    if isinstance(error, RefusalError):
        return problem(error.kind, str(error), instance, **error.more)
    kind = kind_of(error)
    detail = str(error) if isinstance(error, errors.MlsurveyError) else "unexpected error; see the log"
    return problem(kind, detail, instance)


def headers_of(error: Exception) -> dict[str, str]:
    """Return the headers of the response to an error: when to try again, if the engine of the index is gone."""
    return {"Retry-After": str(RETRY_AFTER)} if isinstance(error, errors.UnreachableError) else {}


def problem_of_status(status: int, detail: str, instance: str | None) -> Problem:
    """Return the problem for a status set by the framework."""
    kind = KINDS[_OF_STATUS.get(status, "internal")]
    return Problem(
        type=BASE + kind.slug, title=kind.title, status=status, detail=detail or kind.explanation, instance=instance
    )


def problem_of_fields(faults: list[dict[str, Any]], instance: str | None) -> Problem:
    """Return the problem for an invalid request, without the values sent."""
    found = [FieldError(place=list(f["loc"]), message=f["msg"], type=f["type"]) for f in faults]
    first = found[0] if found else None
    where = ".".join(str(part) for part in first.place) if first else "request"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return problem(KINDS["invalid"], f"{where}: {first.message if first else ''}{more}", instance, errors=found)


def respond(found: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the problem as a response."""
    plain = found.model_dump(mode="json", exclude_none=True)
    extra = {"Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(plain, found.status, headers=extra, media_type=MEDIA_TYPE)


def documented(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI descriptions of the problems a route may return, including the common ones."""
    kinds = [KINDS[slug] for slug in dict.fromkeys((*slugs, *COMMON))]
    schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    described: dict[int | str, list[str]] = {}
    for kind in kinds:
        described.setdefault(kind.status, []).append(kind.title)
    return {status: {"description": " · ".join(titles), "content": schema} for status, titles in described.items()}


COMMON = ("unauthorised", "method", "not-acceptable", "invalid", "wrong-host", "internal")
"""Problems that any route may return."""
WORK = (
    "malformed", "invalid", "not-found", "too-large", "media-type", "overloaded", "index", "unreachable", "storage",
    "origin",
)  # fmt: skip
"""Problems of routes that use the index."""
STARTS_JOB = (
    "malformed", "invalid", "forbidden", "read-only", "origin", "busy", "storage", "too-large", "media-type",
    "overloaded",
)  # fmt: skip
"""Problems of routes that start a job."""
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not modified since the version in If-None-Match"}
}
"""Response of routes whose result has a tag."""
