"""The child process of one refresh or one upstream sync.

It reads its task as one line of JSON from stdin, and writes progress and the report as JSON lines to stdout.

It stops when stdin is closed, so it never outlives its parent, even if the
parent is killed or its terminal is closed.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from dataclasses import asdict
from typing import Any

from mlsurvey import lifeline
from mlsurvey.errors import Interrupted
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.survey.upstream import sync_upstream

INTERVAL = 0.2
"""Seconds between two progress lines."""
NICENESS = 10
"""Niceness of the process, so that questions answered in the meantime take priority."""
GRACE = 5.0
"""Seconds to stop once the parent is gone; longer than a parent that is still there waits."""


class Watch:
    """Reports the progress of the task at a fixed interval, and stops it when the parent is gone."""

    def __init__(self, gone: threading.Event) -> None:
        self._now = ("start", 0, 1)
        self._gone = gone
        self._over = threading.Event()

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Record the progress of the phase.

        Raises:
            Interrupted: the parent is gone.
        """
        if self._gone.is_set():
            raise Interrupted("stopped; nothing is lost: finished work is kept, and the index is unchanged")
        self._now = (phase, done, total)

    def tell(self) -> None:
        """Report the progress until the task is over."""
        while not self._over.wait(INTERVAL):
            _write({"progress": self._now})

    def end(self) -> None:
        """Stop reporting."""
        self._over.set()


def main() -> None:
    """Lower the priority, read the task, run it and report the result.

    The process ends in the ordinary way, so that processes which a library has started are ended too.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    order = json.loads(sys.stdin.buffer.readline())
    watch = Watch(lifeline.hold(GRACE))
    teller = threading.Thread(target=watch.tell, daemon=True)
    teller.start()
    result = _result(order, watch)
    watch.end()
    teller.join()
    _write(result)


def _result(order: dict[str, Any], watch: Watch) -> dict[str, Any]:
    try:
        settings = Settings(**order["settings"])
        if "libraries" in order:
            return {"report": asdict(sync_upstream(settings, order["libraries"], progress=watch))}
        with Survey(settings) as survey:
            options = {name: order.get(name, False) for name in ("dry_run", "rebuild", "thorough")}
            report = survey.refresh(**options, progress=watch)
        return {"report": asdict(report)}
    except Exception as error:
        return {"error": {"type": type(error).__name__, "message": str(error)}}


def _write(value: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):  # the parent is gone, which stops the task
        sys.stdout.write(json.dumps(value) + "\n")  # non-UTF-8 paths are written as escapes
        sys.stdout.flush()


if __name__ == "__main__":
    main()
