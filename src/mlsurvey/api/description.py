"""The OpenAPI description as text, to generate clients from and to review changes."""

from __future__ import annotations

import json
from pathlib import Path

from mlsurvey.api.app import create_app
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.settings import Settings


def openapi_text() -> str:
    """Return the description of every route as JSON. It depends on the version but not on any setting."""
    described = create_app(Settings(corpus=Path("corpus"), index=Path("index")), ServiceSettings()).openapi()
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"
