"""Documents between HTTP and the corpus folder: tags, conditions, contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from fastapi import UploadFile
from starlette.requests import Request

from mlsurvey.api.problems import RefusalError
from mlsurvey.api.routing import check_encoding
from mlsurvey.errors import IndexingError, NotFoundError, UnreadableError
from mlsurvey.state import DocumentRow
from mlsurvey.survey import Condition, Survey
from mlsurvey.types import Document
from mlsurvey.wire.documents import DocumentState, Stored
from mlsurvey.wire.requests import TextParameters

MEDIA_TYPES = ("text/markdown", "text/plain", "text/x-rst", "application/octet-stream")
MOST_TEXT = 200_000
"""Maximum characters of a text sent at once."""
REFRESH = "/v1/index/refresh"


def route(path: str) -> str:
    """Return the route of a document."""
    return f"/v1/documents/{quote(path)}"


def tag(sha256: str | None, *more: str | None) -> str:
    """Return the tag of a document: the digest of its file, and the other values that the response depends on."""
    return '"' + ".".join(part or "none" for part in (sha256, *more)) + '"'


def condition(request: Request) -> Condition:
    """Return the condition of a change, from ``If-Match`` and ``If-None-Match``.

    Raises:
        RefusalError: ``If-None-Match`` has tags, which make no sense for a change.
    """
    none_match = request.headers.get("if-none-match")
    if none_match is not None and none_match.strip() != "*":
        raise RefusalError("invalid", "If-None-Match must be * here: store the document only if it does not exist")
    tags = request.headers.get("if-match", "").split(",")
    digests = (one.strip().removeprefix("W/").strip('"').partition(".")[0] for one in tags)
    return Condition(tuple(filter(None, digests)), absent=none_match is not None)


def check_media_type(request: Request) -> None:
    """Reject a body that is compressed, or whose declared type is not that of a document."""
    kind = request.headers.get("content-type", MEDIA_TYPES[-1]).partition(";")[0].strip().casefold()
    if kind not in MEDIA_TYPES:
        raise RefusalError(
            "media-type", f"Content-Type {kind[:60]!r} is not accepted; use one of {', '.join(MEDIA_TYPES)}"
        )
    check_encoding(request)


async def contents(files: list[UploadFile], most: int) -> dict[str, bytes]:
    """Return the bytes of uploaded files by name.

    Raises:
        RefusalError: there are too many files, or a name is missing or repeated.
    """
    if len(files) > most:
        raise RefusalError("too-large", f"{len(files)} files are too many for one request: at most {most}")
    found: dict[str, bytes] = {}
    for file in files:
        name = file.filename or ""
        if not name or name in found:
            raise RefusalError("unreadable", f"a file name is missing or repeated: {name[:120]!r}")
        found[name] = await file.read()
    return found


def store(survey: Survey, files: Mapping[str, bytes], wanted: Condition) -> list[Stored]:
    """Write documents; raises like :func:`mlsurvey.documents.uploading.store`."""
    stored = survey.store(files, wanted)
    known = survey.rows([one.path for one in stored])
    return [
        Stored(**asdict(one), indexed=one.path in known and known[one.path].sha256 == one.sha256, refresh=REFRESH)
        for one in stored
    ]


def state(survey: Survey, path: str) -> DocumentState:
    """Return a document's state in the index and on disk.

    Raises:
        NotFoundError: it is in neither.
    """
    path = survey.path_of(path)
    row = survey.rows([path]).get(path)
    found = _digest(survey, path, row)
    if row is None and found is None:
        survey.document(path)  # raises, suggesting similar names
        raise NotFoundError(f"no document {path!r}")
    index = _generation(survey)
    return DocumentState(
        path=path, file_sha256=found, indexed=row, stale=(row.sha256 if row else None) != found, index=index
    )


def text_value(document: Document, wanted: TextParameters) -> dict[str, Any]:
    """Return the requested part of the text, as :class:`mlsurvey.wire.documents.DocumentText`.

    Raises:
        RefusalError: the document has no such part, or the mark lies outside it.
    """
    length = len(document.text)
    end = length if wanted.end is None else wanted.end
    if not wanted.start <= end <= length:
        raise RefusalError("not-found", f"{document.path} has no characters {wanted.start}..{end}: it ends at {length}")
    end = min(end, wanted.start + MOST_TEXT)
    return {
        "path": document.path,
        "sha256": document.sha256,
        "start": wanted.start,
        "end": end,
        "length": length,
        "text": document.text[wanted.start : end],
        "mark": _mark(document, wanted, end),
    }


def _mark(document: Document, wanted: TextParameters, end: int) -> dict[str, Any] | None:
    if wanted.mark_start is None and wanted.mark_end is None:
        return None
    start = wanted.start if wanted.mark_start is None else wanted.mark_start
    stop = end if wanted.mark_end is None else wanted.mark_end
    if not wanted.start <= start <= stop <= end:
        raise RefusalError(
            "not-found", f"the mark {start}..{stop} is not a span within the returned part {wanted.start}..{end}"
        )
    text = document.text
    return {
        "before": text[wanted.start : start],
        "text": text[start:stop],
        "after": text[stop:end],
        "line_start": text.count("\n", 0, start) + 1,
        "line_end": text.count("\n", 0, max(start, stop - 1)) + 1,
    }


def _digest(survey: Survey, path: str, row: DocumentRow | None) -> str | None:
    try:
        return survey.digest(path)
    except UnreadableError:  # a name that uploads reject but that the index may contain
        return row.sha256 if row and not survey.is_stale(survey.document(path)) else None


def _generation(survey: Survey) -> str | None:
    try:
        return survey.generation().id
    except IndexingError:
        return None
