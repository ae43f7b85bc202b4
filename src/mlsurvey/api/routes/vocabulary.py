"""The vocabulary of the index: libraries and points of comparison."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.problems import RefusalError, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf, json_response
from mlsurvey.rendering.json import to_json
from mlsurvey.survey import Survey
from mlsurvey.types import Entity
from mlsurvey.wire.documents import Aspects, Entities
from mlsurvey.wire.fields import LONGEST_NAME

router = APIRouter(tags=["vocabulary"], route_class=Route)
_PROBLEMS = documented("overloaded", "index", "storage", "invalid")

Slug = Annotated[str, Path(max_length=LONGEST_NAME, examples=["burn"])]


@router.get("/v1/entities", response_model=None, responses={200: {"model": Entities}, **_PROBLEMS})
async def list_entities(request: Request, service: ServiceOf) -> Response:
    """List the libraries in the index, with their names and classes."""

    def work(survey: Survey) -> dict[str, Any]:
        return {"index": survey.generation().id, "entities": [asdict(entity) for entity in survey.entities()]}

    return json_response(request, to_json(await service.work(request, lambda survey, _: work(survey)), indent=None))


@router.get(
    "/v1/entities/{slug}",
    response_model=None,
    responses={200: {"model": Entity}, **documented("not-found"), **_PROBLEMS},
)
async def get_entity(request: Request, slug: Slug, service: ServiceOf) -> Response:
    """Get a library."""
    entities = await service.work(request, lambda survey, _: survey.entities())
    found = next((entity for entity in entities if entity.slug == slug), None)
    if found is None:
        raise RefusalError("not-found", f"no library {slug!r}; GET /v1/entities lists them")
    return json_response(request, to_json(asdict(found), indent=None))


@router.get("/v1/aspects", response_model=None, responses={200: {"model": Aspects}, **_PROBLEMS})
async def list_aspects(request: Request, service: ServiceOf) -> Response:
    """List the points of comparison."""
    aspects = await service.work(request, lambda survey, _: survey.aspects())
    value = {"aspects": [{"slug": slug, "name": name} for slug, name in aspects.items()]}
    return json_response(request, to_json(value, indent=None))
