"""The index: what there is, and bringing it up to date."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.jobs import route
from mlsurvey.api.problems import documented
from mlsurvey.api.service import ServiceOf
from mlsurvey.survey import Survey
from mlsurvey.wire.requests import RefreshRequest
from mlsurvey.wire.service import Index, Job

router = APIRouter(tags=["index"])


@router.get("/v1/index", responses=documented("overloaded", "index", "storage"))
async def get_index(request: Request, service: ServiceOf) -> Index:
    """The corpus, the index built from it, and whether the two agree. Looks at every file of the corpus."""

    def work(survey: Survey) -> Index:
        jobs = [route(job.id) for job in service.jobs.running()]
        return Index.model_validate({**asdict(survey.status()), "jobs": jobs})

    return await service.work(request, lambda survey, _: work(survey))


@router.post(
    "/v1/index/refresh",
    status_code=202,
    response_model_exclude_none=True,
    responses=documented(
        "malformed", "invalid", "forbidden", "read-only", "origin", "busy", "storage", "too-large", "overloaded"
    ),
)
async def refresh(request: Request, response: Response, service: ServiceOf, body: RefreshRequest | None = None) -> Job:
    """Start a refresh, in a process of its own: only passages that are new are embedded.

    Answers with a job to follow. Questions are answered meanwhile, from the generation that there was; the new one is
    taken up as soon as it is published. One refresh at a time.
    """
    wanted = body or RefreshRequest()
    parameters = wanted.model_dump()
    job = await service.work(
        request, lambda _survey, _: service.jobs.create("refresh", parameters, alone=not wanted.dry_run)
    )
    await service.runner.start(job)
    response.headers["Location"] = route(job.id)
    return job
