"""``mcp``: the survey as tools for an agent. Only this command and the service load the protocol's package."""

from __future__ import annotations

import typer

from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Index, Model, settings_of
from mlsurvey.errors import needing

_MCP = with_examples(
    "Run a Model Context Protocol (MCP) server on standard input and output. The agent starts it; its tools are "
    "read-only. A running service offers the same tools at /mcp.",
    "mcp",
    "mcp --corpus ~/notes --index ~/.cache/notes",
)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(help=_MCP)(mcp)


def mcp(ctx: typer.Context, corpus: Corpus = None, index: Index = None, model: Model = None) -> None:
    """Serve the tools."""
    with needing("mcp", "the tool server"):
        from mlsurvey.mcp.stdio import serve

    serve(settings_of(ctx, corpus, index, model))
