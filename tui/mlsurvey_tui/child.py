"""The process of one refresh, or of one fetch from upstream.

Its order is one line of JSON on stdin, its progress and its report are lines on stdout.

It stops when its stdin ends, so it never outlives the program that wants to
know: not when that is killed, nor when its terminal is closed.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import asdict
from typing import Any

from mlsurvey.errors import Interrupted
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.survey.upstream import sync_upstream

INTERVAL = 0.2
"""Seconds between two lines of progress."""
NICENESS = 10
"""How far the work steps back behind questions that are answered meanwhile."""


class Watch:
    """Knows how far the work is, tells it at a steady pace, and stops it when nobody listens any more."""

    def __init__(self) -> None:
        self._now = ("start", 0, 1)
        self._over = threading.Event()

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Take down how far the phase is.

        Raises:
            Interrupted: nobody listens any more.
        """
        if self._over.is_set():
            raise Interrupted("stopped; nothing is lost: what was done is kept, and the index is as it was")
        self._now = (phase, done, total)

    def tell(self) -> None:
        """Tell the progress until the work is over."""
        while not self._over.wait(INTERVAL):
            _write({"progress": self._now})

    def listen(self) -> None:
        """Wait for the end of stdin."""
        while sys.stdin.buffer.readline():
            pass
        self._over.set()

    def end(self) -> None:
        """Tell no more."""
        self._over.set()


def main() -> None:
    """Read the order, step back, do it, report."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    order = json.loads(sys.stdin.buffer.readline())
    watch = Watch()
    threading.Thread(target=watch.listen, daemon=True).start()
    teller = threading.Thread(target=watch.tell, daemon=True)
    teller.start()
    result = _result(order, watch)
    watch.end()
    teller.join()
    _write(result)
    os._exit(0)  # the listener still waits for stdin, which the interpreter cannot close under it


def _result(order: dict[str, Any], watch: Watch) -> dict[str, Any]:
    try:
        settings = Settings(**order["settings"])
        if "libraries" in order:
            return {"report": asdict(sync_upstream(settings, order["libraries"], progress=watch))}
        with Survey(settings) as survey:
            report = survey.refresh(dry_run=order["dry_run"], rebuild=order["rebuild"], progress=watch)
        return {"report": asdict(report)}
    except Exception as error:
        return {"error": {"type": type(error).__name__, "message": str(error)}}


def _write(value: dict[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(value) + "\n")  # paths that are no UTF-8 pass as escapes
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
