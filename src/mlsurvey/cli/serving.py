"""``serve``, ``token`` and ``openapi``: the HTTP API and the page. Only these commands load the web framework."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlsurvey.cli.console import say, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Index, Model, settings_of
from mlsurvey.errors import needing

_SERVE = with_examples(
    'Serve a page for browsers, and the HTTP API. Settings: options, MLSURVEY_SERVE_<NAME>, the table "serve" of '
    "mlsurvey.toml.",
    "serve",
    "serve --port 9000 --read-only",
    "serve --workers 2 --threads 1",
    "serve --host 0.0.0.0 --allowed-host survey.example.org",
)
_TOKEN = with_examples(
    "Create a token for the HTTP API and the page. It is shown once; the file stores only its digest.",
    "token",
    "token --read-only --label dashboard",
)

_OPENAPI = with_examples(
    "Print the OpenAPI description of the HTTP API, for generating clients. A running service has it at /openapi.json.",
    "openapi",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_SERVE)(serve)
    app.command(help=_TOKEN)(token)
    app.command(help=_OPENAPI)(openapi)


def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 selects a free one. [default: 8642]")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of processes. [default: 1]")] = None,
    threads: Annotated[int | None, typer.Option(help="Concurrent requests per process. [default: 16]")] = None,
    queue: Annotated[int | None, typer.Option(help="Waiting requests per process. [default: 64]")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Maximum seconds per request. [default: 60]")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Reject changes and jobs.")] = False,
    tokens_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File with tokens, created by 'token'.")
    ] = None,
    allowed_host: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Another host name to accept.")] = None,
    cors_origin: Annotated[list[str] | None, typer.Option(metavar="URL", help="Origin whose pages may call.")] = None,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Serve."""
    with needing("serve", "the service"):
        from mlsurvey.api.server import serve as run
        from mlsurvey.api.settings import load_service_settings

    given: dict[str, object] = {"host": host, "port": port, "workers": workers, "threads": threads, "queue": queue}
    given |= {"time_limit": time_limit, "read_only": read_only or None, "tokens_file": tokens_file}
    given |= {"allowed_hosts": allowed_host or None, "cors_origins": cors_origin or None}
    run(settings_of(ctx, corpus, index, model), load_service_settings(given), tell=write)


def token(
    read_only: Annotated[bool, typer.Option("--read-only", help="Allow reading only, no changes.")] = False,
    label: Annotated[str, typer.Option(metavar="TEXT", help="Label stored with the digest.")] = "",
    tokens_file: Annotated[Path | None, typer.Option(metavar="FILE", help="File to add the token to.")] = None,
) -> None:
    """Make a token."""
    with needing("serve", "a token"):
        from mlsurvey.api.security import make_token
        from mlsurvey.api.settings import load_service_settings

    file = load_service_settings({"tokens_file": tokens_file}).tokens_file
    write(make_token(file, "read" if read_only else "write", label))
    say(f"digest saved in {file}; restart a running service to use the token")


def openapi() -> None:
    """Print the description."""
    with needing("serve", "the description of the service"):
        from mlsurvey.api.description import openapi_text

    write(openapi_text().rstrip())
