"""Package registries of this machine, from the configuration of npm and pip."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs

NPM = "https://registry.npmjs.org"
PYPI = "https://pypi.org"
_NPMRC = re.compile(r"^\s*registry\s*=\s*(?P<url>\S+)\s*$", re.MULTILINE)


def npm_registry(environment: Mapping[str, str] = os.environ) -> str:
    """Base URL of the npm registry, without a trailing slash: resolved as by npm, except for project files.

    The environment takes precedence (``NPM_CONFIG_REGISTRY``, in any case), then
    the user's ``.npmrc``, then the public registry. Only the URL is read:
    packages are fetched without credentials.
    """
    values = {name.lower(): value for name, value in environment.items()}
    file = Path(values.get("npm_config_userconfig") or Path.home() / ".npmrc")
    found = _NPMRC.search(_text(file))
    url = values.get("npm_config_registry") or (found["url"].strip("\"'") if found else "")
    return (url if _is_web(url) else NPM).rstrip("/")


def pypi_index(environment: Mapping[str, str] = os.environ) -> str:
    """Base URL of the Python package index, without a trailing ``/simple``: resolved as by pip.

    The environment takes precedence (``PIP_INDEX_URL``), then pip's configuration files, then PyPI.
    """
    candidates = [environment.get("PIP_INDEX_URL", ""), *_pip_values(environment)]
    url = next((url for url in candidates if _is_web(url)), PYPI)
    return url.rstrip("/").removesuffix("/simple").rstrip("/")


def _pip_values(environment: Mapping[str, str]) -> Iterator[str]:
    """``index-url`` from pip's configuration files, in order of precedence."""
    named = environment.get("PIP_CONFIG_FILE")
    user = platformdirs.user_config_path("pip")
    files = [Path(named)] if named else [user / "pip.conf", user / "pip.ini", Path.home() / ".pip" / "pip.conf"]
    for file in (*files, Path("/etc/pip.conf")):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(_text(file))
        except configparser.Error:
            continue
        for section in ("install", "global"):
            yield parser.get(section, "index-url", fallback="")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:  # missing or unreadable: treated as not set
        return ""


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))
