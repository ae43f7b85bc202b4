"""Check a corpus folder: profiles, surveys, and the lists of names and sources.

Other documents are not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from mlsurvey.curation import links, names, profiles, surveys
from mlsurvey.curation.findings import Finding
from mlsurvey.curation.profile import FormError, Profile, fields, parse
from mlsurvey.errors import NotFoundError, SettingsError
from mlsurvey.reading.ignoring import SOURCES
from mlsurvey.reading.scan import MARKDOWN_SUFFIXES
from mlsurvey.syncing.provenance import UPSTREAM
from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.load import ENTITIES, load_vocabulary


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked, and the findings."""

    findings: tuple[Finding, ...]
    profiles: int
    surveys: int
    sentences: int
    """Number of sentences in all profiles."""
    sourced: int
    """Number of sentences that end in references."""


@dataclass(slots=True)
class _Corpus:
    """The texts of a corpus folder, and the check results so far."""

    texts: Mapping[str, str]
    entities: tuple[Entity, ...]
    names: str | None
    """Text of ``entities.toml``, if the folder has one."""
    sources: str | None
    exists: Callable[[str], bool]
    findings: list[Finding] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)


def check(folder: Path) -> Checked:
    """Check all rules. Writes nothing.

    Raises:
        NotFoundError: the folder does not exist.
    """
    corpus = _read(folder)
    own = {entity.slug for entity in corpus.entities}
    claims = [path for path, text in corpus.texts.items() if is_profile(path, text, own)]
    for path in claims:
        _parse(corpus, path)
    gazetteer = Gazetteer([*_introduced(corpus.profiles), *corpus.entities])
    for profile in corpus.profiles:
        corpus.findings += profiles.rules(profile, gazetteer, is_kept=corpus.names is not None)
    known = {source.id: source.footnote for profile in corpus.profiles for source in profile.front.sources}
    overviews = [path for path, text in corpus.texts.items() if surveys.is_survey(path, text)]
    for path in overviews:
        corpus.findings += surveys.rules(path, corpus.texts[path], known)
    for path in (*claims, *overviews):
        corpus.findings += links.rules(path, corpus.texts[path], corpus.exists)
    _check_lists(corpus, own, claims)
    lines = [sentence for profile in corpus.profiles for sentence in profile.sentences]
    sourced = sum(bool(line.references) for line in lines)
    return Checked(tuple(sorted(set(corpus.findings))), len(claims), len(overviews), len(lines), sourced)


def is_profile(path: str, text: str, own: set[str]) -> bool:
    """Whether a text should be checked as a profile.

    It should if its front matter has a slug and sources, or if it lies below
    ``libraries/`` and is named after an entity of the corpus.
    """
    if fields(text).keys() >= {"slug", "sources"}:
        return True
    return path.startswith(f"{profiles.LIBRARIES}/") and PurePosixPath(path).stem in own


def _read(folder: Path) -> _Corpus:
    if not folder.is_dir():
        raise NotFoundError(f"no folder {str(folder)!r}; name one: mlsurvey corpus check FOLDER")
    texts = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in MARKDOWN_SUFFIXES and path.is_file() and _is_own(path.relative_to(folder))
    }
    corpus = _Corpus(texts, (), _text(folder / ENTITIES), _text(folder / SOURCES), lambda p: (folder / p).exists())
    try:
        corpus.entities = load_vocabulary([folder]).entities
    except SettingsError as error:
        corpus.findings.append(Finding(ENTITIES, 1, "entity", str(error).replace(f"{folder}/", ""), "fix the file"))
    return corpus


def _is_own(path: Path) -> bool:
    """Whether a file is neither hidden nor fetched: upstream documents are not checked."""
    return path.parts[0] != UPSTREAM and not any(part.startswith(".") for part in path.parts)


def _text(path: Path) -> str | None:
    return path.read_text("utf-8", errors="replace") if path.is_file() else None


def _parse(corpus: _Corpus, path: str) -> None:
    try:
        corpus.profiles.append(parse(corpus.texts[path], path))
    except FormError as error:
        for fault in error.faults:
            advice = "follow the form of the existing profiles"
            corpus.findings.append(Finding(path, fault.line, "form", fault.problem, advice))


def _introduced(parsed: list[Profile]) -> Iterator[Entity]:
    """Entities defined by profiles, for a corpus without an ``entities.toml``."""
    for profile in parsed:
        front = profile.front
        yield Entity(front.slug, front.name, tuple(front.aliases), front.language, front.kind, tuple(front.category))


def _check_lists(corpus: _Corpus, own: set[str], claims: list[str]) -> None:
    if corpus.names is not None:
        corpus.findings += names.entity_rules(corpus.names, corpus.entities)
    if corpus.sources is not None:
        slugs = {PurePosixPath(path).stem for path in claims}
        corpus.findings += names.source_rules(corpus.sources, slugs, own)
