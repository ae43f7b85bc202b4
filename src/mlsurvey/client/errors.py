"""Problems reported by a service, as the errors that the library would raise for them.

Each is a :class:`ProblemError` with the problem and, where one fits, also an error
of :mod:`mlsurvey.errors`, so that code catching those works with and without a
service.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx2
from pydantic import ValidationError

from mlsurvey import errors
from mlsurvey.wire.service import Problem

PROBLEM_TYPE = "application/problem+json"


class UnreachableError(errors.MlsurveyError):
    """There is no response: nothing listens at the address, or the connection broke."""


class ForeignReplyError(errors.MlsurveyError):
    """The response is not from a version of mlsurvey that this client knows."""


class ProblemError(errors.MlsurveyError):
    """The service reported a problem. ``retry_after`` is the number of seconds after which to retry, if given."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.retry_after = retry_after

    @property
    def slug(self) -> str:
        """Last part of the problem's type, such as ``not-found``."""
        return slug_of(self.problem)


class RefusedError(ProblemError):
    """The caller is not allowed to do this: the token is missing or insufficient, or the service is read-only."""


class UnavailableError(ProblemError):
    """The service is overloaded, still starting, or ran out of time."""


class InvalidProblemError(ProblemError, errors.UsageError):
    """The request is invalid."""


class ConditionProblemError(ProblemError, errors.UsageError):
    """The document is not the expected version: read it again before changing it."""


class NotFoundProblemError(ProblemError, errors.NotFoundError):
    """Something named in the request does not exist."""


class UnreadableProblemError(ProblemError, errors.UnreadableError):
    """The name or the content is not that of a readable document."""


class BusyProblemError(ProblemError, errors.BusyError):
    """The index is being written; ``problem.job`` names the job."""


class NoIndexProblemError(ProblemError, errors.NoIndexError):
    """There is no index yet."""


class IndexProblemError(ProblemError, errors.IndexingError):
    """The index is unusable."""


class EngineProblemError(ProblemError, errors.EngineError):
    """A model or engine failed."""


class StorageProblemError(ProblemError, errors.StorageError):
    """The disk is full, read-only or unavailable."""


class StoppedProblemError(ProblemError, errors.Interrupted):
    """The work was stopped; nothing was lost."""


_OF_SLUG: Mapping[str, type[ProblemError]] = {
    "malformed": InvalidProblemError,
    "invalid": InvalidProblemError,
    "method": InvalidProblemError,
    "not-acceptable": InvalidProblemError,
    "too-large": InvalidProblemError,
    "media-type": InvalidProblemError,
    "finished": InvalidProblemError,
    "unauthorised": RefusedError,
    "forbidden": RefusedError,
    "read-only": RefusedError,
    "origin": RefusedError,
    "wrong-host": RefusedError,
    "not-found": NotFoundProblemError,
    "busy": BusyProblemError,
    "precondition": ConditionProblemError,
    "unreadable": UnreadableProblemError,
    "overloaded": UnavailableError,
    "unreachable": UnavailableError,
    "time-limit": UnavailableError,
    "starting": UnavailableError,
    "no-index": NoIndexProblemError,
    "index": IndexProblemError,
    "engine": EngineProblemError,
    "cancelled": StoppedProblemError,
    "storage": StorageProblemError,
}


def slug_of(problem: Problem) -> str:
    """Return the last part of a problem's type."""
    return problem.type.rpartition("/")[2]


def error_of(problem: Problem, retry_after: float | None = None) -> ProblemError:
    """Return the error for a problem; an unknown type gives a plain :class:`ProblemError`."""
    return _OF_SLUG.get(slug_of(problem), ProblemError)(problem, retry_after)


def check(response: httpx2.Response) -> None:
    """Raise the error for an unsuccessful response. Its body must already have been read.

    Raises:
        ProblemError: the service reported a problem.
        ForeignReplyError: the response is something else.
    """
    if response.is_success:
        return
    if response.headers.get("content-type", "").partition(";")[0].strip() == PROBLEM_TYPE:
        try:
            problem = Problem.model_validate_json(response.content)
        except ValidationError as error:
            raise foreign(response.request.url) from error
        raise error_of(problem, _seconds(response.headers.get("retry-after")))
    raise foreign(response.request.url, f" (status {response.status_code})")


def foreign(url: httpx2.URL, what: str = "") -> ForeignReplyError:
    """Return the error for a reply that cannot be understood."""
    return ForeignReplyError(
        f"{url} sent an unexpected response{what}; check that it is mlsurvey, and not newer than this client"
    )


def unreachable(base: httpx2.URL, error: httpx2.TransportError) -> UnreachableError:
    """Return the error for a request without a response."""
    why = str(error) or type(error).__name__
    return UnreachableError(f"no answer from {base}: {why}; is the service running? Start one with: mlsurvey serve")


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:  # a date, which this service never sends
        return None
