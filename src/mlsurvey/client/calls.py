"""Every route as a call: the request and how to read its reply. Nothing here sends anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, Literal, TypedDict, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter, ValidationError

from mlsurvey.errors import UsageError
from mlsurvey.types import Answer, Entity
from mlsurvey.wire import answers, documents, requests, service
from mlsurvey.wire import subjects as wired
from mlsurvey.wire.coverage import Coverage, CoverageParameters
from mlsurvey.wire.requests import FilterRequest, Mode

URL = "http://127.0.0.1:8642"
"""Where ``mlsurvey serve`` listens by default."""
TIMEOUT = 75.0
"""Seconds to wait for a response: longer than the service's own limit, so that its error arrives."""

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, and how to read its reply."""

    method: str
    path: str
    reply: Callable[[bytes], T]
    json: Any = None
    content: bytes | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[tuple[str, tuple[str, bytes]]] = ()
    reads: bool = True
    """The request changes nothing, so it can always be retried."""

    def arguments(self) -> dict[str, Any]:
        """Return the arguments for an HTTP client."""
        given = {"json": self.json, "content": self.content, "params": self.params or None}
        return given | {"headers": dict(self.headers), "files": list(self.files) or None}


class AskOptions(TypedDict, total=False):
    """How to answer a question."""

    filters: FilterRequest
    max_statements: int
    after: Sequence[str]
    """The previous questions, oldest first."""


class CompareOptions(TypedDict, total=False):
    """How to compare."""

    filters: FilterRequest
    max_statements: int
    question: str


class SearchOptions(TypedDict, total=False):
    """How to search."""

    limit: int
    offset: int
    mode: Mode
    min_score: float
    explain: bool
    filters: FilterRequest


class CoverageOptions(TypedDict, total=False):
    """What to count, and which rows to get."""

    category: Sequence[str]
    aspects: Sequence[str]
    every: bool
    order: Literal["known", "name"]
    limit: int
    offset: int
    filters: FilterRequest


class TextOptions(TypedDict, total=False):
    """Which part of a text."""

    start: int
    end: int
    mark_start: int
    mark_end: int


class RefreshOptions(TypedDict, total=False):
    """How to refresh."""

    dry_run: bool
    rebuild: bool
    thorough: bool


# Asking


def search(query: str, options: SearchOptions) -> Call[answers.Hits]:
    """``POST /v1/search``."""
    return _post("/v1/search", answers.Hits, _made(requests.SearchRequest, query=query, **options))


def ask(question: str, options: AskOptions) -> Call[Answer]:
    """``POST /v1/ask``."""
    return _post("/v1/ask", Answer, _asked(question, options))


def stream(question: str, options: AskOptions) -> Call[bytes]:
    """``POST /v1/ask`` as a stream."""
    wanted = _asked(question, options, stream=True)
    return Call("POST", "/v1/ask", bytes, json=_plain(wanted))


def _asked(question: str, options: AskOptions, *, stream: bool = False) -> requests.AskRequest:
    given = {**options, "after": list(options.get("after", ()))}
    return _made(requests.AskRequest, question=question, stream=stream, **given)


def compare(entities: Sequence[str], aspects: Sequence[str], options: CompareOptions) -> Call[answers.Comparison]:
    """``POST /v1/compare``."""
    wanted = _made(requests.CompareRequest, entities=list(entities), aspects=list(aspects), **options)
    return _post("/v1/compare", answers.Comparison, wanted)


def coverage(options: CoverageOptions) -> Call[Coverage]:
    """``GET /v1/coverage``."""
    given: dict[str, Any] = {**options}
    restricted = filters.model_dump() if (filters := given.pop("filters", None)) else {}
    given |= {"category": list(given.get("category", ())), "aspect": list(given.pop("aspects", ()))}
    return _get("/v1/coverage", Coverage, _plain(_made(CoverageParameters, **given, **restricted)))


# Vocabulary


def entities() -> Call[documents.Entities]:
    """``GET /v1/entities``."""
    return _get("/v1/entities", documents.Entities)


def entity(slug: str) -> Call[Entity]:
    """``GET /v1/entities/{slug}``."""
    return _get(f"/v1/entities/{quote(slug, safe='')}", Entity)


def subjects() -> Call[wired.Subjects]:
    """``GET /v1/subjects``."""
    return _get("/v1/subjects", wired.Subjects)


def correct(slug: str, correction: wired.SubjectCorrection) -> Call[wired.Corrected]:
    """``PUT /v1/subjects/{slug}``."""
    value = correction.model_dump(mode="json")
    return Call("PUT", f"/v1/subjects/{quote(slug, safe='')}", reader(wired.Corrected), json=value, reads=False)


def restore(slug: str) -> Call[None]:
    """``DELETE /v1/subjects/{slug}``."""
    return Call("DELETE", f"/v1/subjects/{quote(slug, safe='')}", lambda _: None, reads=False)


def aspects() -> Call[documents.Aspects]:
    """``GET /v1/aspects``."""
    return _get("/v1/aspects", documents.Aspects)


# Documents


def list_documents(limit: int, offset: int, filters: FilterRequest | None) -> Call[documents.Documents]:
    """``GET /v1/documents``."""
    restricted = filters.model_dump() if filters else {}
    wanted = _made(requests.DocumentParameters, limit=limit, offset=offset, **restricted)
    return _get("/v1/documents", documents.Documents, _plain(wanted))


def document(path: str) -> Call[documents.DocumentState]:
    """``GET /v1/documents/{path}``."""
    return _get(_document(path), documents.DocumentState)


def text(path: str, options: TextOptions) -> Call[documents.DocumentText]:
    """``GET /v1/documents/{path}/text``."""
    return _get(f"{_document(path)}/text", documents.DocumentText, _plain(_made(requests.TextParameters, **options)))


def store(path: str, data: bytes, if_sha256: str | None, *, if_absent: bool) -> Call[documents.Stored]:
    """``PUT /v1/documents/{path}``."""
    headers = {"Content-Type": "application/octet-stream"} | _condition(if_sha256, if_absent=if_absent)
    return Call("PUT", _document(path), reader(documents.Stored), content=data, headers=headers, reads=False)


def delete(path: str, if_sha256: str | None) -> Call[None]:
    """``DELETE /v1/documents/{path}``."""
    headers = _condition(if_sha256, if_absent=False)
    return Call("DELETE", _document(path), lambda _: None, headers=headers, reads=False)


def store_all(files: Mapping[str, bytes], *, replace: bool) -> Call[documents.StoredBatch]:
    """``POST /v1/documents:batch``."""
    parts = [("files", (name, data)) for name, data in files.items()]
    parts.append(("replace", ("", b"true" if replace else b"false")))
    return Call("POST", "/v1/documents:batch", reader(documents.StoredBatch), files=parts, reads=False)


# Index and jobs


def index() -> Call[service.Index]:
    """``GET /v1/index``."""
    return _get("/v1/index", service.Index)


def refresh(options: RefreshOptions) -> Call[service.Job]:
    """``POST /v1/index/refresh``."""
    return _post("/v1/index/refresh", service.Job, _made(requests.RefreshRequest, **options), reads=False)


def evaluate(questions: str) -> Call[service.Job]:
    """``POST /v1/eval``."""
    return _post("/v1/eval", service.Job, _made(requests.EvaluationRequest, questions=questions), reads=False)


def jobs() -> Call[service.Jobs]:
    """``GET /v1/jobs``."""
    return _get("/v1/jobs", service.Jobs)


def job(name: str) -> Call[service.Job]:
    """``GET /v1/jobs/{name}``."""
    return _get(_job(name), service.Job)


def follow(name: str) -> Call[bytes]:
    """``GET /v1/jobs/{name}/events``."""
    return Call("GET", f"{_job(name)}/events", bytes)


def cancel(name: str) -> Call[service.Job]:
    """``POST /v1/jobs/{name}/cancel``."""
    return Call("POST", f"{_job(name)}/cancel", reader(service.Job), reads=False)


# The service


def health() -> Call[service.Health]:
    """``GET /v1/health``."""
    return _get("/v1/health", service.Health)


def ready() -> Call[service.Readiness]:
    """``GET /v1/ready``."""
    return _get("/v1/ready", service.Readiness)


def metrics() -> Call[str]:
    """``GET /metrics``."""
    return Call("GET", "/metrics", lambda data: data.decode("utf-8"))


def problems() -> Call[service.ProblemTypes]:
    """``GET /v1/problems``."""
    return _get("/v1/problems", service.ProblemTypes)


def problem(slug: str) -> Call[service.ProblemType]:
    """``GET /v1/problems/{slug}``."""
    return _get(f"/v1/problems/{quote(slug, safe='')}", service.ProblemType)


def reader(kind: type[T]) -> Callable[[bytes | str], T]:
    """Return a function that reads JSON; it raises ValidationError. Unknown fields are ignored."""
    known: Any = kind  # mypy doubts that a type can be hashed
    return _adapter(known).validate_json


@lru_cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _get(path: str, reply: type[T], params: Mapping[str, Any] | None = None) -> Call[T]:
    return Call("GET", path, reader(reply), params=params or {})


def _post(path: str, reply: type[T], body: BaseModel, *, reads: bool = True) -> Call[T]:
    return Call("POST", path, reader(reply), json=_plain(body), reads=reads)


def _made(model: type[M], **values: Any) -> M:
    """Build the request. Raises UsageError if it is invalid, as the service would."""
    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UsageError(f"{'.'.join(map(str, first['loc'])) or 'request'}: {first['msg']}") from error


def _plain(body: BaseModel) -> dict[str, Any]:
    """Return the values that are not defaults, so that an older service need not know the other fields."""
    return body.model_dump(mode="json", exclude_defaults=True)


def _document(path: str) -> str:
    """Return the route of a document. Raises UsageError for parts that URL normalisation would remove."""
    if {"", ".", ".."} & set(path.split("/")):
        raise UsageError(f"{path!r} is not a document path; use a path relative to the corpus folder, as listed")
    return f"/v1/documents/{quote(path)}"


def _job(name: str) -> str:
    return f"/v1/jobs/{quote(name, safe='')}"


def _condition(if_sha256: str | None, *, if_absent: bool) -> dict[str, str]:
    headers: dict[str, str] = {}
    if if_sha256 is not None:
        headers["If-Match"] = f'"{if_sha256}"'
    if if_absent:
        headers["If-None-Match"] = "*"
    return headers
