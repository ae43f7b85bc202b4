"""The engine for an index on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from mlsurvey.calling import Progress, Spread
from mlsurvey.errors import EngineError
from mlsurvey.state import RefreshReport
from mlsurvey.survey import Survey
from mlsurvey_tui.reports import error_of, report_of, sync_report_of

if TYPE_CHECKING:
    from mlsurvey.syncing.sync import SyncReport

PATIENCE = 3.0
"""Seconds that a task has to stop before it is killed; nothing is lost either way."""


class LocalEngine(Survey):
    """A survey that runs refreshes and upstream syncs in a child process.

    Reading and embedding take a full CPU core and a gigabyte of memory; in the
    same process they would make the screen stutter.
    """

    def refresh(
        self,
        *,
        dry_run: bool = False,
        rebuild: bool = False,
        thorough: bool = False,
        progress: Progress | None = None,
        spread: Spread | None = None,
    ) -> RefreshReport:
        """Like :meth:`mlsurvey.survey.Survey.refresh`; ``progress`` is called often and stops it by raising."""
        if spread:  # the work is then in other processes already
            return super().refresh(
                dry_run=dry_run, rebuild=rebuild, thorough=thorough, progress=progress, spread=spread
            )
        told = self._work({"dry_run": dry_run, "rebuild": rebuild, "thorough": thorough}, progress)
        return report_of(told)

    def sync(self, names: Sequence[str] = (), *, progress: Progress | None = None) -> SyncReport:
        """Like :func:`mlsurvey.survey.upstream.sync_upstream`; ``progress`` is called often and stops it by raising."""
        told = self._work({"libraries": list(names)}, progress)
        return sync_report_of(told)

    def _work(self, task: Mapping[str, Any], progress: Progress | None) -> Mapping[str, Any]:
        """Run a task in a child process and return its report."""
        order = {"settings": self.settings.values(), **task}
        with tempfile.TemporaryFile() as complaints, _child(complaints) as child:
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(json.dumps(order).encode() + b"\n")
            child.stdin.flush()
            for line in child.stdout:
                told: dict[str, Any] = json.loads(line)
                if "report" in told:
                    return cast("Mapping[str, Any]", told["report"])
                if "error" in told:
                    raise error_of(told["error"])
                if progress is not None:
                    progress(*told["progress"])
            raise EngineError(f"the process ended without a report{_last_line(complaints)}; nothing is lost")


@contextmanager
def _child(complaints: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the child process of one task. Leaving the block closes its stdin, which stops it.

    It runs in its own session, so that Ctrl-C in an editor opened in the meantime does not reach it,
    and so that it can be killed with every process that it has started.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "mlsurvey_tui.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        start_new_session=True,
    )
    with child:
        try:
            yield child
        finally:
            assert child.stdin is not None
            child.stdin.close()
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)


def _last_line(complaints: Any) -> str:
    complaints.seek(0)
    lines = complaints.read().decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1]}" if lines else ""
