"""Starts worker processes for jobs, and stops those still running when the service stops."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

from mlsurvey.api.jobs import ENDED, Jobs
from mlsurvey.api.logs import LOGGER
from mlsurvey.api.metrics import Metrics
from mlsurvey.settings import Settings
from mlsurvey.wire.service import Job

GRACE = 20.0
"""Seconds that a worker has to save its embeddings."""


THREADS = "OMP_NUM_THREADS"
"""Number of embedding threads (:mod:`mlsurvey.embedding.cores`). One core is left for questions: on two cores, a
refresh that used both was no faster, since its threads waited for each other."""


class Runner:
    """The workers started by this process."""

    def __init__(self, settings: Settings, jobs: Jobs, metrics: Metrics) -> None:
        self._settings, self._jobs, self._metrics = settings, jobs, metrics
        self._workers: dict[Process, asyncio.Task[None]] = {}

    async def start(self, job: Job) -> None:
        """Start a process for a job and return immediately."""
        command = (sys.executable, "-m", "mlsurvey.api.worker", job.id)
        environment = {THREADS: str(max(1, (os.cpu_count() or 2) - 1)), **os.environ}
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=DEVNULL, env=environment, start_new_session=True
        )
        self._workers[process] = asyncio.create_task(self._follow(process, job))

    async def stop(self) -> None:
        """Interrupt the workers, which lose nothing, and wait for them to end."""
        for process in self._workers:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
        if self._workers:
            _, late = await asyncio.wait(self._workers.values(), timeout=GRACE)
            for process in [process for process, task in self._workers.items() if task in late]:
                process.kill()

    async def _follow(self, process: Process, job: Job) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(self._settings.values()).encode() + b"\n")  # open until it ends: see the worker
        with contextlib.suppress(ConnectionError):  # it ended before it read them
            await process.stdin.drain()
        await process.wait()
        process.stdin.close()
        end = await asyncio.to_thread(self._end, process.returncode, job)
        self._metrics.job(job.kind, end.state)
        LOGGER.info("job", extra={"job": job.id, "kind": job.kind, "outcome": end.state, "code": process.returncode})
        del self._workers[process]

    def _end(self, code: int | None, job: Job) -> Job:
        if self._jobs.get(job.id).state not in ENDED:
            self._jobs.fail(job.id, f"its process ended with code {code} before the job started")
        return self._jobs.get(job.id)
