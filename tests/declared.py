"""What pyproject.toml declares: distributions of each extra, and the packages that they install."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
BASE: list[str] = PROJECT["dependencies"]
EXTRAS: dict[str, list[str]] = {
    name: lines for name, lines in PROJECT["optional-dependencies"].items() if name != "dev"
}
"""Extras for users, with their requirements."""
DEVELOPMENT: list[str] = PROJECT["optional-dependencies"]["dev"]


def distributions(requirements: list[str]) -> set[str]:
    """Normalised names of the distributions that are required, without our own."""
    return {normal(re.split(r"[^\w.-]", line)[0]) for line in requirements} - {"mlsurvey"}


def packages(extra: str) -> list[str]:
    """Top-level packages that the extra itself brings, as far as it is installed."""
    wanted = distributions(EXTRAS[extra])
    return sorted(name for name, owners in owners_of_packages().items() if wanted & owners)


@cache
def owners_of_packages() -> dict[str, set[str]]:
    """The installed distributions that have files of each top-level package."""
    return {name: set(map(normal, owners)) for name, owners in packages_distributions().items()}


def normal(name: str) -> str:
    """The name of a distribution as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
