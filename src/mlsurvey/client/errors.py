"""Problems that a service tells, as the errors that the library would raise for them.

Each is a :class:`ProblemError`, which has the problem, and where it fits also
an error of :mod:`mlsurvey.errors`: whoever catches those need not know whether
a service was asked.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx2
from pydantic import ValidationError

from mlsurvey import errors
from mlsurvey.wire.service import Problem

PROBLEM_TYPE = "application/problem+json"


class UnreachableError(errors.MlsurveyError):
    """No answer came: nothing listens there, or the connection broke."""


class ForeignReplyError(errors.MlsurveyError):
    """Something answered that is no mlsurvey of a version that this client knows."""


class ProblemError(errors.MlsurveyError):
    """The service answered with a problem. ``retry_after`` are seconds after which to try again, where it said so."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.retry_after = retry_after

    @property
    def slug(self) -> str:
        """Last part of the problem's type: ``not-found``."""
        return slug_of(self.problem)


class RefusedError(ProblemError):
    """The service does not let this caller do it: no token, not the right one, or it only reads."""


class UnavailableError(ProblemError):
    """The service is overloaded, still starting, or ran out of time."""


class InvalidProblemError(ProblemError, errors.UsageError):
    """The request makes no sense."""


class ConditionProblemError(ProblemError, errors.UsageError):
    """The document is another one than expected: read it again before you change it."""


class NotFoundProblemError(ProblemError, errors.NotFoundError):
    """Something that the request names is not there."""


class UnreadableProblemError(ProblemError, errors.UnreadableError):
    """A name or its bytes are none of a document."""


class BusyProblemError(ProblemError, errors.BusyError):
    """The index is being written; ``problem.job`` names the job."""


class NoIndexProblemError(ProblemError, errors.NoIndexError):
    """There is no index yet."""


class IndexProblemError(ProblemError, errors.IndexingError):
    """The index cannot serve."""


class EngineProblemError(ProblemError, errors.EngineError):
    """A model or engine failed."""


class StorageProblemError(ProblemError, errors.StorageError):
    """The disk refused."""


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
    "time-limit": UnavailableError,
    "starting": UnavailableError,
    "no-index": NoIndexProblemError,
    "index": IndexProblemError,
    "engine": EngineProblemError,
    "cancelled": StoppedProblemError,
    "storage": StorageProblemError,
}


def slug_of(problem: Problem) -> str:
    """Last part of a problem's type."""
    return problem.type.rpartition("/")[2]


def error_of(problem: Problem, retry_after: float | None = None) -> ProblemError:
    """The error that a problem stands for; one of a type that is not known here is a plain :class:`ProblemError`."""
    return _OF_SLUG.get(slug_of(problem), ProblemError)(problem, retry_after)


def check(response: httpx2.Response) -> None:
    """Raises what a response stands for that is no success. Its body has to be read already.

    Raises:
        ProblemError: the service told a problem.
        ForeignReplyError: it told something else.
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
    """The error for a reply that cannot be understood."""
    return ForeignReplyError(
        f"{url} answered what this client does not understand{what}; is it mlsurvey, and no newer than the client?"
    )


def unreachable(base: httpx2.URL, error: httpx2.TransportError) -> UnreachableError:
    """The error for a request that got no answer."""
    why = str(error) or type(error).__name__
    return UnreachableError(f"no answer from {base}: {why}; is the service running? Start one with: mlsurvey serve")


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:  # a date, which this service never sends
        return None
