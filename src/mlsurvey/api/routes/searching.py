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

    def work() -> tuple[str, str]:
        found = service.survey.search(
            wanted.query,
            limit=wanted.limit,
            offset=wanted.offset,
            min_score=wanted.min_score,
            filters=wanted.filters.filters(),
            mode=wanted.mode,
            explain=MOST_EXPLAINED if wanted.explain else 0,
        )
        generation = found.generation.id
        value = hits_value(wanted.query, wanted.mode, generation, found.hits, found.explanations)
        for hit in value["hits"]:
            hit["rank"] += wanted.offset
        return generation, to_json(value, indent=None)

    with_generation = await service.work(request, lambda _survey, _: service.remembered("search", key, work))
    return json_response(request, with_generation[1], etag("search", with_generation[0], key))
