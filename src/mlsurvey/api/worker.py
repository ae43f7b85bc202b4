"""The worker process of one job: ``python -m mlsurvey.api.worker JOB``, with the settings as a line of JSON on stdin.

It is a separate process because embedding loads PyTorch: the server's memory and
speed are unaffected, and failures are isolated. It stops when stdin is closed, so it
never outlives the server.
"""

from __future__ import annotations

import json
import logging.config
import os
import signal
import sys
import time
from typing import Any

from mlsurvey import lifeline
from mlsurvey.api.jobs import Jobs, encode, ended
from mlsurvey.api.logs import LOGGER, describe, log_config
from mlsurvey.api.problems import problem_of
from mlsurvey.errors import Interrupted
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.wire.service import Job, Progress

INTERVAL = 0.2
"""Seconds between progress updates."""
NICENESS = 5
"""Nice value of the worker, so that questions take priority."""
GRACE = 20.0
"""Seconds to save the embeddings once the server is gone."""


class Watch:
    """Records progress, and stops the work if the job is cancelled."""

    def __init__(self, jobs: Jobs, job: Job) -> None:
        self._jobs, self._job = jobs, job
        self._written, self._phase = 0.0, ""

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Record the progress of the phase.

        Raises:
            Interrupted: the job was cancelled.
        """
        now = time.monotonic()
        if phase == self._phase and done < total and now - self._written < INTERVAL:
            return
        self._written, self._phase = now, phase
        if self._jobs.is_cancelled(self._job.id):
            raise Interrupted("cancelled; nothing is lost: embedded passages are kept, and the index is unchanged")
        progress = Progress(phase=phase, done=done, total=total)
        self._jobs.write(self._job.model_copy(update={"progress": progress}))


def work(settings: Settings, name: str) -> None:
    """Run the job of this name and record its outcome."""
    jobs = Jobs(settings.folder)
    with jobs.working(name) as job:
        watch = Watch(jobs, job)
        try:
            watch("start", 0, 1)
            with Survey(settings) as survey:
                result = _result(survey, jobs, job, watch)
            end = ended(job, state="succeeded", result=encode(result))
        except (Interrupted, KeyboardInterrupt) as error:
            stopped = error if isinstance(error, Interrupted) else Interrupted("the service stopped; nothing is lost")
            end = ended(job, state="cancelled", problem=problem_of(stopped))
        except Exception as error:
            LOGGER.error("fault", extra={"job": job.id, **describe(error)})
            end = ended(job, state="failed", problem=problem_of(error))
        jobs.write(end)


def _result(survey: Survey, jobs: Jobs, job: Job, watch: Watch) -> Any:
    if job.kind == "refresh":
        return survey.refresh(progress=watch, **job.parameters)
    from mlsurvey.api.evaluation import evaluate

    return evaluate(survey, jobs.input(job.id), watch)


def main() -> None:
    """Lower the priority, read the settings and run the job. SIGINT stops it, and so does the end of the server."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
    logging.config.dictConfig(log_config())
    settings = Settings(**json.loads(sys.stdin.readline()))
    lifeline.hold(GRACE, warning=signal.SIGINT)
    work(settings, sys.argv[1])


if __name__ == "__main__":
    main()
