"""Progress of a refresh: a bar on a terminal, a few plain lines elsewhere. Always on stderr."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Protocol, Self

from mlsurvey.cli.console import say

PLAIN_INTERVAL = 10.0
"""Seconds between plain lines of one phase, so that an hour-long log stays readable."""

PHASES = {
    "fetch": "fetching",
    "take": "taking",
    "model": "preparing the question model",
    "read": "reading",
    "chunk": "splitting",
    "embed": "embedding",
    "publish": "publishing",
    "try": "trying questions",
}
LONG = ("model", "embed", "fetch")
"""Phases that get a line even if quick: they explain why a first refresh takes long."""


class Watcher(Protocol):
    """Context manager that shows progress; called with the phase, the amount done and the total."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show the progress of the phase."""


class Silence:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Do nothing."""


class Lines(Silence):
    """Prints a line every ten seconds, and when a long phase begins or ends."""

    def __init__(self) -> None:
        self._phase = ""
        self._began = self._spoke = 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Print the progress if a line is due."""
        now = time.monotonic()
        is_new = phase != self._phase
        if is_new:
            self._phase, self._began, self._spoke = phase, now, now
        if now - self._spoke >= PLAIN_INTERVAL or (phase in LONG and (is_new or done == total)):
            self._spoke = now
            say(f"{PHASES.get(phase, phase)} {done}/{total}{_rate_and_rest(done, total, now - self._began)}")


def _rate_and_rest(done: int, total: int, seconds: float) -> str:
    if total < 2 or not (done and seconds > 1):
        return ""
    rate = done / seconds
    return f", {rate:.0f}/s, {(total - done) / rate:.0f} s left" if done < total else f", {rate:.0f}/s"
