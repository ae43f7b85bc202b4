"""Start the terminal interface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from mlsurvey.errors import SettingsError, UsageError
from mlsurvey_tui import preferences
from mlsurvey_tui.app import MlsurveyApp
from mlsurvey_tui.ask.request import Service

if TYPE_CHECKING:
    from mlsurvey.settings import Settings
    from mlsurvey_tui.engine import Engine


def application(
    settings: Settings, *, state: Path | None = None, keys: Path | None = None, theme: str | None = None
) -> MlsurveyApp:
    """Create the application for an index on this machine. Nothing heavy is imported before the first frame.

    Args:
        settings: corpus, index and model.
        state: folder for the history and the preferences; by default the user's data folder.
        keys: file of custom key bindings; by default the one in the user's configuration folder.
        theme: theme for this run; by default the saved theme.

    Raises:
        UsageError: the theme does not exist.
    """

    def open_engine() -> Engine:
        from mlsurvey_tui.local import LocalEngine

        return LocalEngine(settings)

    return _application(open_engine, own_service, corpus=settings.corpus, state=state, keys=keys, theme=theme)


def connected(
    url: str, token: str | None, *, state: Path | None = None, keys: Path | None = None, theme: str | None = None
) -> MlsurveyApp:
    """Create the application for a server; arguments and errors are those of :func:`application`."""

    def open_engine() -> Engine:
        from mlsurvey_tui.remote.engine import RemoteEngine

        return RemoteEngine(url, token)

    service = Service(url, needs_token=token is not None)
    return _application(open_engine, lambda: service, corpus=None, state=state, keys=keys, theme=theme)


def own_service() -> Service:
    """Return the address where ``mlsurvey serve`` listens on this machine, from its settings."""
    from mlsurvey.api.settings import load_service_settings

    try:
        found = load_service_settings()
    except SettingsError:  # reported when the service starts; here the address is only an example
        return Service()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(found.host, found.host)  # wildcard: connect through loopback
    place = f"[{host}]" if ":" in host else host
    needs_token = bool(found.tokens) or not found.is_loopback or found.tokens_file.exists()
    return Service(f"http://{place}:{found.port}", needs_token) if found.port else Service(needs_token=needs_token)


def run(settings: Settings, *, theme: str | None = None, server: str | None = None, token: str | None = None) -> None:
    """Run until the user quits."""
    app = connected(server, token, theme=theme) if server else application(settings, theme=theme)
    app.run()
    if app.return_code:
        raise SystemExit(app.return_code)


def serve(
    settings: Settings,
    *,
    theme: str | None = None,
    port: int,
    server: str | None = None,
    token_file: Path | None = None,
) -> None:
    """Serve the application to a browser on this machine, for the index of a server if its address is given."""
    from mlsurvey_tui import web

    place = web.far(server, token_file) if server else web.near(settings)
    web.serve(web.command(place, theme), port)


def _application(
    open_engine: Callable[[], Engine],
    service: Callable[[], Service],
    *,
    corpus: Path | None,
    state: Path | None,
    keys: Path | None,
    theme: str | None,
) -> MlsurveyApp:
    app = MlsurveyApp(
        open_engine,
        corpus=corpus,
        state=state or preferences.state_folder(),
        keys=keys or platformdirs.user_config_path("mlsurvey") / preferences.KEYS_FILE,
        theme=theme,
        service=service,
    )
    if theme is not None and theme not in app.available_themes:
        raise UsageError(f"no theme {theme!r}; available: {', '.join(sorted(app.available_themes))}")
    return app
