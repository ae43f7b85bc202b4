"""Limits the time that one document may take, so that no input holds up a refresh."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from mlsurvey.errors import UnreadableError

Made = TypeVar("Made")

SECONDS = 60
"""Processor seconds that reading a document may take, unless set otherwise."""
PER_MEGABYTE = 20
"""Seconds that each megabyte adds: the slowest markup is read at a tenth of a megabyte per second."""
WAITING = 4
"""Seconds waited for each processor second allowed to another process: others need the processor too."""
_AGAIN = 1.0  # seconds until the signal is repeated, in case a callback swallowed the exception


class OutOfTimeError(BaseException):
    """Raised in the midst of work; no ``Exception``, so that no handler of a library takes it for its own."""


def can_limit() -> bool:
    """Whether work in this thread can be stopped. Elsewhere, only a process can."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def allowed(size: int, seconds: float) -> float:
    """Processor seconds for a document of ``size`` bytes."""
    return seconds + PER_MEGABYTE * size / 1e6


def in_time(work: Callable[[], Made], size: int, seconds: float) -> Made:
    """Return what ``work`` returns, if a document of ``size`` bytes may take that long.

    Raises:
        UnreadableError: it took longer, or is nested too deeply.
    """
    most = allowed(size, seconds)
    try:
        with _limited(most):
            return work()
    except OutOfTimeError as error:
        raise UnreadableError(too_slow(most)) from error
    except RecursionError as error:
        raise UnreadableError("not read: nested too deeply; flatten it") from error


def too_slow(seconds: float) -> str:
    """Why a document was left out."""
    return f"not read: takes more than {seconds:,.0f} s to read; split it, or raise the setting 'document_seconds'"


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise :class:`OutOfTimeError` in the block after that much processor time, if this thread allows it."""
    if not can_limit():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _raise)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _raise(number: int, frame: FrameType | None) -> None:
    raise OutOfTimeError
