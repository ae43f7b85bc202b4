"""The standard streams, whatever the caller has done to them: closed, broken, or of a narrow encoding."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import IO


def prepare_streams() -> None:
    """Make the standard streams usable.

    - Closed ones (``>&-``) are replaced by the null device, as a file opened later would otherwise take the number of
      the stream, and be read or written in its place.
    - Characters that the encoding of an output lacks are escaped, and bytes that are no text in the encoding of the
      input are replaced, instead of raising.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, _null(descriptor))
    for stream in (sys.stdout, sys.stderr):
        _reconfigure(stream, "backslashreplace")
    _reconfigure(sys.stdin, "replace")


def flush_streams() -> None:
    """Write what is buffered. Raises BrokenPipeError if the reader of an output has closed it."""
    sys.stdout.flush()
    sys.stderr.flush()


def discard_output() -> None:
    """Send the rest of every output that can no longer be written to the null device.

    The interpreter flushes the outputs again at its end, and would complain.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_closed_pipe(error: BaseException) -> bool:
    """Whether an error says that the reader of an output has closed it; of a group, whether any of its errors does."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_closed_pipe(one) for one in error.exceptions)
    if isinstance(error, SystemExit):  # raised by Rich
        return isinstance(error.__context__, BrokenPipeError)
    return isinstance(error, BrokenPipeError)


def _null(descriptor: int) -> IO[str]:
    """Return the null device as this descriptor, if that is free; else as another one."""
    opened = os.open(os.devnull, os.O_RDWR)
    try:
        os.fstat(descriptor)
    except OSError:
        os.dup2(opened, descriptor)
        os.close(opened)
        opened = descriptor
    return open(opened, "w" if descriptor else "r", encoding="utf-8", closefd=False)


def _reconfigure(stream: IO[str], errors: str) -> None:
    if reconfigure := getattr(stream, "reconfigure", None):
        reconfigure(errors=errors)
