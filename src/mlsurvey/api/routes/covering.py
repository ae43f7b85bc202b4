"""What is known about whom."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.caching import etag
from mlsurvey.api.covering import coverage, ordered
from mlsurvey.api.problems import NOT_MODIFIED, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf, json_response
from mlsurvey.calling import Cancelled
from mlsurvey.rendering.json import to_json
from mlsurvey.wire.coverage import Coverage, CoverageParameters

router = APIRouter(tags=["compare"], route_class=Route)
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Coverage},
    **NOT_MODIFIED,
    **documented("not-found", "invalid", "overloaded", "index", "storage"),
}


@router.get("/v1/coverage", response_model=None, responses=_RESPONSES)
async def get_coverage(
    request: Request, parameters: Annotated[CoverageParameters, Query()], service: ServiceOf
) -> Response:
    """Count the statements about each library, by point of comparison; zeros show gaps in the documents about it."""

    def work(cancelled: Cancelled) -> Coverage:
        generation, found = coverage(service, parameters, cancelled)
        rows = ordered(found, parameters.order).rows
        return Coverage(
            index=generation,
            read=found.read,
            passages=found.passages,
            most=found.most,
            total=len(rows),
            offset=parameters.offset,
            points=list(found.points),
            rows=list(rows[parameters.offset : parameters.offset + parameters.limit]),
        )

    reply = await service.work(request, lambda _, cancelled: work(cancelled))
    text = to_json(reply.model_dump(mode="json"), indent=None)
    return json_response(request, text, etag("coverage", reply.index, parameters.model_dump_json()))
