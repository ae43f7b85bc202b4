"""Reads the vocabulary files ``entities.toml``, ``aspects.toml`` and ``subjects.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from mlsurvey.errors import SettingsError, similar
from mlsurvey.types import Aspect, Category, Entity, Fact
from mlsurvey.vocabulary.edits import SUBJECTS, Edit

Noun = TypeVar("Noun", Entity, Aspect, Category, Fact, Edit)

ENTITIES = "entities.toml"
ASPECTS = "aspects.toml"
_NOT_IN_FILES = frozenset({"found", "members"})
"""Fields that only mlsurvey sets."""
_OPTIONAL_NAME = (Edit,)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Entities, aspects and categories, in file order, and corrections."""

    entities: tuple[Entity, ...]
    aspects: tuple[Aspect, ...]
    categories: tuple[Category, ...] = ()
    bundled: frozenset[str] = frozenset()
    """Slugs of the entities that come with mlsurvey: names of one field, which not every corpus is about."""
    bundled_aspects: frozenset[str] = frozenset()
    """Slugs of the aspects and categories that come with it."""
    edits: tuple[Edit, ...] = ()
    """Corrections to the subjects, declared or found."""
    facts: tuple[Fact, ...] = ()
    """Facts that front matter may record."""


def load_vocabulary(folders: Iterable[Path], bundled: Path | None = None) -> Vocabulary:
    """Load the vocabulary of the folders that have the files; later folders add entries or replace them by slug.

    Args:
        folders: folders, of which any may lack any file.
        bundled: the one whose entries come with mlsurvey, if it is among them.

    Raises:
        SettingsError: a file is not TOML, or an entry has an unknown key or a value of the wrong type; the message
            gives the line.
    """
    entities: dict[str, Entity] = {}
    aspects: dict[str, Aspect] = {}
    categories: dict[str, Category] = {}
    edits: dict[str, Edit] = {}
    facts: dict[str, Fact] = {}
    own: set[str] = set()
    own_aspects: set[str] = set()
    shipped: dict[str, Entity | Aspect | Category] = {}
    for folder in folders:
        names, points = _File(folder / ENTITIES, "entity", "category"), _File(folder / ASPECTS, "aspect", "fact")
        entities |= (named := {e.slug: e for e in names.entries("entity", Entity)})
        categories |= (classes := {c.slug: c for c in names.entries("category", Category)})
        aspects |= (compared := {a.slug: a for a in points.entries("aspect", Aspect)})
        facts |= {f.slug: f for f in points.entries("fact", Fact)}
        edits |= {e.slug: e for e in load_edits(folder)}
        if folder == bundled:
            shipped = {**named, **compared, **classes}
            own, own_aspects = {*named}, {*compared, *classes}
        elif bundled is not None:  # an entry of the user replaces a bundled one, unless it is a copy of it
            changed = {slug for slug, noun in (named | compared | classes).items() if shipped.get(slug) != noun}
            own, own_aspects = own - changed, own_aspects - changed
    nouns = (tuple(entities.values()), tuple(aspects.values()), tuple(categories.values()))
    return Vocabulary(*nouns, frozenset(own), frozenset(own_aspects), tuple(edits.values()), tuple(facts.values()))


def load_edits(folder: Path) -> list[Edit]:
    """The corrections in the ``subjects.toml`` of a folder. Raises like :func:`load_vocabulary`."""
    return _File(folder / SUBJECTS, "subject").entries("subject", Edit)


def keys_of(noun: type[Noun]) -> dict[str, str]:
    """The keys of an entry, each with the type of its value in Python."""
    return {field.name: str(field.type) for field in fields(noun) if field.name not in _NOT_IN_FILES}


def required_of(noun: type[Noun]) -> tuple[str, ...]:
    """The keys that an entry needs."""
    return ("slug",) if noun in _OPTIONAL_NAME else ("slug", "name")


@lru_cache(maxsize=4)
def _parsed(text: str) -> dict[str, Any]:
    """Tables of a text: a process that opens several indexes, or one anew, parses the bundled files once."""
    return tomllib.loads(text)


class _File:
    """A vocabulary file with tables of these names; one that does not exist is empty."""

    def __init__(self, path: Path, *tables: str) -> None:
        self._path = path
        self._text = ""
        if not path.is_file():
            self._tables: Mapping[str, Any] = {}
            return
        try:
            self._text = path.read_text("utf-8")
            self._tables = _parsed(self._text)
        except UnicodeDecodeError as error:
            raise SettingsError(
                f"{path} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8"
            ) from error
        except OSError as error:
            raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path} is not valid TOML: {error}") from error
        for key in self._tables:
            if key not in tables:
                known = " and ".join(f"[[{table}]]" for table in tables)
                raise SettingsError(
                    f"{path}, line {self._first(key)}: unknown key {key!r} outside an entry{similar(key, tables)}; "
                    f"known: {known}"
                )

    def entries(self, table: str, noun: type[Noun]) -> list[Noun]:
        """All entries of an array of tables, checked."""
        rows = self._tables.get(table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            line = self._line(table, 0)
            raise SettingsError(
                f"{self._path}, line {line}: {table!r} is not a list of entries; begin each with [[{table}]]"
            )
        known = keys_of(noun)
        for number, row in enumerate(rows):
            self._check(table, number, row, known)
            for key in required_of(noun):
                if not row.get(key):
                    place = self._place(table, number)
                    raise SettingsError(f'{place}: the [[{table}]] has no {key}; add {key} = "…"')
        return [noun(**_values(row)) for row in rows]

    def _check(self, table: str, number: int, row: Mapping[str, Any], known: Mapping[str, str]) -> None:
        for key, value in row.items():
            if key not in known:
                hint = similar(key, known)
                raise SettingsError(
                    f"{self._place(table, number, key)}: unknown key {key!r} in {row.get('slug', table)!r}{hint}; "
                    f"known: {', '.join(sorted(known))}"
                )
            if (wanted := _fault(value, known[key])) is not None:
                place = self._place(table, number, key)
                raise SettingsError(f"{place}: {key} is {value!r}, it has to be {wanted}")

    def _place(self, table: str, number: int, key: str | None = None) -> str:
        """Where an entry or a key in it stands. Searched for only if something is wrong with it: it takes a while."""
        return f"{self._path}, line {self._line(table, number, key)}"

    def _first(self, key: str) -> int:
        """Line of a table or key at the top of the file, from 1; 1 if it is written in some other way."""
        found = re.search(rf'^[ \t]*(?:\[\[?\s*)?"?{re.escape(key)}"?\s*[\].=]', self._text, re.MULTILINE)
        return self._text.count("\n", 0, found.start()) + 1 if found else 1

    def _line(self, table: str, number: int, key: str | None = None) -> int:
        """Line of an entry, or of a key in it, from 1; 1 if it is written in some other way."""
        heads = [match.start() for match in re.finditer(rf"^[ \t]*\[\[?\s*{table}\b", self._text, re.MULTILINE)]
        if number >= len(heads):
            return 1
        start, end = heads[number], len(self._text)
        if following := re.compile(r"^[ \t]*\[", re.MULTILINE).search(self._text, self._text.find("\n", start) + 1):
            end = following.start()
        if key and (
            found := re.compile(rf'^[ \t]*"?{re.escape(key)}"?\s*=', re.MULTILINE).search(self._text, start, end)
        ):
            start = found.start()
        return self._text.count("\n", 0, start) + 1


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _fault(value: object, wanted: str) -> str | None:
    """What a value of this type has to be; None if it is."""
    if wanted.startswith("tuple"):
        is_right = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return None if is_right else 'a list of texts, such as ["one", "two"]'
    if wanted == "bool":
        return None if isinstance(value, bool) else "true or false"
    return None if isinstance(value, str) else "a text in quotation marks"
