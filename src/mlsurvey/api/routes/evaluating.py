"""Measure answers against gold questions."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.evaluation import check_questions
from mlsurvey.api.jobs import route
from mlsurvey.api.problems import documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf
from mlsurvey.wire.requests import EvaluationRequest
from mlsurvey.wire.service import Job

router = APIRouter(tags=["evaluation"], route_class=Route)


@router.post(
    "/v1/eval",
    status_code=202,
    response_model_exclude_none=True,
    responses=documented(
        "malformed",
        "invalid",
        "forbidden",
        "read-only",
        "origin",
        "busy",
        "storage",
        "too-large",
        "media-type",
        "overloaded",
    ),
)
async def evaluate(request: Request, response: Response, body: EvaluationRequest, service: ServiceOf) -> Job:
    """Answer every question in a file, and measure the answers against the evidence in the file.

    The file is checked immediately; the figures are the result of the job that is started.
    """
    text = body.questions
    count = await service.work(request, lambda _survey, _: check_questions(text))
    # Not given up if the client leaves: a job that is recorded is also started.
    job = await asyncio.to_thread(service.jobs.create, "evaluation", {"questions": count}, alone=True, text=text)
    await service.runner.start(job)
    response.headers["Location"] = route(job.id)
    return job
