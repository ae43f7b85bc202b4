"""Releases and upkeep of the libraries over time."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.pages.covering import choices
from mlsurvey.api.pages.parameters import MOST_SUBJECTS, TimelineParameters
from mlsurvey.api.pages.routing import PageRouter
from mlsurvey.api.pages.showing import show
from mlsurvey.api.service import Service, ServiceOf
from mlsurvey.calling import Cancelled
from mlsurvey.page.timeline import timeline_view
from mlsurvey.survey import Survey
from mlsurvey.timeline import Timeline

router = PageRouter()


@router.get("/timeline")
async def show_timeline(
    request: Request, parameters: Annotated[TimelineParameters, Query()], service: ServiceOf
) -> Response:
    """Show when the libraries were released, and how well they are kept up."""

    def work(survey: Survey, cancelled: Cancelled) -> dict[str, Any]:
        found = _read(service, parameters, cancelled)
        view = timeline_view(found, parameters.order, parameters.offset, MOST_SUBJECTS)
        return {"view": view, **choices(survey)}

    values = await service.work(request, work)
    return show(request, service, "timeline.html", wanted=parameters, size=MOST_SUBJECTS, **values)


def _read(service: Service, wanted: TimelineParameters, cancelled: Cancelled) -> Timeline:
    """Read what the documents state, once per generation."""

    def compute() -> tuple[str, Timeline]:
        generation, found = service.survey.timeline(
            filters=wanted.filters(), classes=wanted.category, cancelled=cancelled
        )
        return generation.id, found

    key = wanted.model_dump_json(exclude={"order", "offset"})
    return service.remembered("timeline", key, compute)[1]
