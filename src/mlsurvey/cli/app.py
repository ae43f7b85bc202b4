"""The application: commands, global options and exit codes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from mlsurvey import __version__
from mlsurvey.cli.commands import Commands
from mlsurvey.cli.console import describe_bug, report_error
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Exclude, Index, Judge, Model, Reranker, Writer, settings_of
from mlsurvey.cli.streams import discard_output, flush_streams, prepare_streams
from mlsurvey.errors import Interrupted, MlsurveyError, StorageError, UsageError

EXIT_BUG = 1
YOUNG = 100_000
"""Number of new objects that triggers garbage collection. Startup creates and keeps about this many, so an earlier
collection would free nothing."""

EXIT_CODES = """\b
Exit codes:
  0    success; ask: answered, at least in part
  1    another failure; eval: a figure is out of bounds;
       corpus check, corpus tables: problems found;
       sync: a document could not be fetched
  2    invalid usage or setting
  3    ask: no answer, because nothing good enough was found
  4    a named document, folder or library does not exist
  5    the index is missing, damaged or built with another model
  6    another process is writing the index
  7    disk error: full, read-only or not available
  8    a model or engine is missing or failed
  130  interrupted"""

_HELP = with_examples(
    "Answer comparative questions about machine learning libraries from documents on your own disk, with citations.",
    "init ~/papers",
    "refresh",
    'ask "How do Burn and Candle differ in GPU support?"',
    'ask "Which Rust libraries run in the browser?"',
    "search WebGPU backend",
)


app = typer.Typer(
    name="mlsurvey",
    cls=Commands,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
)


@app.callback(invoke_without_command=True, help=_HELP)
def root(
    ctx: typer.Context,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
    judge: Judge = None,
    reranker: Reranker = None,
    writer: Writer = None,
    exclude: Exclude = None,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Store the options given before the command; without a command, open the interface or show the help."""
    places = {"corpus": corpus, "index": index, "model": model}
    ctx.obj = {**places, "judge": judge, "reranker": reranker, "writer": writer, "exclude": exclude or None}
    if version:
        typer.echo(f"mlsurvey {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        _without_command(ctx)


def _without_command(ctx: typer.Context) -> None:
    """Open the interface if run in a terminal, else show the help."""
    from mlsurvey.cli import interface

    if interface.is_terminal():
        interface.open_interface(settings_of(ctx, None, None, None))
    else:
        typer.echo(ctx.get_help())


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; errors are one line on stderr, never a traceback.

    An output whose reader has closed it ends the run quietly, with code 0, as nobody wants the rest.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        gc.set_threshold(YOUNG)
    prepare_streams()
    try:
        code = _run(arguments)
        flush_streams()
    except BrokenPipeError:
        discard_output()
        return 0
    return code


def _run(arguments: list[str]) -> int:
    """Run a command and return its exit code."""
    try:
        return int(app(args=arguments, prog_name="mlsurvey", standalone_mode=False) or 0)
    except Exception as error:
        named = _named(error)
        code = named.exit_code if isinstance(named, MlsurveyError) else EXIT_BUG
        report_error(named, code, as_json="--json" in arguments)
        return code


def _named(error: Exception) -> Exception:
    """Convert an exception to an mlsurvey error."""
    if isinstance(error, MlsurveyError):
        return error
    if isinstance(error, typer.Abort):
        return Interrupted("cancelled; nothing was changed")
    if isinstance(error, typer.TyperException):
        command = getattr(getattr(error, "ctx", None), "command_path", "mlsurvey")
        return UsageError(f"{error.format_message()} (see: {command} --help)")
    if isinstance(error, OSError) and error.strerror:
        return StorageError(f"{error.strerror}: {error.filename}" if error.filename else error.strerror)
    return MlsurveyError(describe_bug(error))
