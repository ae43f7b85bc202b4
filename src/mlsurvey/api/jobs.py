"""Jobs: work in separate processes, each recorded in a small file that outlives the server.

The process working on a job holds its lock. The kernel releases the lock when the
process ends, for whatever reason, so any process can tell a running job from an
abandoned one. A job is cancelled by creating a file next to it, which the worker
checks for whenever it reports progress.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from mlsurvey.api.problems import KINDS, RefusalError, problem
from mlsurvey.errors import StorageError
from mlsurvey.syncing.atomic import write_whole
from mlsurvey.wire.service import Job, JobKind

FOLDER = "jobs"
KEPT = 100
"""Maximum jobs kept; the oldest ended ones are deleted."""
START_SECONDS = 60.0
"""Seconds that a new job's process has to take its lock; importing takes a fraction of this."""
ENDED = ("succeeded", "failed", "cancelled")
_ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")


class Jobs:
    """The jobs of one index folder. Safe to share between threads and processes."""

    def __init__(self, index: Path) -> None:
        self.folder = index / FOLDER

    def create(self, kind: JobKind, parameters: dict[str, Any], *, alone: bool, text: str | None = None) -> Job:
        """Create a queued job.

        Args:
            kind: kind of work.
            parameters: parameters recorded in the job.
            alone: refuse if another job of this kind has not ended, dry runs excepted.
            text: input for the worker that is too long for a parameter.

        Raises:
            RefusalError: another job is running; the error names it.
            StorageError: the job cannot be written to disk.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / ".lock", timeout=START_SECONDS):
                if alone and (other := self._running(kind)):
                    raise RefusalError(
                        "busy", f"job {other.id} is already running; wait for it or cancel it", job=route(other.id)
                    )
                now = datetime.now(UTC)
                name = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
                job = Job(id=name, kind=kind, state="queued", created=_iso(now), parameters=parameters)
                if text is not None:
                    self.input(name).write_text(text, "utf-8")
                self.write(job)
                self._prune()
        except OSError as error:
            raise StorageError(f"cannot save a job in {self.folder}: {error.strerror or error}") from error
        return job

    def get(self, name: str) -> Job:
        """Return the current state of a job; one whose process is gone is recorded as failed.

        Raises:
            RefusalError: there is no job of this name.
        """
        job = self._read(name) if _ID.fullmatch(name) else None
        if job is None:
            raise RefusalError("not-found", f"no job {name[:60]!r}; GET /v1/jobs lists the existing ones")
        return job if job.state in ENDED or self._is_alive(job) else self._left_behind(name)

    def all(self) -> list[Job]:
        """Return the kept jobs, newest first."""
        names = sorted((path.stem for path in self.folder.glob("*.json")), reverse=True)
        return [self.get(name) for name in names if _ID.fullmatch(name) and self._read(name)]

    def running(self) -> list[Job]:
        """Return the jobs that have not ended."""
        return [job for job in self.all() if job.state not in ENDED]

    def cancel(self, name: str) -> Job:
        """Ask a job to stop at its next step. Raises RefusalError if it has ended."""
        job = self.get(name)
        if job.state in ENDED:
            raise RefusalError("finished", f"job {name} has already ended: {job.state}")
        self._flag(name).touch()
        return job

    def is_cancelled(self, name: str) -> bool:
        """Whether a job was asked to stop."""
        return self._flag(name).exists()

    def input(self, name: str) -> Path:
        """Return the path of a job's input text."""
        return self.folder / f"{name}.jsonl"

    def write(self, job: Job) -> None:
        """Write a job's state atomically: a reader sees either the old or the new one."""
        write_whole(self._file(job.id), job.model_dump_json(exclude_none=True).encode())

    @contextmanager
    def working(self, name: str) -> Iterator[Job]:
        """Hold a job's lock while working on it, so that it does not count as abandoned."""
        with FileLock(self._lock(name), timeout=START_SECONDS):
            job = self._read(name)
            if job is None or job.state != "queued":
                raise StorageError(f"job {name} no longer exists or was already started")
            job = job.model_copy(update={"state": "running", "started": _iso(datetime.now(UTC))})
            self.write(job)
            yield job

    def fail(self, name: str, detail: str) -> None:
        """Record that a job could not be started."""
        job = self._read(name)
        if job is not None and job.state not in ENDED:
            self.write(_failed(job, detail))

    def _running(self, kind: JobKind) -> Job | None:
        return next((job for job in self.running() if job.kind == kind and not job.parameters.get("dry_run")), None)

    def _read(self, name: str) -> Job | None:
        try:
            return Job.model_validate_json(self._file(name).read_bytes())
        except (OSError, ValueError):  # pruned in the meantime, or not a job file
            return None

    def _is_alive(self, job: Job) -> bool:
        """Whether a process holds the job's lock or may still take it."""
        if job.state == "queued" and time.time() - _seconds(job.created) < START_SECONDS:
            return True
        try:
            with FileLock(self._lock(job.id), timeout=0):
                return False
        except Timeout:
            return True

    def _left_behind(self, name: str) -> Job:
        job = self._read(name)  # again: it may have ended in the meantime
        if job is None:
            raise RefusalError("not-found", f"job {name!r} no longer exists")
        if job.state in ENDED:
            return job
        job = _failed(job, "its process ended unexpectedly; finished work is kept. Start a new job to continue")
        self.write(job)
        return job

    def _prune(self) -> None:
        names = sorted((path.stem for path in self.folder.glob("*.json")), reverse=True)
        for name in names[KEPT:]:
            if self.get(name).state in ENDED:
                for path in (self._file(name), self._flag(name), self._lock(name), self.input(name)):
                    path.unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _flag(self, name: str) -> Path:
        return self.folder / f"{name}.cancel"

    def _lock(self, name: str) -> Path:
        return self.folder / f"{name}.lock"


def route(name: str) -> str:
    """Return the route of a job."""
    return f"/v1/jobs/{name}"


def ended(job: Job, **update: Any) -> Job:
    """Return the job with its end time and the given updates."""
    return job.model_copy(update={"ended": _iso(datetime.now(UTC)), **update})


def _failed(job: Job, detail: str) -> Job:
    return ended(job, state="failed", problem=problem(KINDS["internal"], detail))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def encode(value: object) -> dict[str, Any]:
    """Convert a report or a run to plain values."""
    from mlsurvey.rendering.json import to_json

    plain: dict[str, Any] = json.loads(to_json(value))
    return plain
