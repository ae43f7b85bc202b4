"""The commands by name, imported on demand: a run needs only one of them, the help needs all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from mlsurvey.cli.streams import is_closed_pipe
from mlsurvey.cli.values import without_checks
from mlsurvey.errors import Interrupted

COMMANDS = {
    "init": "starting",
    "ask": "asking",
    "search": "asking",
    "chat": "chatting",
    "tui": "interface",
    "refresh": "indexing",
    "index": "copying",
    "add": "collecting",
    "remove": "collecting",
    "show": "collecting",
    "subjects": "subjects",
    "sync": "syncing",
    "eval": "evaluating",
    "serve": "serving",
    "token": "serving",
    "openapi": "serving",
    "mcp": "agents",
    "status": "about",
    "config": "about",
    "corpus": "curating",
}
"""Command -> module of this package with a ``register`` function, in the order of the help."""


class Commands(TyperGroup):
    """Imports commands on demand, and handles interrupts as Unix tools do."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        without_checks(self)

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with a name; an unknown name is compared with all command names."""
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.commands.update(_commands_of(COMMANDS[name]))
        return super().get_command(ctx, cmd_name)

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Parse the arguments, which may show the help."""
        with _closed_pipe_is_success():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an interrupt is an error with an exit code of its own."""
        with _closed_pipe_is_success():
            try:
                return super().invoke(ctx)
            except KeyboardInterrupt as error:
                raise Interrupted("interrupted") from error


@contextmanager
def _closed_pipe_is_success() -> Iterator[None]:
    """End with code 0 if the reader of an output has closed it, before Typer ends with code 1."""
    try:
        yield
    except (Exception, SystemExit) as error:
        if is_closed_pipe(error):
            raise typer.Exit(0) from error
        raise


def _commands_of(module: str) -> dict[str, Any]:
    app = typer.Typer()
    app.callback()(_nothing)
    import_module(f"mlsurvey.cli.{module}").register(app)
    commands = get_group(app).commands
    for command in commands.values():
        without_checks(command)
    return dict(commands)


def _nothing() -> None:
    """Callback of a command group, which does nothing by itself."""
