"""Measure answers against gold questions."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.evaluation import check_questions
from mlsurvey.api.jobs import route
from mlsurvey.api.problems import STARTS_JOB, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf
from mlsurvey.wire.requests import EvaluationRequest
from mlsurvey.wire.service import Job

router = APIRouter(tags=["evaluation"], route_class=Route)


@router.post(
    "/v1/eval",
    status_code=202,
    response_model_exclude_none=True,
    responses=documented(*STARTS_JOB),
)
async def evaluate(request: Request, response: Response, body: EvaluationRequest, service: ServiceOf) -> Job:
    """Answer every question in a file, and measure the answers against the evidence in the file.

    The file is checked immediately; the figures are the result of the job that is started.
    """
    text = body.questions
    count = await service.work(request, lambda _survey, _: check_questions(text))
    job = await service.start_job("evaluation", {"questions": count}, alone=True, text=text)
    response.headers["Location"] = route(job.id)
    return job
