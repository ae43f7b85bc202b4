"""``sources.toml``: origins of the README and the main guides of each library."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mlsurvey.errors import SettingsError
from mlsurvey.reading.ignoring import SOURCES
from mlsurvey.reading.scan import TEXT_SUFFIXES

_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
LONGEST_PATH = 200
"""Maximum bytes: a path becomes one file name, and file systems allow 255."""
_KEYS = ("source", "without_upstream")
_SOURCE = re.compile(r"^\s*\[\[\s*source\s*\]\]")
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class Source(BaseModel):
    """One origin of a library's documents: files of a GitHub repository, or the README of a package."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    slug: Slug
    """Slug of the library and name of the folder for its documents."""
    licence: str = Field(min_length=2)
    """SPDX expression of the documents; ``NOASSERTION`` if they state no licence."""
    repository: Annotated[str, Field(pattern=rf"^{_NAME}/{_NAME}$")] | None = None
    """``owner/name`` on GitHub."""
    paths: tuple[str, ...] = ()
    """Files of the repository, with forward slashes."""
    branch: Annotated[str, Field(pattern=r"^[\w][\w./-]*$")] = "HEAD"
    """Branch, tag or commit to read; ``HEAD`` is the default branch."""
    npm: Annotated[str, Field(pattern=r"^(@[a-z0-9~-][a-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$")] | None = None
    """npm package; the README of its latest release is fetched."""
    pypi: Annotated[str, Field(pattern=rf"^{_NAME}$")] | None = None
    """PyPI package; the description of its latest release is fetched."""

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        origins = [name for name in ("repository", "npm", "pypi") if getattr(self, name) is not None]
        if len(origins) != 1:
            raise ValueError(f"give one of repository, npm and pypi, not {' and '.join(origins) or 'none'}")
        if bool(self.paths) != (self.repository is not None):
            raise ValueError("give paths for a repository only, not for a package")
        for path in self.paths:
            if reason := refusal(path):
                raise ValueError(f"path {path!r} {reason}")
        return self


class Wanted(NamedTuple):
    """One document to fetch."""

    source: Source
    path: str
    """Path in the repository; empty for a package."""
    name: str
    """File name in the library's folder."""

    @property
    def origin(self) -> str:
        """Identifies the document across fetches: ``github:tracel-ai/burn:README.md``, ``npm:ml5``."""
        if self.source.repository:
            return origin_of(self.source.repository, self.path)
        return f"npm:{self.source.npm}" if self.source.npm else f"pypi:{self.source.pypi}"


@dataclass(frozen=True, slots=True)
class SourceFault:
    """A problem with an entry of ``sources.toml``."""

    line: int
    problem: str


class SourceFile(NamedTuple):
    """The content of a ``sources.toml``."""

    sources: list[Source]
    without_upstream: frozenset[str]
    """Slugs of libraries without upstream documents that can be fetched."""
    faults: list[SourceFault]


def origin_of(repository: str, path: str) -> str:
    """The origin of a file in a repository; lower-cased, because GitHub ignores case in repository names."""
    return f"github:{repository.lower()}:{path}"


def refusal(path: str) -> str | None:
    """Why a relative path cannot name a document below a folder, or None; it must not leave the folder or be hidden."""
    place = PurePosixPath(path)
    if not path or place.is_absolute() or "\\" in path or ":" in path.partition("/")[0]:
        return "is not a relative path with forward slashes"
    if any(part in ("..", ".") or part.startswith(".") for part in path.split("/")) or "//" in path:
        return "leaves its folder or is hidden"
    if not path.isprintable() or len(path.encode()) > LONGEST_PATH:
        return "is too long or has unprintable characters"
    if place.suffix.lower() not in TEXT_SUFFIXES:
        return f"has an unsupported format; supported: {', '.join(sorted(TEXT_SUFFIXES))}"
    return None


def read_sources(text: str) -> SourceFile:
    """Valid entries of a file, and the problems with the others.

    Raises:
        tomllib.TOMLDecodeError: the text is not valid TOML.
    """
    values = tomllib.loads(text)
    starts = [number for number, line in enumerate(text.splitlines(), start=1) if _SOURCE.match(line)]
    sources: list[Source] = []
    faults = [SourceFault(1, f"unknown key {key!r}; known: {', '.join(_KEYS)}") for key in values if key not in _KEYS]
    rows: Any = values.get("source", [])
    for index, row in enumerate(rows if isinstance(rows, list) else [rows]):
        line = starts[index] if index < len(starts) else 1
        try:
            sources.append(Source.model_validate(row))
        except ValidationError as error:
            faults += [SourceFault(line, _problem(row, found["loc"], found["msg"])) for found in error.errors()]
    without = values.get("without_upstream", [])
    if not (isinstance(without, list) and all(isinstance(slug, str) for slug in without)):
        faults.append(SourceFault(1, "without_upstream must be a list of slugs"))
        without = []
    return SourceFile(sources, frozenset(without), faults)


def load_sources(folders: Iterable[Path]) -> tuple[Source, ...]:
    """Sources of all folders that have the file; entries for a library in a later folder replace all earlier ones.

    Raises:
        SettingsError: a file is not TOML, or an entry is invalid.
    """
    found: dict[str, list[Source]] = {}
    for folder in folders:
        path = folder / SOURCES
        if not path.is_file():
            continue
        try:
            sources, _, faults = read_sources(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is not valid TOML: {error}") from error
        if faults:
            raise SettingsError(f"{path}:{faults[0].line}: {faults[0].problem}; type: mlsurvey corpus check {folder}")
        grouped: dict[str, list[Source]] = {}
        for source in sources:
            grouped.setdefault(source.slug, []).append(source)
        found |= grouped
    return tuple(source for group in found.values() for source in group)


def wanted(sources: Iterable[Source]) -> Iterator[Wanted]:
    """All documents of the sources. Paths are flattened into one folder: ``docs/guide.md`` becomes ``docs--guide.md``.

    Files from further origins of a library are prefixed with the name of the origin.
    """
    firsts: dict[str, Source] = {}
    for source in sources:
        first = firsts.setdefault(source.slug, source)
        is_plain = home_of(source) == home_of(first)
        for path in source.paths or ("",):
            name = path.replace("/", "--") or "README.md"
            yield Wanted(source, path, name if is_plain else f"{home_of(source).replace('/', '--')}--{name}")


def home_of(source: Source) -> str:
    """Short name of an origin: the repository without the owner, or the registry."""
    if source.repository:
        return source.repository.rpartition("/")[2]
    return "npm" if source.npm else "pypi"


def _problem(row: object, location: tuple[int | str, ...], message: str) -> str:
    slug = row.get("slug", "?") if isinstance(row, dict) else "?"
    field = ".".join(map(str, location))
    return f"source of {slug}{f', {field}' if field else ''}: {message.removeprefix('Value error, ')}"
