"""Start a refresh, follow it, stop it."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mlsurvey.api.pages.routing import PageRouter
from mlsurvey.api.pages.showing import show
from mlsurvey.api.problems import RefusalError
from mlsurvey.api.service import ServiceOf
from mlsurvey.page import links
from mlsurvey.page.work import job_view
from mlsurvey.wire.requests import RefreshRequest

router = PageRouter()

Name = Annotated[str, Path(max_length=60)]


@router.post("/refresh")
async def refresh(service: ServiceOf) -> Response:
    """Start a refresh and lead to its page; if one is running, lead to that one."""
    try:
        job = await service.start_job("refresh", RefreshRequest().model_dump(), alone=True)
    except RefusalError as refusal:
        running = await asyncio.to_thread(service.jobs.running)
        if refusal.kind.slug != "busy" or not running:
            raise
        job = running[0]
    return RedirectResponse(links.job(job.id), 303)


@router.get("/jobs/{name}")
async def show_job(request: Request, name: Name, service: ServiceOf) -> Response:
    """Show how far a job is, or what it did."""
    job = await asyncio.to_thread(service.jobs.get, name)
    return show(request, service, "job.html", job=job_view(job.model_dump(mode="json", exclude_none=True)))


@router.post("/jobs/{name}/cancel")
async def cancel(name: Name, service: ServiceOf) -> Response:
    """Ask a job to stop and lead back to its page."""
    await asyncio.to_thread(service.jobs.cancel, name)
    return RedirectResponse(links.job(name), 303)
