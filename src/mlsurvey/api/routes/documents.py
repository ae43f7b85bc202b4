"""List and read documents, and change the corpus folder."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Path, Query, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api import uploads
from mlsurvey.api.caching import etag
from mlsurvey.api.problems import NOT_MODIFIED, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf, json_response
from mlsurvey.rendering.json import to_json
from mlsurvey.survey import Condition, Survey
from mlsurvey.wire.documents import Documents, DocumentState, DocumentText, Stored, StoredBatch
from mlsurvey.wire.requests import DocumentParameters, TextParameters

router = APIRouter(tags=["documents"], route_class=Route)

Name = Annotated[
    str, Path(max_length=1000, description="Path relative to the corpus folder.", examples=["libraries/rust/burn.md"])
]
_READING = documented("not-found", "invalid", "overloaded", "index", "storage")
_CHANGE = ("forbidden", "read-only", "origin", "not-found", "precondition", "unreadable", "overloaded", "storage")
_WRITING = documented("malformed", "too-large", "media-type", *_CHANGE)
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the file.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in uploads.MEDIA_TYPES},
    }
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "ETag of the expected version.",
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "schema": {"type": "string", "enum": ["*"]},
    "description": "Only if the document does not exist.",
}


@router.get("/v1/documents", response_model=None, responses={200: {"model": Documents}, **NOT_MODIFIED, **_READING})
async def list_documents(
    request: Request, parameters: Annotated[DocumentParameters, Query()], service: ServiceOf
) -> Response:
    """List the documents in the index, by path; with filters, those with a matching passage."""

    def work(survey: Survey) -> tuple[str, dict[str, Any]]:
        listed = survey.documents(parameters.filters())
        page = listed.documents[parameters.offset : parameters.offset + parameters.limit]
        rows = [asdict(row) for row in page]
        generation = listed.generation.id
        return generation, {
            "index": generation,
            "total": len(listed.documents),
            "offset": parameters.offset,
            "documents": rows,
        }

    generation, value = await service.work(request, lambda survey, _: work(survey))
    return json_response(request, to_json(value, indent=None), etag("documents", generation, parameters))


@router.get(
    "/v1/documents/{path:path}/text",
    response_model=None,
    responses={200: {"model": DocumentText}, **NOT_MODIFIED, **_READING},
)
async def get_text(
    request: Request, path: Name, parameters: Annotated[TextParameters, Query()], service: ServiceOf
) -> Response:
    """Get the text of a document, or a part of it, as indexed, optionally with a marked span.

    At most 200,000 characters are sent at once; continue at `end`.
    """
    document = await service.work(request, lambda survey, _: survey.document(path))
    value = uploads.text_value(document, parameters)
    return json_response(request, to_json(value, indent=None), etag("text", document.sha256, path, parameters))


@router.get(
    "/v1/documents/{path:path}",
    response_model=None,
    responses={200: {"model": DocumentState}, **NOT_MODIFIED, **_READING},
)
async def get_document(request: Request, path: Name, service: ServiceOf) -> Response:
    """Get a document's state in the index and on disk. Its `ETag` can serve as the condition for a change."""
    state = await service.work(request, lambda survey, _: uploads.state(survey, path))
    tag = uploads.tag(state.file_sha256, state.index, state.indexed.sha256 if state.indexed else None)
    return json_response(request, to_json(state.model_dump(), indent=None), tag)


@router.api_route("/v1/documents/{path:path}/text", methods=["PUT", "DELETE"], include_in_schema=False)
async def refuse_text(path: str) -> None:
    """Refuse to change a text on its own; no document can have such a name."""
    raise HTTPException(405)


@router.put(
    "/v1/documents/{path:path}",
    responses={200: {"description": "Replaced, or unchanged"}, 201: {"model": Stored}, **_WRITING},
    openapi_extra={**_BODY, "parameters": [_IF_MATCH, _IF_NONE_MATCH]},
)
async def put_document(request: Request, response: Response, path: Name, service: ServiceOf) -> Stored:
    """Store a document: Markdown, reStructuredText or plain text, according to its file extension.

    It is on disk when the response is sent, and in the index after the next refresh. `If-Match` with the `ETag` last
    read prevents overwriting someone else's change; `If-None-Match: *` prevents overwriting anything.
    """
    uploads.check_media_type(request)
    condition = uploads.condition(request)
    data = await request.body()
    (stored,) = await service.work(request, lambda survey, _: uploads.store(survey, {path: data}, condition))
    response.status_code = 201 if stored.created else 200
    response.headers["ETag"] = uploads.tag(stored.sha256)
    response.headers["Location"] = uploads.route(path)
    return stored


@router.delete(
    "/v1/documents/{path:path}", status_code=204, responses=_WRITING, openapi_extra={"parameters": [_IF_MATCH]}
)
async def delete_document(request: Request, path: Name, service: ServiceOf) -> None:
    """Delete a document from the corpus folder; the next refresh removes it from the index."""
    condition = uploads.condition(request)
    await service.work(request, lambda survey, _: survey.discard(path, condition))


@router.post("/v1/documents:batch", responses=_WRITING)
async def put_documents(
    request: Request,
    service: ServiceOf,
    files: Annotated[
        list[UploadFile], File(min_length=1, description="Each file name is a path relative to the corpus folder.")
    ],
    replace: Annotated[bool, Form(description="Overwrite existing documents.")] = False,
) -> StoredBatch:
    """Store several documents. All are checked before the first is written; each is written atomically."""
    contents = await uploads.contents(files, service.settings.max_files)
    stored = await service.work(
        request, lambda survey, _: uploads.store(survey, contents, Condition(absent=not replace))
    )
    return StoredBatch(documents=stored)
