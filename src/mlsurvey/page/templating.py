"""Fills the templates. Only this module knows their engine."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from mlsurvey.page import links
from mlsurvey.rendering.examples import language_name
from mlsurvey.rendering.plain import one_line, visible

ASSETS = "/assets"
"""Route of the files below."""
FOLDER = Path(str(files("mlsurvey.page"))) / "assets"
"""Style sheets, scripts and the font."""


def fill(template: str, **values: Any) -> str:
    """Return a page. Whatever comes from a document is escaped, and its control characters are written out."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mlsurvey.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"line": one_line, "text": visible, "language": language_name, "number": "{:,}".format}
    environment.globals |= {"links": links, "asset": _asset}
    return environment


@cache
def _asset(name: str) -> str:
    """Return the address of an asset; it changes with the file, so that a browser never keeps an old one."""
    return f"{ASSETS}/{name}?v={sha256((FOLDER / name).read_bytes()).hexdigest()[:12]}"
