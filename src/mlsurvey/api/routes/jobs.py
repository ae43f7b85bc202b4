"""List, follow and cancel jobs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from mlsurvey.api import streaming
from mlsurvey.api.jobs import ENDED
from mlsurvey.api.problems import documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import Service, ServiceOf
from mlsurvey.wire.service import Job, Jobs

router = APIRouter(tags=["jobs"], route_class=Route)
INTERVAL = 0.2
"""Seconds between checks of a followed job."""

Name = Annotated[str, Path(max_length=60, examples=["20260131T120000-0a1b2c3d"])]
_PROBLEMS = documented("not-found", "invalid", "storage")
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The events `progress`, each with the job, and `done` when it ends.",
        "content": {streaming.MEDIA_TYPE: {"schema": streaming.SCHEMA}},
    }
}


@router.get("/v1/jobs", responses=documented("storage"), response_model_exclude_none=True)
async def list_jobs(service: ServiceOf) -> Jobs:
    """List the kept jobs, newest first."""
    return Jobs(jobs=await asyncio.to_thread(service.jobs.all))


@router.get("/v1/jobs/{name}", responses=_PROBLEMS, response_model_exclude_none=True)
async def get_job(name: Name, service: ServiceOf) -> Job:
    """Get a job: its state and progress, and at the end its result or problem."""
    return await asyncio.to_thread(service.jobs.get, name)


@router.get("/v1/jobs/{name}/events", response_model=None, responses={**_EVENTS, **_PROBLEMS})
async def follow_job(name: Name, service: ServiceOf) -> Response:
    """Follow a job as server-sent events until it ends."""
    job = await asyncio.to_thread(service.jobs.get, name)
    return streaming.respond(_events(service, job))


@router.post(
    "/v1/jobs/{name}/cancel",
    status_code=202,
    responses={**_PROBLEMS, **documented("finished", "forbidden", "read-only", "origin", "too-large")},
    response_model_exclude_none=True,
)
async def cancel_job(name: Name, service: ServiceOf) -> Job:
    """Ask a job to stop. It stops at its next step and loses no finished work."""
    return await asyncio.to_thread(service.jobs.cancel, name)


async def _events(service: Service, job: Job) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    told, spoke = None, loop.time()
    while True:
        if job != told:
            name = "done" if job.state in ENDED else "progress"
            yield streaming.event(name, job.model_dump(mode="json", exclude_none=True))
            told, spoke = job, loop.time()
        if job.state in ENDED or service.stopping.is_set():
            return
        if loop.time() - spoke > service.settings.heartbeat:
            yield streaming.HEARTBEAT
            spoke = loop.time()
        await asyncio.sleep(INTERVAL)
        job = await asyncio.to_thread(service.jobs.get, job.id)
