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
from mlsurvey.vocabulary.edits import SUBJECTS
from mlsurvey.vocabulary.load import ASPECTS, ENTITIES

if TYPE_CHECKING:
    import re

    from pathspec.pattern import RegexPattern

OWN, GIT = ".mlsurveyignore", ".gitignore"
IGNORE_FILES = (OWN, GIT)
SOURCES = "sources.toml"
"""Lists the sources of upstream documents."""
PROVENANCE = "provenance.json"
"""Records where each document in the upstream folder came from."""
SETTINGS = "mlsurvey.toml"
"""Holds settings; see :mod:`mlsurvey.settings`."""
STORE = ".mlsurvey"
"""Folder in a corpus that holds its index, if that lies there. Not read, and not counted as left out."""
HIDDEN, BACKUP, EXCLUDED, PACKAGES = "hidden", "backup", "excluded", "packages"
"""Reasons of this module, besides the names of the ignore files."""

_BACKUP_SUFFIXES = ("~", ".swp", ".swo", ".bak", ".orig", ".tmp")
_NO_DOCUMENTS = (ENTITIES, ASPECTS, SUBJECTS, SOURCES, PROVENANCE, SETTINGS)
_PACKAGE_FOLDERS = ("node_modules", "__pycache__", "site-packages")
_FOLDER = "ps_d"
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
        name = composed(path.removeprefix(self._base))
        for number, is_out, regex in self._compiled:
            if _matches(regex, name):
                place = f"{self._place}:{number}: " if self._place else ""
                return Decision(is_out, self._reason, place + self._lines[number - 1].strip())
        return None

    @cached_property
    def faults(self) -> tuple[tuple[int, str], ...]:
        """Lines that are no patterns, as pairs (number from 1, line)."""
        return tuple((number, line) for number, line in enumerate(self._lines, 1) if _compiled(line) is None)

    @cached_property
    def _compiled(self) -> tuple[tuple[int, bool, re.Pattern[str]], ...]:
        """Line number from 1, whether it leaves out, and expression of each pattern; the last line first."""
        found = ((number, _compiled(line)) for number, line in enumerate(self._lines, 1))
        patterns = [(number, one.include, one.regex) for number, one in found if one is not None]
        return tuple((n, is_out, regex) for n, is_out, regex in reversed(patterns) if is_out is not None and regex)


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


def _matches(regex: re.Pattern[str], path: str) -> bool:
    """Whether a pattern matches a path itself, as in git, and not a folder above it.

    The library means a folder's pattern to match all that lies in it too, which is wrong where a later pattern takes
    part of it back; its group ``ps_d`` is the slash of the matched folder.
    """
    name = path.removesuffix("/")
    if (found := regex.search(name)) and not _folder_end(found):
        return True
    if name == path:
        return False
    starts = (0, len(name))  # the pattern for any folder is not anchored: its first match may be a folder above
    return any((found := regex.search(path, start)) and _folder_end(found) == len(path) for start in starts)


def _folder_end(found: re.Match[str]) -> int:
    """Where the folder that was matched ends; 0 if it was no folder."""
    return max(0, found.end(_FOLDER)) if _FOLDER in found.re.groupindex else 0


def _compiled(line: str) -> RegexPattern | None:
    """The pattern of a line; None if it is no pattern."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # 40 ms to load; most corpora have no patterns

    try:
        return GitIgnoreSpecPattern(line)
    except ValueError:
        return None
