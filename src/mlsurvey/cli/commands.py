"""The commands by name, imported on demand: a run needs only one of them, the help needs all."""

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
"""Command -> module of this package with a ``register`` function, in the order of the help."""


class Commands(TyperGroup):
    """Imports commands on demand, and handles closed pipes and interrupts as Unix tools do."""

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

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a pipe closed early by its reader counts as success."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes again at exit
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
    """Callback of a command group, which does nothing by itself."""
