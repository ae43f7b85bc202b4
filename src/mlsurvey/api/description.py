"""The OpenAPI description as a text, for a file that clients are made from and that changes are seen in."""

from __future__ import annotations

import json
from pathlib import Path

from mlsurvey.api.app import create_app
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.settings import Settings


def openapi_text() -> str:
    """The description of every route, as JSON. It depends on the version and on nothing that may be set."""
    described = create_app(Settings(corpus=Path("corpus"), index=Path("index")), ServiceSettings()).openapi()
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"
