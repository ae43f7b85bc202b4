"""Add documents to the corpus folder."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.pages.routing import PageRouter
from mlsurvey.api.pages.showing import show
from mlsurvey.api.problems import RefusalError
from mlsurvey.api.service import ServiceOf
from mlsurvey.errors import StorageError, UnreadableError
from mlsurvey.page import added
from mlsurvey.page.added import Added, added_view
from mlsurvey.reading.scan import MAX_BYTES
from mlsurvey.survey import Condition, ConditionError, Survey
from mlsurvey.wire.fields import LONGEST_NAME

router = PageRouter()

Folder = Annotated[str, Form(max_length=LONGEST_NAME)]


@router.get("/upload")
async def choose_files(request: Request, service: ServiceOf) -> Response:
    """Ask for files."""
    return _page(request, service)


@router.post("/upload")
async def upload(
    request: Request,
    service: ServiceOf,
    files: Annotated[list[UploadFile], File()],
    into: Folder = "",
    replace: Annotated[bool, Form()] = False,
) -> Response:
    """Store files, each on its own, and tell what became of each."""
    chosen = [file for file in files if file.filename]
    if len(chosen) > service.settings.max_files:
        raise RefusalError(
            "too-large", f"{len(chosen)} files are too many at once: at most {service.settings.max_files}"
        )
    contents = [(added.placed(into, file.filename or ""), await file.read()) for file in chosen]
    told = await service.work(request, lambda survey, _: _stored(survey, contents, replace=replace))
    return _page(request, service, told, into=into, replace=replace)


def _page(
    request: Request, service: ServiceOf, told: tuple[Added, ...] = (), *, into: str = "", replace: bool = False
) -> Response:
    is_lost = request.method == "POST" and not any(one.is_stored for one in told)
    return show(
        request,
        service,
        "upload.html",
        status=422 if is_lost else 200,
        view=added_view(told),
        is_sent=request.method == "POST",
        into=into,
        replace=replace,
        largest=MAX_BYTES,
        most=service.settings.max_body,
    )


def _stored(survey: Survey, contents: list[tuple[str, bytes]], *, replace: bool) -> tuple[Added, ...]:
    names = [name for name, _ in contents]
    return tuple(
        added.refused(name, "chosen twice; only the first file of this name was taken")
        if name in names[:place]
        else _store(survey, name, data, replace=replace)
        for place, (name, data) in enumerate(contents)
    )


def _store(survey: Survey, name: str, data: bytes, *, replace: bool) -> Added:
    try:
        (one,) = survey.store({name: data}, Condition(absent=not replace))
    except ConditionError:
        return added.refused(name, "exists already; to overwrite it, tick “Replace documents of the same name”")
    except (UnreadableError, StorageError) as error:
        return added.refused(name, str(error))
    return added.stored(one.path, created=one.created, changed=one.changed)
