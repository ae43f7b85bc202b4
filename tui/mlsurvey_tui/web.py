"""The terminal interface in a browser on this machine."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from textual_serve.server import Server

if TYPE_CHECKING:
    from mlsurvey.settings import Settings

HOST = "localhost"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
POLICY = f"default-src 'self' http://{HOST}:* ws://{HOST}:* data: 'unsafe-inline'"
"""Content security policy: the page, whose template names a font of another site, loads nothing from elsewhere."""


class LoopbackServer(Server):
    """Serves only pages of this machine.

    Anyone who reaches the socket can read and delete documents. So a page of
    another site must not be able to open it, not even through a host name of
    its own that resolves to this machine (DNS rebinding).
    """

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(refuse_others)
        app.on_response_prepare.append(_add_policy)
        return app


async def _add_policy(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = POLICY


@web.middleware
async def refuse_others(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Return 403 unless both the requested host and the origin are this machine, at this port."""
    host, origin = f"//{request.host}", request.headers.get("Origin")
    if not _is_here(host, host) or (origin is not None and not _is_here(origin, host)):
        raise web.HTTPForbidden(text="only pages of this machine are allowed")
    return await handler(request)


def near(settings: Settings) -> list[str]:
    """Return the options for the index on this machine."""
    return ["--corpus", str(settings.corpus), "--index", str(settings.index), "--model", settings.model]


def far(server: str, token_file: Path | None) -> list[str]:
    """Return the options for the index of a server. The token itself stays in its file: other users see commands."""
    token = ["--token-file", str(token_file.expanduser().absolute())] if token_file else []
    return ["--server", server, *token]


def command(place: Sequence[str], theme: str | None) -> str:
    """Return the command that each browser tab runs, with the options for the index."""
    colours = ["--theme", theme] if theme else []
    return shlex.join([sys.executable, "-m", "mlsurvey", "tui", *place, *colours])


def serve(command: str, port: int) -> None:
    """Serve until interrupted."""
    LoopbackServer(command, host=HOST, port=port, title="mlsurvey").serve()


def _is_here(url: str, host: str) -> bool:
    try:
        parts, own = urlsplit(url), urlsplit(host)
        return parts.hostname in LOOPBACK and parts.port == own.port
    except ValueError:  # invalid port
        return False
