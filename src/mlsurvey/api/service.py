"""State shared by the routes: one survey, one pool, one cache, and the jobs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Hashable
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.admission import Admission
from mlsurvey.api.caching import has
from mlsurvey.api.jobs import Jobs
from mlsurvey.api.logs import LOGGER, describe
from mlsurvey.api.metrics import Metrics
from mlsurvey.api.problems import RefusalError
from mlsurvey.api.running import Runner
from mlsurvey.api.security import load_tokens
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.calling import Cancelled
from mlsurvey.errors import MlsurveyError, ReplacedError
from mlsurvey.remembered import Remembered
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.survey.homes import Reach, reach
from mlsurvey.wire.service import Job, JobKind

T = TypeVar("T")

ATTEMPTS = 5
"""Maximum attempts at work that refreshes overtake, which takes two publications during one attempt."""
WARMING = "GPU support"
"""A query that loads everything the asking path needs."""


class Service:
    """One process of the service."""

    def __init__(self, settings: Settings, service: ServiceSettings) -> None:
        self.settings = service
        self.tokens = load_tokens(service)
        self.survey = Survey(settings, lasting=True)
        self.metrics = Metrics()
        self.cache = Remembered[Hashable, Any](service.cache)
        self.jobs = Jobs(settings.folder)
        self.runner = Runner(settings, self.jobs, self.metrics)
        self.admission = Admission(service.threads, service.queue, service.time_limit, self.metrics)
        self.is_warm = threading.Event()
        self.stopping = asyncio.Event()

    async def start(self) -> None:
        """Load the model in the background: the service is alive immediately and ready shortly after."""
        self._warming = asyncio.create_task(asyncio.to_thread(self._warm))

    async def stop(self) -> None:
        """Stop running work and close the index."""
        self.stopping.set()
        await self._warming
        await self.runner.stop()
        self.admission.close()
        self.survey.close()

    async def work(self, request: Request, work: Callable[[Survey, Cancelled], T]) -> T:
        """Run work on the survey, off the event loop; see :meth:`mlsurvey.api.admission.Admission.run`."""
        return await self.admission.run(request, lambda cancelled: _again(lambda: work(self.survey, cancelled)))

    async def start_job(
        self, kind: JobKind, parameters: dict[str, Any], *, alone: bool, text: str | None = None
    ) -> Job:
        """Create a job and start it. Not given up if the client leaves: a job that is recorded is also started."""
        job = await asyncio.to_thread(self.jobs.create, kind, parameters, alone=alone, text=text)
        await self.runner.start(job)
        return job

    def remembered(
        self,
        route: str,
        key: object,
        compute: Callable[[], tuple[str, T]],
        lasts: Callable[[T], bool] = lambda _: True,
    ) -> tuple[str, T]:
        """Return the generation and the result for a key, computed or cached. Call it in a thread of the pool.

        ``compute`` returns the generation it used, which may be newer than the one looked up. A result is cached only
        if it ``lasts``.
        """
        generation = self.survey.generation()
        self.metrics.index(generation)
        found: T | None = self.cache.kept((generation.id, route, key))
        self.metrics.cache(route, hit=found is not None)
        if found is not None:
            return generation.id, found
        used, result = compute()
        if lasts(result):
            self.cache.put((used, route, key), result)
        return used, result

    def _warm(self) -> None:
        try:
            self.survey.search(WARMING, limit=1)
            self.metrics.index(self.survey.generation())
        except MlsurveyError as error:  # e.g. no index yet: questions report it, and the readiness check retries
            LOGGER.warning("not warm", extra=describe(error))
        else:
            self.is_warm.set()

    def reach(self) -> Reach:
        """Where the index is kept, and whether that answers; takes two seconds at most. Call it in a thread."""
        return reach(self.survey.settings.index)

    def check_ready(self) -> str:
        """Return the id of the generation in use. Call it in a thread.

        Raises:
            MlsurveyError: there is no usable index.
            RefusalError: the model is still being loaded.
        """
        generation = self.survey.generation()
        if not self.is_warm.is_set() and self._warming.done():
            self._warm()  # an index has been built in the meantime
        if not self.is_warm.is_set():
            raise RefusalError("starting", "the model is still being loaded; try again in a second")
        return generation.id


def _again(work: Callable[[], T]) -> T:
    """Return the result of the work, retried if refreshes delete what it is reading."""
    for _ in range(ATTEMPTS - 1):
        try:
            return work()
        except ReplacedError:
            continue
    return work()


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceOf = Annotated[Service, Depends(_service)]


def json_response(request: Request, body: str, tag: str | None = None) -> Response:
    """Return the text as JSON; without a body if the client already has it."""
    headers = {"ETag": tag} if tag else {}
    if tag and has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body.encode("utf-8"), headers=headers, media_type="application/json")


def request_id(request: Request) -> str | None:
    """Return the id of the request."""
    identity: Any = request.scope.get("state", {}).get("request_id")
    return identity if isinstance(identity, str) else None
