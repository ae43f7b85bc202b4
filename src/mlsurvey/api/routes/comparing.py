"""Compare given libraries on given aspects."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api import answering
from mlsurvey.api.caching import etag
from mlsurvey.api.problems import NOT_MODIFIED, WORK, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf, json_response
from mlsurvey.calling import Cancelled
from mlsurvey.matrix import matrix_of
from mlsurvey.rendering.json import answer_value, to_json
from mlsurvey.wire.answers import Comparison
from mlsurvey.wire.requests import CompareRequest

router = APIRouter(tags=["compare"], route_class=Route)
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Comparison},
    **NOT_MODIFIED,
    **documented(*WORK),
}


@router.post("/v1/compare", response_model=None, responses=_RESPONSES, operation_id="compare")
async def compare(request: Request, body: CompareRequest, service: ServiceOf) -> Response:
    """Compare two to eight libraries by aspect; returns a matrix and the answer it is built from."""

    def work(cancelled: Cancelled) -> tuple[str, str]:
        found = answering.compare(service, body, cancelled)
        value = {"answer": answer_value(found.answer, found.stale), "matrix": asdict(matrix_of(found.answer))}
        stale = to_json(found.stale, indent=None)
        return to_json(value, indent=None), etag("compare", found.answer.index, found.key, stale)

    text, tag = await service.work(request, lambda _, cancelled: work(cancelled))
    return json_response(request, text, tag)
