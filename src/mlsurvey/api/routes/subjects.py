"""The subjects found in the documents: list and correct them."""

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
from mlsurvey.survey import Edit, Survey
from mlsurvey.wire.fields import LONGEST_NAME
from mlsurvey.wire.subjects import Corrected, SubjectCorrection, Subjects

router = APIRouter(tags=["subjects"], route_class=Route)

Slug = Annotated[str, Path(max_length=LONGEST_NAME, examples=["tumbleweed"])]
_CHANGE = ("forbidden", "read-only", "origin", "not-found", "invalid", "overloaded", "index", "storage")
_REFRESH = "/v1/index/refresh"


@router.get(
    "/v1/subjects",
    response_model=None,
    responses={200: {"model": Subjects}, **documented("overloaded", "index", "storage", "invalid")},
)
async def list_subjects(request: Request, service: ServiceOf) -> Response:
    """List what the documents are about: how it was found, how sure that is, and where."""

    def work(survey: Survey) -> dict[str, Any]:
        generation, found = survey.subjects()
        return {
            "index": generation.id,
            "subjects": [asdict(subject) for subject in found.subjects],
            "aspects": [{"slug": aspect.slug, "name": aspect.name} for aspect in found.aspects],
            "classes": [{"slug": category.slug, "name": category.name} for category in found.categories],
            "corrections": [asdict(edit) for edit in survey.corrections()],
        }

    return json_response(request, to_json(await service.work(request, lambda survey, _: work(survey)), indent=None))


@router.put("/v1/subjects/{slug}", responses=documented("malformed", "media-type", *_CHANGE))
async def put_subject(request: Request, slug: Slug, body: SubjectCorrection, service: ServiceOf) -> Corrected:
    """Correct a subject, or add one: rename it, merge others into it, or hide it.

    The corrections are written to `subjects.toml` in the corpus folder, and hold from the next refresh on.
    """
    edit = Edit(slug, body.name, tuple(body.aliases), tuple(body.category), tuple(body.merged), body.hidden)
    named = await service.work(request, lambda survey, _: survey.correct_subject(edit))
    return Corrected(slug=named, refresh=_REFRESH)


@router.delete("/v1/subjects/{slug}", status_code=204, responses=documented(*_CHANGE))
async def delete_subject(request: Request, slug: Slug, service: ServiceOf) -> None:
    """Forget all corrections of a subject; the next refresh takes it as it was found."""
    if not await service.work(request, lambda survey, _: survey.restore_subject(slug)):
        raise RefusalError("not-found", f"no corrections of {slug!r}")
