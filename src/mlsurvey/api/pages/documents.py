"""Documents: the list, and the text with a marked quote."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.pages.parameters import MOST_ROWS, ListParameters, TextParameters
from mlsurvey.api.pages.routing import PageRouter
from mlsurvey.api.pages.showing import show
from mlsurvey.api.service import Service, ServiceOf
from mlsurvey.errors import NoIndexError
from mlsurvey.page.texts import text_view
from mlsurvey.rendering.layout import names_of
from mlsurvey.survey import Survey
from mlsurvey.types import Document, Span

router = PageRouter()


@router.get("/documents")
async def list_documents(
    request: Request, parameters: Annotated[ListParameters, Query()], service: ServiceOf
) -> Response:
    """List the documents, and show how far corpus and index agree."""
    values = await service.work(request, lambda survey, _: _listed(survey, service, parameters))
    return show(request, service, "documents.html", wanted=parameters, size=MOST_ROWS, **values)


@router.get("/documents/{path:path}")
async def show_document(
    request: Request,
    path: Annotated[str, Path(max_length=1000)],
    parameters: Annotated[TextParameters, Query()],
    service: ServiceOf,
) -> Response:
    """Show a document as indexed, with the span of the address marked."""

    def work(survey: Survey) -> dict[str, Any]:
        document = survey.document(path)
        names = names_of(survey.entities(), {})
        return {
            "document": document,
            "subject": names.entity(document.subject) if document.subject else "",
            "is_stale": survey.is_stale(document),
            **_text(document, parameters),
        }

    values = await service.work(request, lambda survey, _: work(survey))
    return show(request, service, "document.html", **values)


def _text(document: Document, wanted: TextParameters) -> dict[str, Any]:
    start, end = wanted.start, wanted.end
    is_span = start is not None and end is not None and start < end <= len(document.text)
    mark = Span(start, end) if is_span and start is not None and end is not None else None
    view = text_view(document.text, mark, wanted.begin)
    marked = [line.number for line in view.lines if any(is_marked for _, is_marked in line.pieces)]
    return {"view": view, "is_lost": start is not None and mark is None, "marked": marked}


def _listed(survey: Survey, service: Service, wanted: ListParameters) -> dict[str, Any]:
    overview, jobs = survey.status(), service.jobs.running()
    shared = {"overview": overview, "running": jobs}
    try:
        listed, entities = survey.documents(wanted.filters()), survey.entities()
    except NoIndexError:
        return {**shared, "rows": (), "total": 0, "languages": (), "names": names_of((), {})}
    words = wanted.q.casefold().split()
    rows = [row for row in listed.documents if all(w in f"{row.path} {row.title}".casefold() for w in words)]
    return {
        **shared,
        "rows": rows[wanted.offset : wanted.offset + MOST_ROWS],
        "total": len(rows),
        "languages": sorted({entity.language for entity in entities if entity.language}),
        "names": names_of(entities, {}),
    }
