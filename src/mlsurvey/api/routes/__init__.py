"""The routes, one module per group. Handlers are short: the survey does the work, :mod:`mlsurvey.api` the rest."""

from __future__ import annotations

from mlsurvey.api.routes import (
    asking,
    chatting,
    comparing,
    covering,
    documents,
    evaluating,
    health,
    indexing,
    jobs,
    searching,
    subjects,
    vocabulary,
)

ROUTERS = tuple(
    module.router
    for module in (
        searching,
        asking,
        chatting,
        comparing,
        covering,
        vocabulary,
        subjects,
        documents,
        indexing,
        jobs,
        evaluating,
        health,
    )
)

__all__ = ["ROUTERS"]
