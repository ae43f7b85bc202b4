"""Start the terminal interface."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from mlsurvey.settings import Settings
from mlsurvey_tui import preferences
from mlsurvey_tui.app import MlsurveyApp
from mlsurvey_tui.engine import Engine


def application(settings: Settings, *, state: Path | None = None) -> MlsurveyApp:
    """The application over an index on this machine. Nothing heavy is imported before the first frame."""

    def open_engine() -> Engine:
        from mlsurvey.survey import Survey

        return Survey(settings)

    return MlsurveyApp(
        open_engine,
        corpus=settings.corpus,
        state=state or preferences.state_folder(),
        keys=platformdirs.user_config_path("mlsurvey") / preferences.KEYS_FILE,
    )


def run(settings: Settings) -> None:
    """Run until the person quits."""
    application(settings).run()
