"""Reads the texts of a corpus folder, and parses its profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from mlsurvey.curation import profiles, surveys
from mlsurvey.curation.findings import Finding
from mlsurvey.curation.profile import FormError, Profile, fields, parse
from mlsurvey.errors import NotFoundError, SettingsError
from mlsurvey.reading.ignoring import SOURCES
from mlsurvey.reading.scan import MARKDOWN_SUFFIXES
from mlsurvey.syncing.provenance import UPSTREAM
from mlsurvey.types import Entity
from mlsurvey.vocabulary.load import ENTITIES, load_vocabulary


@dataclass
class Folder:
    """The texts of a corpus folder."""

    path: Path
    texts: Mapping[str, str]
    """Markdown texts by path, fetched ones left out."""
    names: str | None
    """Text of ``entities.toml``, if the folder has one."""
    sources: str | None
    """The same of ``sources.toml``."""
    entities: tuple[Entity, ...] = ()
    claims: tuple[str, ...] = ()
    """Paths of the texts that should be profiles."""
    profiles: list[Profile] = field(default_factory=list)
    """Those that could be parsed."""
    faults: list[Finding] = field(default_factory=list)
    """Why entities or profiles could not be parsed."""

    def exists(self, path: str) -> bool:
        """Whether the folder has a file or folder at a path."""
        return (self.path / path).exists()

    @cached_property
    def surveys(self) -> tuple[str, ...]:
        """Paths of the surveys."""
        return tuple(path for path, text in self.texts.items() if surveys.is_survey(path, text))

    @cached_property
    def footnotes(self) -> Mapping[str, str]:
        """Footnotes of all sources of the profiles, by id."""
        return {source.id: source.footnote for profile in self.profiles for source in profile.front.sources}


def read_folder(path: Path, command: str) -> Folder:
    """Read a corpus folder for a command.

    Raises:
        NotFoundError: the folder does not exist.
    """
    if not path.is_dir():
        raise NotFoundError(f"no folder {str(path)!r}; name one: mlsurvey corpus {command} FOLDER")
    texts = {
        file.relative_to(path).as_posix(): file.read_text("utf-8", errors="replace")
        for file in sorted(path.rglob("*"))
        if file.suffix.lower() in MARKDOWN_SUFFIXES and file.is_file() and _is_own(file.relative_to(path))
    }
    folder = Folder(path, texts, _text(path / ENTITIES), _text(path / SOURCES))
    try:
        folder.entities = load_vocabulary([path]).entities
    except SettingsError as error:
        folder.faults.append(Finding(ENTITIES, 1, "entity", str(error).replace(f"{path}/", ""), "fix the file"))
    own = {entity.slug for entity in folder.entities}
    folder.claims = tuple(path for path, text in texts.items() if is_profile(path, text, own))
    for claim in folder.claims:
        _parse(folder, claim)
    return folder


def is_profile(path: str, text: str, own: set[str]) -> bool:
    """Whether a text should be checked as a profile.

    It should if its front matter has a slug and sources, or if it lies below
    ``libraries/`` and is named after an entity of the corpus.
    """
    if fields(text).keys() >= {"slug", "sources"}:
        return True
    return path.startswith(f"{profiles.LIBRARIES}/") and PurePosixPath(path).stem in own


def _is_own(path: Path) -> bool:
    """Whether a file is neither hidden nor fetched: upstream documents are not checked."""
    return path.parts[0] != UPSTREAM and not any(part.startswith(".") for part in path.parts)


def _text(path: Path) -> str | None:
    return path.read_text("utf-8", errors="replace") if path.is_file() else None


def _parse(folder: Folder, path: str) -> None:
    try:
        folder.profiles.append(parse(folder.texts[path], path))
    except FormError as error:
        for fault in error.faults:
            advice = "follow the form of the existing profiles"
            folder.faults.append(Finding(path, fault.line, "form", fault.problem, advice))
