"""Ways out: results to stdout, errors and progress to stderr, nothing raw from a document to either."""

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
    """A console that takes text as it is: no markup, no emoji codes, no guessed highlighting. Honours NO_COLOR."""
    from rich.console import Console

    class PipeConsole(Console):
        """Leaves a closed pipe to the caller; Rich itself would end the process with 1."""

        def on_broken_pipe(self) -> None:
            raise  # the BrokenPipeError in whose handler Rich calls this

    return PipeConsole(stderr=stderr, markup=False, emoji=False, highlight=False)


def is_terminal(stream: IO[str]) -> bool:
    """Whether Rich takes the stream for a terminal; it is loaded only where that is more than a look at the stream."""
    if not (stream.isatty() or {"TTY_COMPATIBLE", "FORCE_COLOR"} & os.environ.keys()):
        return False
    from rich.console import Console

    return Console(file=stream).is_terminal


def show(renderable: RenderableType, console: Console | None = None) -> None:
    """Print to stdout; in a pipe without wrapping, so that each statement stays one line."""
    console = console or make_console()
    console.print(renderable, soft_wrap=not console.is_terminal)


def write(text: str) -> None:
    """Write text that is finished already (JSON, Markdown) to stdout, and flush it."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A remark beside the result, in one line on stderr."""
    sys.stderr.write(one_line(text) + "\n")
    sys.stderr.flush()


def report_error(error: Exception, exit_code: int, *, as_json: bool) -> None:
    """One line on stderr: ``error: …``, or the JSON object where the command was asked for JSON."""
    if as_json:
        sys.stderr.write(to_json(error_value(error, exit_code), indent=None) + "\n")
    else:
        say(f"error: {error}")


def describe_bug(error: Exception) -> str:
    """An error that nobody foresaw, in one line: what, and where in the code."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.filename.rpartition('mlsurvey')[2].lstrip('/')}:{frame.lineno}"
    return f"unexpected {type(error).__name__}: {error} (at {place}); please report this"
