"""The routes, one module a group. A body is short: what it does is in the survey, how it is sent above."""

from __future__ import annotations

from mlsurvey.api.routes import (
    asking,
    chatting,
    comparing,
    documents,
    evaluating,
    health,
    indexing,
    jobs,
    searching,
    vocabulary,
)

ROUTERS = tuple(
    module.router
    for module in (searching, asking, chatting, comparing, vocabulary, documents, indexing, jobs, evaluating, health)
)

__all__ = ["ROUTERS"]
