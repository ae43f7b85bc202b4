"""Output: results to stdout, errors and progress to stderr, and no unescaped document text to either."""

from __future__ import annotations

import os
import sys
import traceback
from typing import IO, TYPE_CHECKING

from mlsurvey.rendering.json import error_value, to_json
from mlsurvey.rendering.plain import one_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that prints text literally: no markup, emoji codes or highlighting. Honours NO_COLOR."""
    from rich.console import Console

    class PipeConsole(Console):
        """Leaves a closed pipe to the caller; Rich would exit with code 1."""

        def on_broken_pipe(self) -> None:
            raise  # re-raises the BrokenPipeError that Rich is handling

    return PipeConsole(stderr=stderr, markup=False, emoji=False, highlight=False)


def is_terminal(stream: IO[str]) -> bool:
    """Whether Rich treats the stream as a terminal; Rich is loaded only if a simple check does not decide it."""
    if not (stream.isatty() or {"TTY_COMPATIBLE", "FORCE_COLOR"} & os.environ.keys()):
        return False
    from rich.console import Console

    return Console(file=stream).is_terminal


def show(renderable: RenderableType, console: Console | None = None) -> None:
    """Print to stdout; without wrapping in a pipe, so that each statement stays on one line."""
    console = console or make_console()
    console.print(renderable, soft_wrap=not console.is_terminal)


def write(text: str) -> None:
    """Write formatted text (JSON, Markdown) to stdout and flush."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Write a one-line remark to stderr."""
    sys.stderr.write(one_line(text) + "\n")
    sys.stderr.flush()


def report_error(error: Exception, exit_code: int, *, as_json: bool) -> None:
    """Write one line to stderr: ``error: …``, or a JSON object if the command outputs JSON."""
    if as_json:
        sys.stderr.write(to_json(error_value(error, exit_code), indent=None) + "\n")
    else:
        say(f"error: {error}")


def describe_bug(error: Exception) -> str:
    """Describe an unexpected error in one line, with its location in the code."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.filename.rpartition('mlsurvey')[2].lstrip('/')}:{frame.lineno}"
    return f"unexpected {type(error).__name__}: {error} (at {place}); please report this"
