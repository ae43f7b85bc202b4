"""Health, readiness, metrics, and explanations of problem types."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from mlsurvey import __version__
from mlsurvey.api.problems import BASE, KINDS, RefusalError, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf
from mlsurvey.wire.service import Health, ProblemType, ProblemTypes, Readiness

router = APIRouter(tags=["service"], route_class=Route)
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/v1/health", responses=documented())
async def get_health(service: ServiceOf) -> Health:
    """Check that the process is alive. It is even without its index; see `/v1/ready`."""
    return Health(status="alive", version=__version__, index=await asyncio.to_thread(service.reach))


@router.get("/v1/ready", responses=documented("starting", "no-index", "index", "unreachable"))
async def get_readiness(service: ServiceOf) -> Readiness:
    """Check that the index is open and the model is loaded, so that questions are answered at full speed."""
    return Readiness(status="ready", index=await asyncio.to_thread(service.check_ready))


@router.get(
    "/metrics",
    response_model=None,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented()},
)
async def get_metrics(service: ServiceOf) -> Response:
    """Get metrics in Prometheus text format."""
    return Response(await asyncio.to_thread(service.metrics.text), headers={"Content-Type": METRICS_TYPE})


@router.get("/v1/problems", responses=documented())
async def list_problems() -> ProblemTypes:
    """List all problem types with their explanations."""
    return ProblemTypes(problems=[kind.wire for kind in KINDS.values()])


@router.get("/v1/problems/{slug}", responses=documented("not-found", "invalid"))
async def get_problem(slug: Annotated[str, Path(max_length=60, examples=["busy"])]) -> ProblemType:
    """Explain a problem type. The URL of this route is the `type` of a problem."""
    if slug not in KINDS:
        raise RefusalError("not-found", f"no problem type {slug!r}; GET {BASE.rstrip('/')} lists them")
    return KINDS[slug].wire
