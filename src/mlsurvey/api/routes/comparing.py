"""Compare given libraries on given aspects."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.caching import etag
from mlsurvey.api.problems import NOT_MODIFIED, WORK, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf, json_response
from mlsurvey.calling import Cancelled
from mlsurvey.matrix import matrix_of
from mlsurvey.rendering.json import answer_value, to_json
from mlsurvey.types import Answer
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
    key = body.model_dump_json()

    def work(cancelled: Cancelled) -> tuple[str, str, str]:
        def compute() -> tuple[str, Answer]:
            answer = service.survey.compare(
                body.entities,
                body.aspects,
                question=body.question,
                filters=body.filters.filters(),
                max_statements=body.max_statements,
                cancelled=cancelled,
            )
            return answer.index, answer

        generation, answer = service.remembered("compare", key, compute)
        stale = service.survey.stale(answer)
        value = {"answer": answer_value(answer, stale), "matrix": asdict(matrix_of(answer))}
        return generation, to_json(value, indent=None), to_json(stale, indent=None)

    generation, text, stale = await service.work(request, lambda _, cancelled: work(cancelled))
    return json_response(request, text, etag("compare", generation, key, stale))
