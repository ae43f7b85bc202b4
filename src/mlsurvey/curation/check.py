"""Check a corpus folder: everything that claims to be a profile, a survey, a list of names or of sources.

Plain documents claim nothing and are never found fault with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from mlsurvey.curation import links, names, profiles, surveys
from mlsurvey.curation.findings import Finding
from mlsurvey.curation.profile import FormError, Profile, fields, parse
from mlsurvey.errors import NotFoundError, SettingsError
from mlsurvey.reading.scan import MARKDOWN_SUFFIXES, SOURCES
from mlsurvey.syncing.provenance import UPSTREAM
from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.load import ENTITIES, load_vocabulary


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check looked at, and what it found."""

    findings: tuple[Finding, ...]
    profiles: int
    surveys: int
    sentences: int
    """Of all profiles."""
    sourced: int
    """Sentences that end in references."""


@dataclass(slots=True)
class _Corpus:
    """The texts of a folder and what they claim to be."""

    texts: Mapping[str, str]
    entities: tuple[Entity, ...]
    names: str | None
    """Text of ``entities.toml``, where the folder has one."""
    sources: str | None
    exists: Callable[[str], bool]
    findings: list[Finding] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)


def check(folder: Path) -> Checked:
    """Look at every rule. Nothing is written.

    Raises:
        NotFoundError: there is no such folder.
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
    """Whether a text claims to be a profile.

    It does by its front matter, with a slug and sources, or by its place: below
    ``libraries/`` under the name of one of the corpus's own entities.
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
        corpus.findings.append(Finding(ENTITIES, 1, "entity", str(error).replace(f"{folder}/", ""), "mend the file"))
    return corpus


def _is_own(path: Path) -> bool:
    """Neither hidden nor fetched: what upstream wrote is not ours to mend."""
    return path.parts[0] != UPSTREAM and not any(part.startswith(".") for part in path.parts)


def _text(path: Path) -> str | None:
    return path.read_text("utf-8", errors="replace") if path.is_file() else None


def _parse(corpus: _Corpus, path: str) -> None:
    try:
        corpus.profiles.append(parse(corpus.texts[path], path))
    except FormError as error:
        for fault in error.faults:
            advice = "see the profiles that are there for the form"
            corpus.findings.append(Finding(path, fault.line, "form", fault.problem, advice))


def _introduced(parsed: list[Profile]) -> Iterator[Entity]:
    """Entities that profiles bring along themselves, for a corpus without an ``entities.toml``."""
    for profile in parsed:
        front = profile.front
        yield Entity(front.slug, front.name, tuple(front.aliases), front.language, front.kind, tuple(front.category))


def _check_lists(corpus: _Corpus, own: set[str], claims: list[str]) -> None:
    if corpus.names is not None:
        corpus.findings += names.entity_rules(corpus.names, corpus.entities)
    if corpus.sources is not None:
        slugs = {PurePosixPath(path).stem for path in claims}
        corpus.findings += names.source_rules(corpus.sources, slugs, own)
