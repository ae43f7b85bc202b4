"""Interfaces served to browser tabs, which outlive a reload of their tab."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

SECONDS = 600.0
"""How long an interface without a tab is kept."""
MODES = b"\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?1006h\x1b[?25l\x1b[?2004h"
"""What an interface sets in a terminal when it starts: the alternate screen, the mouse, no cursor, marked pastes."""
PATIENCE = 5.0
"""Seconds that an interface has to end."""
PAUSE = 0.1
"""Seconds between two sizes, within which an interface would take only the last one."""


class Interface(AppService):
    """The process of one interface, and the tab that shows it, if there is one."""

    def __init__(self, command: str, downloads: DownloadManager) -> None:
        super().__init__(
            f"exec {command}" if os.name == "posix" else command,  # so that the process is the interface, not a shell
            write_bytes=self._write_bytes,
            write_str=self._write_str,
            close=self._close,
            download_manager=downloads,
        )
        self.socket: web.WebSocketResponse | None = None
        self.has_ended = False

    async def run(self) -> None:
        """Pass on what the process shows, until it ends."""
        try:
            await super().run()
        finally:
            self.has_ended = True
            await self._close()

    async def stop(self) -> None:
        """Ask the interface to end; one that does not, because it is still starting, is killed."""
        ending = asyncio.create_task(super().stop())
        done, _ = await asyncio.wait({ending}, timeout=PATIENCE)
        if not done and self._process is not None:
            self._process.kill()
        await ending

    async def attach(self, socket: web.WebSocketResponse, width: int, height: int) -> None:
        """Show the interface, as it is now, in another tab; the one before is closed."""
        before, self.socket = self.socket, socket
        if before is not None:
            await before.close()
        await self._write_bytes(MODES)
        await self.set_terminal_size(width, height - 1)  # only a change of size is drawn whole
        await asyncio.sleep(PAUSE)
        await self.set_terminal_size(width, height)

    async def _write_bytes(self, data: bytes) -> None:
        if self.socket is not None:
            with suppress(ConnectionError):  # the tab is going; what it misses is drawn when it comes back
                await self.socket.send_bytes(data)

    async def _write_str(self, text: str) -> None:
        if self.socket is not None:
            with suppress(ConnectionError):
                await self.socket.send_str(text)

    async def _close(self) -> None:
        if self.socket is not None:
            await self.socket.close()


class Kept:
    """The interfaces by the names that their tabs chose."""

    def __init__(self, command: str, downloads: DownloadManager, *, seconds: float = SECONDS) -> None:
        self._command, self._downloads, self._seconds = command, downloads, seconds
        self._interfaces: dict[str, Interface] = {}
        self._ends: dict[str, asyncio.Task[None]] = {}

    async def open(self, name: str, socket: web.WebSocketResponse, width: int, height: int) -> Interface:
        """Return the interface of a tab, started if there is none."""
        if end := self._ends.pop(name, None):
            end.cancel()
        found = self._interfaces.get(name)
        if found is not None and not found.has_ended:
            await found.attach(socket, width, height)
            return found
        self._interfaces[name] = made = Interface(self._command, self._downloads)
        made.socket = socket
        await made.start(width, height)
        return made

    def leave(self, name: str, interface: Interface, socket: web.WebSocketResponse) -> None:
        """Keep an interface for a while after its tab has gone."""
        if interface.socket is socket:
            interface.socket = None
            self._ends[name] = asyncio.create_task(self._end(name, interface))

    async def _end(self, name: str, interface: Interface) -> None:
        if not interface.has_ended:
            await asyncio.sleep(self._seconds)
        del self._interfaces[name], self._ends[name]
        await interface.stop()

    async def end_all(self, _: web.Application) -> None:
        """End all interfaces, with the server."""
        for end in self._ends.values():
            end.cancel()
        await asyncio.gather(*(interface.stop() for interface in self._interfaces.values()))
