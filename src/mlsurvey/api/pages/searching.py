"""Search passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.pages.parameters import MOST_SHOWN, SearchParameters
from mlsurvey.api.pages.routing import PageRouter
from mlsurvey.api.pages.showing import show
from mlsurvey.api.service import ServiceOf
from mlsurvey.errors import NotFoundError
from mlsurvey.page.hits import MODES, hit_views
from mlsurvey.rendering.layout import names_of
from mlsurvey.survey import Survey

router = PageRouter()


@router.get("/search")
async def search(request: Request, parameters: Annotated[SearchParameters, Query()], service: ServiceOf) -> Response:
    """Show the passages for the words of the address; without words, a place to type them."""
    values = await service.work(request, lambda survey, _: _found(survey, parameters))
    return show(request, service, "search.html", wanted=parameters, size=MOST_SHOWN, modes=MODES, **values)


def _found(survey: Survey, wanted: SearchParameters) -> dict[str, Any]:
    entities = survey.entities()
    shared = {"languages": sorted({entity.language for entity in entities if entity.language})}
    if wanted.q is None:
        return {**shared, "hits": (), "note": ""}
    found = survey.search(
        wanted.q,
        limit=MOST_SHOWN,
        offset=wanted.offset,
        filters=wanted.filters(),
        mode=wanted.mode,
        explain=MOST_SHOWN if wanted.why else 0,
    )
    texts = dict(_texts(survey, {hit.passage.path for hit in found.hits}))
    names = names_of(entities, {})
    views = hit_views(found.hits, found.explanations, found.stale, texts, names, wanted.offset)
    return {**shared, "hits": views, "note": found.note}


def _texts(survey: Survey, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        try:
            yield path, survey.document(path).text
        except NotFoundError:  # a refresh has removed it since the search
            continue
