"""The application: routes, the frame around them, errors as problems, and the documentation page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as PlainRoute
from starlette.staticfiles import StaticFiles

from mlsurvey import __version__
from mlsurvey.api import pages
from mlsurvey.api.agents import add_agents
from mlsurvey.api.frame import Frame
from mlsurvey.api.pages.faults import is_page, respond_as
from mlsurvey.api.problems import RefusalError, headers_of, problem_of, problem_of_fields, problem_of_status
from mlsurvey.api.routes import ROUTERS
from mlsurvey.api.routes.documents import refuse_text
from mlsurvey.api.routing import Route
from mlsurvey.api.service import Service, request_id
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.errors import MlsurveyError
from mlsurvey.page.templating import ASSETS as PAGE_ASSETS
from mlsurvey.settings import Settings
from mlsurvey.wire.service import Problem

DESCRIPTION = """Comparative questions about machine learning libraries, answered with verbatim quotes from documents on
this machine, each with its file, lines and characters.

Errors are RFC 9457 problem details; every `type` is the URL of an explanation. Answers, searches and documents
have an `ETag`. Every response has an `X-Request-Id`, which also appears in the log.

Agents can use `POST /mcp`, which implements the Model Context Protocol."""
TAGS = {
    "search": "Find passages by keywords and by meaning.",
    "ask": "Ask questions in plain words; answers consist of quotes.",
    "chat": "The same in the format of OpenAI's chat completions. No language model answers.",
    "compare": "Compare given libraries by aspect, as a matrix.",
    "vocabulary": "Libraries and points of comparison that the index knows.",
    "subjects": "What the documents were found to be about, and corrections to it.",
    "documents": "Read and change the documents of the corpus.",
    "index": "State of the index, and refreshing it.",
    "jobs": "Work that continues after its request has been answered.",
    "evaluation": "Measure the answers with gold questions.",
    "service": "Health, metrics and explanations of problem types.",
}
"""Groups of routes."""
ASSETS = "/docs/assets"
EXPOSED = ("ETag", "Location", "Retry-After", "X-Request-Id")


def create_app(settings: Settings, service: ServiceSettings) -> FastAPI:
    """Create the application for a corpus and its index.

    Raises:
        SettingsError: the service is reachable from other machines but no token is known, or a token is malformed.
    """
    state = Service(settings, service)
    app = FastAPI(
        title="mlsurvey",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"auto_configure": True, "logs": False},  # its logs would include messages, which may quote documents
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: route.name,
        openapi_tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    app.state.service = state
    app.router.route_class = Route
    for router in (*ROUTERS, *pages.ROUTERS):
        app.include_router(router)
    app.mount(PAGE_ASSETS, pages.Assets(), name="page assets")
    app.state.agents = add_agents(app, state)
    _add_docs(app)
    _add_problems(app, state)
    app.add_middleware(Frame, service=state)
    if service.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=service.cors_origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
        )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    await service.start()
    try:
        async with app.state.agents.run():
            yield
    finally:
        await service.stop()


def _add_docs(app: FastAPI) -> None:
    """Add a page to try the routes; its assets come from a package, not from a CDN."""
    app.mount(ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")), name="assets")

    @app.get("/docs", include_in_schema=False, responses={200: {"content": {"text/html": {}}}})
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="mlsurvey",
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{ASSETS}/favicon.png",
            swagger_ui_parameters={"validatorUrl": None},  # else other sites are given the address of the service
        )

    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = plain()
            schemas = described["components"].setdefault("schemas", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs", {}))
            schemas["Problem"] = problem
            described["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            described["security"] = [{}, {"token": []}]
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to add to the description


def _add_problems(app: FastAPI, service: Service) -> None:
    """Convert every error to a problem, or to a page for a browser that opens one."""

    @app.exception_handler(MlsurveyError)
    async def of_ours(request: Request, error: MlsurveyError) -> Response:
        return respond_as(request, service, problem_of(error, request_id(request)), headers_of(error))

    @app.exception_handler(RefusalError)
    async def of_refusal(request: Request, refusal: RefusalError) -> Response:
        return respond_as(request, service, problem_of(refusal, request_id(request)), refusal.headers)

    @app.exception_handler(RequestValidationError)
    async def of_fields(request: Request, error: RequestValidationError) -> Response:
        return respond_as(request, service, problem_of_fields(list(error.errors()), request_id(request)))

    @app.exception_handler(HTTPException)
    async def of_framework(request: Request, error: HTTPException) -> Response:
        found = problem_of_status(error.status_code, _detail(request, error), request_id(request))
        allowed = {"Allow": ", ".join(_methods(request))} if error.status_code == 405 else {}
        return respond_as(request, service, found, {**(error.headers or {}), **allowed})


def _methods(request: Request) -> list[str]:
    """Return all methods of a path; the framework would name only those of its first route."""
    path = request.url.path
    if path.startswith((f"{ASSETS}/", f"{PAGE_ASSETS}/")):
        return ["GET", "HEAD"]
    known = [route for router in (*ROUTERS, *pages.ROUTERS) for route in router.routes] + request.app.routes
    routes = [route for route in known if isinstance(route, PlainRoute) and route.endpoint is not refuse_text]
    first = next((route.path for route in routes if route.path_regex.match(path)), None)
    found = {method for route in routes if route.path == first for method in route.methods or ()}
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _detail(request: Request, error: HTTPException) -> str:
    if error.status_code == 404 and is_page(request):
        return f"There is no page {request.url.path[:200]}"
    if error.status_code == 404:
        return f"no route {request.url.path[:200]}; GET /openapi.json describes all routes"
    if error.status_code == 405:
        return f"{request.method} is not supported by {request.url.path[:200]}; see the header Allow"
    return str(error.detail)
