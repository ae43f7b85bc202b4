"""The state of the index, and refreshing it."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.jobs import route
from mlsurvey.api.problems import STARTS_JOB, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf
from mlsurvey.survey import Survey
from mlsurvey.wire.requests import RefreshRequest
from mlsurvey.wire.service import Index, Job

router = APIRouter(tags=["index"], route_class=Route)


@router.get("/v1/index", responses=documented("overloaded", "index", "storage"))
async def get_index(request: Request, service: ServiceOf) -> Index:
    """Get the state of the corpus and its index, and whether the two agree. Checks every file in the corpus."""

    def work(survey: Survey) -> Index:
        jobs = [route(job.id) for job in service.jobs.running()]
        return Index.model_validate({**asdict(survey.status()), "jobs": jobs})

    return await service.work(request, lambda survey, _: work(survey))


@router.post(
    "/v1/index/refresh",
    status_code=202,
    response_model_exclude_none=True,
    responses=documented(*STARTS_JOB),
)
async def refresh(response: Response, service: ServiceOf, body: RefreshRequest | None = None) -> Job:
    """Start a refresh in a separate process; only new passages are embedded.

    Returns a job to follow. Meanwhile, questions are answered from the current generation; the new one is used as soon
    as it is published. Only one refresh runs at a time.
    """
    wanted = body or RefreshRequest()
    job = await service.start_job("refresh", wanted.model_dump(), alone=not wanted.dry_run)
    response.headers["Location"] = route(job.id)
    return job
