"""What is known about whom, as a heat map."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.covering import coverage, ordered
from mlsurvey.api.pages.parameters import MOST_SUBJECTS, CoverageParameters
from mlsurvey.api.pages.routing import PageRouter
from mlsurvey.api.pages.showing import show
from mlsurvey.api.service import Service, ServiceOf
from mlsurvey.calling import Cancelled
from mlsurvey.page.heat import LEVELS, heat_view
from mlsurvey.survey import Survey

router = PageRouter()


@router.get("/coverage")
async def show_coverage(
    request: Request, parameters: Annotated[CoverageParameters, Query()], service: ServiceOf
) -> Response:
    """Show how much is known about each subject, by point of comparison."""

    def work(survey: Survey, cancelled: Cancelled) -> dict[str, Any]:
        return _counted(survey, service, parameters, cancelled)

    values = await service.work(request, work)
    return show(
        request, service, "coverage.html", wanted=parameters, size=MOST_SUBJECTS, levels=LEVELS, **values
    )  # fmt: skip


def _counted(survey: Survey, service: Service, wanted: CoverageParameters, cancelled: Cancelled) -> dict[str, Any]:
    _, found = coverage(service, wanted, cancelled)
    return {"view": heat_view(ordered(found, wanted.order), wanted.offset, MOST_SUBJECTS), **choices(survey)}


def choices(survey: Survey) -> dict[str, list[str]]:
    """Return the languages and the classes that libraries can be chosen by."""
    entities = survey.entities()
    return {
        "languages": sorted({entity.language for entity in entities if entity.language}),
        "classes": sorted({category for entity in entities for category in entity.category}),
    }
