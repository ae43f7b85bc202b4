"""Libraries, and the questions asked in this browser."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.pages.routing import PageRouter
from mlsurvey.api.pages.showing import show
from mlsurvey.api.service import ServiceOf
from mlsurvey.survey import Survey
from mlsurvey.types import Entity

router = PageRouter()


@router.get("/libraries")
async def list_libraries(request: Request, service: ServiceOf) -> Response:
    """List the libraries that the index knows, by language."""
    values = await service.work(request, lambda survey, _: _libraries(survey))
    return show(request, service, "libraries.html", **values)


@router.get("/history")
async def history(request: Request, service: ServiceOf) -> Response:
    """Show the questions asked; the browser keeps them, so this page is the same for everybody."""
    return show(request, service, "history.html")


def _libraries(survey: Survey) -> dict[str, Any]:
    def language(entity: Entity) -> str:
        return entity.language or ""

    entities = sorted(survey.entities(), key=lambda one: (not one.language, language(one), one.name.casefold()))
    groups = [(slug, tuple(members)) for slug, members in groupby(entities, key=language)]
    return {"groups": groups, "total": len(entities)}
