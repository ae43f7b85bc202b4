"""The commands by name, each read in when it is run: one run needs one of them, the help all."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from mlsurvey.cli.values import without_checks
from mlsurvey.errors import Interrupted

COMMANDS = {
    "ask": "asking",
    "search": "asking",
    "chat": "chatting",
    "tui": "interface",
    "refresh": "indexing",
    "add": "collecting",
    "remove": "collecting",
    "show": "collecting",
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
"""Command -> module of this package with a function ``register``; in the order of the help."""


class Commands(TyperGroup):
    """Reads a command in when it is wanted, and ends a run the way Unix tools do."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        without_checks(self)

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; a wrong name is compared with those of all commands."""
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.commands.update(_commands_of(COMMANDS[name]))
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a reader that closes the pipe early got what it wanted, so that is success."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more at exit
            raise typer.Exit(0) from error
        except KeyboardInterrupt as error:
            raise Interrupted("interrupted") from error
        return result


def _commands_of(module: str) -> dict[str, Any]:
    app = typer.Typer()
    app.callback()(_nothing)
    import_module(f"mlsurvey.cli.{module}").register(app)
    commands = get_group(app).commands
    for command in commands.values():
        without_checks(command)
    return dict(commands)


def _nothing() -> None:
    """A group of commands of its own does nothing."""
