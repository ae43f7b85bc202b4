"""Search passages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.caching import etag
from mlsurvey.api.problems import NOT_MODIFIED, WORK, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import Service, ServiceOf, json_response
from mlsurvey.rendering.json import hits_value, to_json
from mlsurvey.survey import Results, Survey
from mlsurvey.wire.answers import Hits
from mlsurvey.wire.fields import MOST_EXPLAINED
from mlsurvey.wire.requests import SearchParameters, SearchRequest

router = APIRouter(tags=["search"], route_class=Route)
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Hits},
    **NOT_MODIFIED,
    **documented(*WORK),
}


@router.get("/v1/search", response_model=None, responses=_RESPONSES, operation_id="search_by_get")
async def search_by_get(
    request: Request, parameters: Annotated[SearchParameters, Query()], service: ServiceOf
) -> Response:
    """Find passages by keywords and by meaning, best first."""
    return await _search(request, parameters.request(), service)


@router.post("/v1/search", response_model=None, responses=_RESPONSES, operation_id="search")
async def search(request: Request, body: SearchRequest, service: ServiceOf) -> Response:
    """Find passages by keywords and by meaning, best first."""
    return await _search(request, body, service)


async def _search(request: Request, wanted: SearchRequest, service: Service) -> Response:
    key = wanted.model_dump_json()

    def compute() -> tuple[str, Results]:
        found = service.survey.search(
            wanted.query,
            limit=wanted.limit,
            offset=wanted.offset,
            min_score=wanted.min_score,
            filters=wanted.filters.filters(),
            mode=wanted.mode,
            explain=MOST_EXPLAINED if wanted.explain else 0,
        )
        return found.generation.id, found

    def work(survey: Survey) -> tuple[str, str, str]:
        generation, found = service.remembered("search", key, compute)
        stale = survey.stale_documents({hit.passage.path for hit in found.hits})  # files change without a refresh
        value = hits_value(
            wanted.query,
            wanted.mode,
            generation,
            found.hits,
            found.explanations,
            stale=stale,
            offset=wanted.offset,
            note=found.note,
        )
        return generation, to_json(value, indent=None), to_json(stale, indent=None)

    generation, text, stale = await service.work(request, lambda survey, _: work(survey))
    return json_response(request, text, etag("search", generation, key, stale))
