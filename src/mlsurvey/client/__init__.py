"""A typed client for the HTTP API, blocking and asynchronous.

    >>> from mlsurvey.client import Client
    >>> with Client() as client:  # doctest: +SKIP
    ...     answer = client.ask("How do Burn and Candle differ in GPU support?")
    ...     for statement in answer.statements:
    ...         print(statement.text, statement.citations)

It sends and returns the models of :mod:`mlsurvey.wire`, and raises the same
errors as the library: ``except NotFoundError`` works for both. All it needs from
the server is its URL.
"""

from __future__ import annotations

from mlsurvey.client.asynchronous import AsyncClient
from mlsurvey.client.blocking import Client
from mlsurvey.client.calls import TIMEOUT, URL
from mlsurvey.client.errors import (
    ConditionProblemError,
    ForeignReplyError,
    ProblemError,
    RefusedError,
    UnavailableError,
    UnreachableError,
)

__all__ = [
    "TIMEOUT",
    "URL",
    "AsyncClient",
    "Client",
    "ConditionProblemError",
    "ForeignReplyError",
    "ProblemError",
    "RefusedError",
    "UnavailableError",
    "UnreachableError",
]
