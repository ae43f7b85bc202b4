"""Reads the vocabulary files ``entities.toml`` and ``aspects.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from mlsurvey.errors import SettingsError
from mlsurvey.types import Aspect, Category, Entity

Noun = TypeVar("Noun", Entity, Aspect, Category)

ENTITIES = "entities.toml"
ASPECTS = "aspects.toml"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Entities, aspects and categories, in file order."""

    entities: tuple[Entity, ...]
    aspects: tuple[Aspect, ...]
    categories: tuple[Category, ...] = ()


def load_vocabulary(folders: Iterable[Path]) -> Vocabulary:
    """Load the vocabulary of the folders that have the files; later folders add entries or replace them by slug.

    Raises:
        SettingsError: a file is not TOML, or an entry has an unknown key or a value of the wrong type.
    """
    entities: dict[str, Entity] = {}
    aspects: dict[str, Aspect] = {}
    categories: dict[str, Category] = {}
    for folder in folders:
        names, points = folder / ENTITIES, folder / ASPECTS
        tables = _tables(names)
        entities |= {e.slug: e for e in _entries(names, tables.get("entity", []), Entity)}
        categories |= {c.slug: c for c in _entries(names, tables.get("category", []), Category)}
        aspects |= {a.slug: a for a in _entries(points, _tables(points).get("aspect", []), Aspect)}
    return Vocabulary(tuple(entities.values()), tuple(aspects.values()), tuple(categories.values()))


def _tables(path: Path) -> dict[str, Any]:
    """Tables of a file; empty if the file is absent."""
    if not path.is_file():
        return {}
    try:
        return _parsed(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


@lru_cache(maxsize=4)
def _parsed(text: str) -> dict[str, Any]:
    """Tables of a text: a process that opens several indexes, or one anew, parses the bundled files once."""
    return tomllib.loads(text)


def _entries(path: Path, rows: Iterable[dict[str, Any]], noun: type[Noun]) -> list[Noun]:
    known = frozenset(f.name for f in fields(noun))
    return [_entry(path, row, noun, known) for row in rows]


def _entry(path: Path, row: dict[str, Any], noun: type[Noun], known: frozenset[str]) -> Noun:
    if unknown := sorted(set(row) - known):
        raise SettingsError(
            f"{path}: unknown key {unknown[0]!r} in {row.get('slug', row)!r}; known: {', '.join(sorted(known))}"
        )
    if not isinstance(row.get("slug"), str) or not isinstance(row.get("name"), str):
        raise SettingsError(f"{path}: an entry needs a slug and a name, both strings: {row!r}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return noun(**values)
