"""The terminal interface in a browser on this machine."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from aiohttp import web
from aiohttp.typedefs import Handler
from textual_serve.server import Server, to_int

from mlsurvey_tui.kept import SECONDS, Kept

if TYPE_CHECKING:
    from mlsurvey.settings import Settings

HOST = "localhost"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content security policy: the page loads nothing from elsewhere. The terminal of the browser writes its own styles."""
OWN = Path(__file__).parent / "browser"
SESSION = "{session:[0-9a-f-]{36}}"


class LoopbackServer(Server):
    """Serves only pages of this machine.

    Anyone who reaches the socket can read and delete documents. So a page of
    another site must not be able to open it, not even through a host name of
    its own that resolves to this machine (DNS rebinding).
    """

    def __init__(self, command: str, *, port: int, host: str = HOST, seconds: float = SECONDS) -> None:
        """Create a server.

        Args:
            command: what each browser tab runs.
            port: where to listen.
            host: where to listen, and the name in addresses.
            seconds: how long an interface is kept after its tab has gone.
        """
        super().__init__(command, host=host, port=port, title="mlsurvey", templates_path=OWN)
        self.kept = Kept(command, self.download_manager, seconds=seconds)

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.add_routes([web.get(f"/ws/{SESSION}", self.handle_websocket), web.static("/own", OWN / "own")])
        app.middlewares.append(refuse_others)
        app.on_response_prepare.append(_add_policy)
        app.on_shutdown.append(self.kept.end_all)
        return app

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Connect a tab with its interface."""
        width, height = (to_int(request.query.get(name, ""), usual) for name, usual in (("width", 80), ("height", 24)))
        socket = web.WebSocketResponse(heartbeat=15)
        await socket.prepare(request)
        name = request.match_info.get("session") or str(uuid4())
        interface = await self.kept.open(name, socket, width, height)
        try:
            await self._process_messages(socket, interface)
        finally:
            self.kept.leave(name, interface, socket)
        return socket


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
    LoopbackServer(command, port=port).serve()


def _is_here(url: str, host: str) -> bool:
    try:
        parts, own = urlsplit(url), urlsplit(host)
        return parts.hostname in LOOPBACK and parts.port == own.port
    except ValueError:  # invalid port
        return False
