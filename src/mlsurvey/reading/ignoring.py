"""What stays out of the index on purpose: built-in rules, the user's patterns, and ignore files inside the corpus.

Patterns have the syntax and meaning of ``gitignore(5)``. As in ripgrep, the last pattern of a source that matches
decides, the source that is closest to the user has precedence, and a folder that is left out is not entered:

1. patterns given as a setting or option, relative to the corpus folder;
2. ``.mlsurveyignore``, the one of the deepest folder first;
3. ``.gitignore``, likewise;
4. folders of installed packages, by name or by the marker file of a virtual environment.

Only ignore files inside the corpus folder count: those above it describe what belongs into a repository, not what is
worth reading. Hidden files and editor backups stay out whatever the patterns say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mlsurvey.reading.names import composed
from mlsurvey.vocabulary.load import ASPECTS, ENTITIES

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

OWN, GIT = ".mlsurveyignore", ".gitignore"
IGNORE_FILES = (OWN, GIT)
SOURCES = "sources.toml"
"""Lists the sources of upstream documents."""
PROVENANCE = "provenance.json"
"""Records where each document in the upstream folder came from."""
HIDDEN, BACKUP, EXCLUDED, PACKAGES = "hidden", "backup", "excluded", "packages"
"""Reasons of this module, besides the names of the ignore files."""

_BACKUP_SUFFIXES = ("~", ".swp", ".swo", ".bak", ".orig", ".tmp")
_NO_DOCUMENTS = (ENTITIES, ASPECTS, SOURCES, PROVENANCE)
_PACKAGE_FOLDERS = ("node_modules", "__pycache__", "site-packages")
_MARKERS = ("pyvenv.cfg", "conda-meta")
"""Entries that only the top folder of a virtual environment has: PEP 405, and conda."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule says about a path."""

    is_out: bool
    reason: str
    """The kind of rule."""
    rule: str
    """The rule itself, with its place."""


class Patterns:
    """The patterns of one source, for paths below the folder ``base`` (empty, or with a slash at its end)."""

    def __init__(self, lines: Iterable[str], *, base: str = "", reason: str = EXCLUDED, place: str = "") -> None:
        self._lines = tuple(composed(line) for line in lines)
        self._base, self._reason, self._place = base, reason, place

    def decide(self, path: str) -> Decision | None:
        """What the patterns say about a path, a folder's with a slash at its end; None if no pattern matches."""
        result = self._spec.check_file(composed(path.removeprefix(self._base)))
        if result.include is None or result.index is None:
            return None
        place = f"{self._place}:{result.index + 1}: " if self._place else ""
        return Decision(result.include, self._reason, place + self._lines[result.index].strip())

    @cached_property
    def faults(self) -> tuple[tuple[int, str], ...]:
        """Lines that are no patterns, as pairs (number from 1, line)."""
        return tuple((number, line) for number, line in enumerate(self._lines, 1) if not _is_pattern(line))

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        from pathspec import GitIgnoreSpec  # takes 40 ms to load, and most corpora have no patterns

        wrong = {number for number, _ in self.faults}
        return GitIgnoreSpec.from_lines("" if n in wrong else line for n, line in enumerate(self._lines, 1))


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for the entries of one folder."""

    given: Patterns | None = None
    own: tuple[Patterns, ...] = ()
    """Those of ``.mlsurveyignore`` files, the deepest first."""
    git: tuple[Patterns, ...] = ()

    @classmethod
    def of(cls, exclude: Sequence[str]) -> Rules:
        """The rules at the top of the corpus, before its ignore files are read."""
        return cls(Patterns(exclude) if exclude else None)

    def below(self, patterns: Patterns, name: str) -> Rules:
        """The rules with those of an ignore file of this name in a deeper folder."""
        return replace(self, own=(patterns, *self.own)) if name == OWN else replace(self, git=(patterns, *self.git))

    def decide(self, path: str) -> Decision | None:
        """The decision on a path, a folder's with a slash at its end; None if no rule concerns it."""
        for patterns in filter(None, (self.given, *self.own, *self.git)):
            if decision := patterns.decide(path):
                return decision
        name = path.removesuffix("/").rpartition("/")[2]
        return Decision(True, PACKAGES, f"{name}/") if path.endswith("/") and name in _PACKAGE_FOLDERS else None


def marker(names: Iterable[str]) -> Decision | None:
    """The decision on a folder with entries of these names that no rule concerns; None if it is no environment."""
    found = next((name for name in names if name in _MARKERS), None)
    return Decision(True, PACKAGES, f"has {found}") if found else None


def passed_over(name: str) -> str | None:
    """Why a file or folder of this name always stays out; None if it does not."""
    if name.startswith("."):
        return HIDDEN
    if name.startswith("#") or name.endswith(_BACKUP_SUFFIXES):
        return BACKUP
    return "vocabulary" if name in _NO_DOCUMENTS else None


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
