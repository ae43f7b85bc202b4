"""``tui``: the terminal interface, also opened by ``mlsurvey`` alone in a terminal."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlsurvey import lifeline
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Index, Model, settings_of
from mlsurvey.errors import NotFoundError, UsageError, needing

if TYPE_CHECKING:
    from mlsurvey.settings import Settings

INTERFACE = "mlsurvey_tui.start"
"""Imported by name on demand: it is a layer above this package, which must not depend on it, and slow to load."""

_IN_BROWSER = "TEXTUAL_DRIVER"
"""Set if the terminal is a browser page; stdin and stdout are then pipes."""
_GRACE = 10.0
"""Seconds to end once the server of the browser page is gone."""

_TUI = with_examples(
    "Open the terminal interface: ask, compare, read the sources, keep the corpus up to date.",
    "tui",
    "tui --theme textual-light",
    "tui --web --port 8000",
    "tui --server http://127.0.0.1:8642 --token-file token",
    "tui --server http://127.0.0.1:8642 --web",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_TUI)(tui)


def tui(
    ctx: typer.Context,
    theme: Annotated[str | None, typer.Option(metavar="NAME", help="Colour theme for this run.")] = None,
    web: Annotated[bool, typer.Option("--web", help="Serve it to a browser on this machine.")] = False,
    server: Annotated[
        str | None, typer.Option(metavar="URL", help="Use a running `mlsurvey serve` instead of an index here.")
    ] = None,
    token_file: Annotated[Path | None, typer.Option(metavar="FILE", help="File with the token for --server.")] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of --web.")] = 8000,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Open the terminal interface."""
    settings = settings_of(ctx, corpus, index, model)
    token = _token(token_file) if server else None
    if web:
        if token is not None and token_file is not None and not token_file.expanduser().is_file():
            raise UsageError(
                f"each browser tab reads the token: with --web, --token-file must be a file, not {token_file}"
            )
        with needing("web", "the terminal interface in a browser"):
            _interface().serve(settings, theme=theme, port=port, server=server, token_file=token_file)
    else:
        open_interface(settings, theme=theme, server=server, token=token)


def is_terminal() -> bool:
    """Whether stdin and stdout are terminals."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def open_interface(
    settings: Settings, *, theme: str | None = None, server: str | None = None, token: str | None = None
) -> None:
    """Run the terminal interface until the user quits, on the local index or that of a server.

    Raises:
        UsageError: there is no terminal.
    """
    if not (is_terminal() or _IN_BROWSER in os.environ):
        raise UsageError('the terminal interface needs a terminal; in a script, type: mlsurvey ask "…"')
    if _IN_BROWSER in os.environ:
        lifeline.hold(_GRACE, warning=signal.SIGTERM)
    _interface().run(settings, theme=theme, server=server, token=token)


def _token(file: Path | None) -> str | None:
    """The token for a server: the first word of the file."""
    if file is None:
        return None
    try:
        return next(iter(file.expanduser().read_text("utf-8").split()), None)
    except OSError as error:
        raise NotFoundError(f"cannot read the token in {file}: {error.strerror}") from error


def _interface() -> Any:
    return import_module(INTERFACE)
