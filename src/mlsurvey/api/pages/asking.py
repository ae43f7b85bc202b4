"""The first page, answers, comparisons, and answers as files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mlsurvey import __version__
from mlsurvey.api import answering
from mlsurvey.api.answering import Answered
from mlsurvey.api.negotiation import HTML, JSON, is_acceptable, preferred
from mlsurvey.api.pages.parameters import AskParameters, CompareParameters, ExportParameters
from mlsurvey.api.pages.routing import PageRouter
from mlsurvey.api.pages.showing import quotes_wait, show
from mlsurvey.api.problems import RefusalError
from mlsurvey.api.service import Service, ServiceOf
from mlsurvey.calling import Cancelled
from mlsurvey.errors import NoIndexError
from mlsurvey.page import links
from mlsurvey.page.answers import Later, answer_view
from mlsurvey.page.links import STATEMENTS, Asked
from mlsurvey.rendering.examples import examples
from mlsurvey.rendering.formats import FORMATS, file_name
from mlsurvey.rendering.layout import names_of
from mlsurvey.survey import Survey, understanding
from mlsurvey.types import Entity

router = PageRouter()

FOR_PROGRAMS = {
    "service": "mlsurvey",
    "version": __version__,
    "documentation": "/docs",
    "description": "/openapi.json",
}
"""What a program gets that asks for ``/`` as JSON."""
SIZES = (1, 2, 3, 5, 10, 20)
"""Choices for the number of statements per library and aspect."""


_HOME: dict[int | str, dict[str, Any]] = {200: {"content": {HTML: {}, JSON: {}}}}
_SAVED: dict[int | str, dict[str, Any]] = {200: {"content": {form.media_type: {} for form in FORMATS}}}


@router.get("/", responses=_HOME)
async def home(request: Request, parameters: Annotated[AskParameters, Query()], service: ServiceOf) -> Response:
    """Show the answer to the question of the address; without one, a place to ask."""
    if preferred(",".join(request.headers.getlist("accept")), (HTML, JSON)) == JSON:
        return JSONResponse(FOR_PROGRAMS, headers={"Vary": "Accept"})
    if parameters.q is None:
        values = await service.work(request, lambda survey, _: _welcome(survey))
        return show(request, service, "welcome.html", form=_form(parameters.asked(), values["entities"]), **values)
    asked = parameters.asked()
    later = _later(service, parameters.summary, links.answer(asked))

    def work(survey: Survey, cancelled: Cancelled) -> dict[str, Any]:
        found = answering.ask(service, parameters.question(), cancelled, with_writer=later is None)
        return _answer(survey, found, later) | {"understood": _understood(survey, asked), "entities": survey.entities()}

    values = await service.work(request, work)
    form = _form(asked, values.pop("entities"))
    return show(request, service, "answer.html", asked=asked, form=form, formats=FORMATS, **values)


@router.get("/compare")
async def compare(request: Request, parameters: Annotated[CompareParameters, Query()], service: ServiceOf) -> Response:
    """Show the comparison of the libraries of the address."""
    try:
        wanted = parameters.comparison()
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False, include_input=False)) from error

    later = _later(service, parameters.summary, links.comparison(parameters.entity, parameters.aspect))

    def work(survey: Survey, cancelled: Cancelled) -> dict[str, Any]:
        found = answering.compare(service, wanted, cancelled, with_writer=later is None)
        return _answer(survey, found, later) | {"question": found.answer.question, "entities": survey.entities()}

    values = await service.work(request, work)
    asked = Asked(values.pop("question"))
    form = _form(asked, values.pop("entities"))
    return show(request, service, "answer.html", asked=asked, form=form, formats=FORMATS, understood=(), **values)


@router.get("/export", responses=_SAVED)
async def export(request: Request, parameters: Annotated[ExportParameters, Query()], service: ServiceOf) -> Response:
    """Send the answer to the question of the address as a file."""
    form = next((one for one in FORMATS if one.name.casefold() == parameters.format.casefold()), None)
    if form is None or parameters.q is None:
        known = ", ".join(one.name.casefold() for one in FORMATS)
        raise RefusalError("invalid", f"an export needs a question in q, and in format one of: {known}")

    if not is_acceptable(request.headers.get("accept", ""), (form.media_type,)):
        raise RefusalError("not-acceptable", f"the export is sent as {form.media_type}, which Accept does not admit")

    def work(survey: Survey, cancelled: Cancelled) -> str:
        found = answering.ask(service, parameters.question(), cancelled)
        names = names_of(survey.entities(), survey.aspects())
        return form.write(found.answer, names, found.stale)

    text = await service.work(request, work)
    name = file_name(parameters.q, form.suffix)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(text.encode("utf-8", "replace"), headers=headers, media_type=f"{form.media_type}; charset=utf-8")


def _welcome(survey: Survey) -> dict[str, Any]:
    try:
        generation, entities = survey.generation(), survey.entities()
    except NoIndexError:
        return {"generation": None, "entities": (), "examples": ()}
    return {"generation": generation, "entities": entities, "examples": examples(entities)}


def _later(service: Service, summary: str | None, address: str) -> Later | None:
    """Return the summary that a page asks for once it is shown; None if there is none, or the page waits for it."""
    settings = service.survey.settings
    if summary or settings.writer == "none" or quotes_wait(settings):
        return None
    return Later(links.with_summary(address), settings.writer_model, int(settings.writer_seconds))


def _answer(survey: Survey, found: Answered, later: Later | None) -> dict[str, Any]:
    names = names_of(survey.entities(), survey.aspects())
    return {
        "view": answer_view(found.answer, names, found.stale),
        "later": later if found.answer.citations else None,
    }


def _understood(survey: Survey, asked: Asked) -> list[tuple[str, ...]]:
    names = {entity.slug: entity.name for entity in survey.entities()}
    understood = survey.understand(asked.question, after=asked.after)
    return [row for row in understanding.rows(understood, asked.filters, names) if row[1]]


def _form(asked: Asked, entities: tuple[Entity, ...]) -> dict[str, Any]:
    """Return what the form for questions shows: choices, and what is chosen."""
    languages = sorted({entity.language for entity in entities if entity.language})
    return {
        "question": asked.question,
        "filters": asked.filters,
        "is_filtered": bool(asked.filters) or asked.max_statements != STATEMENTS,
        "languages": languages,
        "size": asked.max_statements,
        "sizes": SIZES,
    }
