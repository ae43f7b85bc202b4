"""Plan a refresh: read what may have changed, and cut it into passages. Writes nothing."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlsurvey.calling import Progress
from mlsurvey.found import Found
from mlsurvey.index.changes import Changes, Known, classify
from mlsurvey.index.engine import ModelInfo
from mlsurvey.index.extracts import NO_EXTRACTS, Extracts
from mlsurvey.index.found import Named, name_all
from mlsurvey.index.identity import NO_DOCUMENTS, chunking_digest, documents_digest
from mlsurvey.index.ledger import Ledger, Published
from mlsurvey.index.sources import Content, look, look_again
from mlsurvey.reading.scan import FileState, scan
from mlsurvey.state import LeftOut, Unreadable
from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer, collapse
from mlsurvey.vocabulary.load import Vocabulary

if TYPE_CHECKING:
    from mlsurvey.index.drafts import Cut, Draft


_MANY_NAMES = 2_000
"""Changed names from which reading all documents again is faster than searching each of them for every name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The work of one refresh."""

    now_ns: int
    """Time at which the files were checked."""
    changes: Changes
    unreadable: tuple[Unreadable, ...]
    decoded: tuple[tuple[str, str], ...]
    """Pairs (path, how its bytes were read) of the documents read that are not valid UTF-8."""
    left_out: tuple[LeftOut, ...]
    drafts: tuple[Draft, ...]
    retired: tuple[int, ...]
    """Document versions to retire."""
    touched: tuple[tuple[int, FileState], ...]
    """Document versions with unchanged content, with the file state to record."""
    entities: tuple[Entity, ...]
    found: Found | None
    """Subjects found in the documents; None: as in the previous generation."""
    newly_found: tuple[str, ...]
    """Names of those that the previous generation does not have."""
    lost: tuple[str, ...]
    """Names of those that only the previous generation has."""
    chunking: str
    recipe: str
    documents: int
    """Number of documents after the refresh."""
    digest: str
    """Digest of all documents; see :func:`mlsurvey.index.identity.documents_digest`."""
    notes: tuple[str, ...]

    def keys(self) -> set[str]:
        """Keys of the passages to be written."""
        return {key for draft in self.drafts for key in draft.keys}

    def texts(self, known: Container[str]) -> dict[str, str]:
        """Texts to embed for the passages to be written, by key, without the ``known`` keys."""
        pairs = (pair for draft in self.drafts for pair in zip(draft.keys, draft.passages, strict=True))
        return {key: passage.embedding_text for key, passage in pairs if key not in known}

    def is_idle(self, base: Published | None) -> bool:
        """Whether the generation ``base`` is already up to date."""
        return base is not None and base.generation.recipe == self.recipe and not self.drafts and not self.retired


def make_plan(
    corpus: Path,
    ledger: Ledger | None,
    base: Published | None,
    vocabulary: Vocabulary,
    model: ModelInfo,
    progress: Progress,
    *,
    seconds: float,
    exclude: Sequence[str] = (),
    thorough: bool = False,
    extracts: Extracts = NO_EXTRACTS,
) -> Plan:
    """Compare the corpus with ``base``, the newest generation of the index that the ledger describes.

    A document that takes more time than allowed for ``seconds`` (see :mod:`mlsurvey.index.deadline`) is left out.
    ``exclude`` is that of :func:`mlsurvey.reading.scan.scan`; ``thorough`` reads every file, whatever its times say;
    ``extracts`` keeps the texts of converted documents.

    Raises:
        NotFoundError: the corpus folder does not exist.
    """
    now_ns = time.time_ns()
    files, skipped, left_out = scan(corpus, exclude)
    known = known_documents(ledger)
    chunking = chunking_digest(model)
    is_new_recipe = base is None or base.chunking != chunking

    known_here = {} if is_new_recipe else known
    sources = look(corpus, files, known_here, partial(progress, "read"), seconds, extracts, is_trusting=not thorough)
    named = name_all(ledger, base, sources, known, vocabulary, model)
    entities = named.entities
    affected = set(known) if is_new_recipe else _affected(ledger, base, entities)
    affected |= named.moved & known.keys()
    sources = look_again(corpus, sources, files, affected, seconds, extracts)

    fresh = {p: c for p, c in sources.read.items() if p in affected or p not in known or known[p].sha256 != c.sha256}
    cut = _drafts(fresh, named, model, progress, seconds)
    late = {one.path for one in cut if isinstance(one, Unreadable)}
    sources = sources.without(one for one in cut if isinstance(one, Unreadable))
    fresh = {path: content for path, content in fresh.items() if path not in late}
    gone = known.keys() - sources.sure.keys() - sources.read.keys()
    retired = [known[path] for path in [*gone, *fresh] if path in known]
    documents = len(known) - len(retired) + len(fresh)
    return Plan(
        now_ns=now_ns,
        changes=classify(known, {path: c.sha256 for path, c in sources.read.items()}, gone),
        unreadable=tuple(sorted([*skipped, *sources.unreadable.values()], key=lambda u: u.path)),
        decoded=tuple(sorted((path, content.remark) for path, content in sources.read.items() if content.remark)),
        drafts=tuple(one for one in cut if not isinstance(one, Unreadable)),
        left_out=tuple(left_out),
        retired=tuple(sorted(version.id for version in retired)),
        touched=tuple((known[path].id, c.state) for path, c in sources.read.items() if path not in fresh),
        entities=entities,
        found=named.found,
        newly_found=named.new,
        lost=named.lost,
        chunking=chunking,
        recipe=named.recipe,
        documents=documents,
        digest=documents_digest(
            base.digest if base else NO_DOCUMENTS,
            ((version.path, version.sha256) for version in retired),
            ((path, content.sha256) for path, content in fresh.items()),
        ),
        notes=tuple(
            _notes(base, model, chunking, len(affected & fresh.keys()), documents)
            or _note_of_names(base, named.recipe, is_alone=not (fresh or gone))
        ),
    )


def _drafts(
    fresh: Mapping[str, Content],
    named: Named,
    model: ModelInfo,
    progress: Progress,
    seconds: float,
) -> tuple[Cut, ...]:
    if not fresh:
        return ()
    from mlsurvey.index.drafts import drafts  # loads the Markdown parser, unneeded without changes

    return drafts(fresh, named.entities, named.about, model, partial(progress, "chunk"), seconds)


def known_documents(ledger: Ledger | None) -> dict[str, Known]:
    """Documents of the newest generation, by path."""
    return {one.path: one for one in ledger.known()} if ledger else {}


def _affected(ledger: Ledger | None, base: Published | None, entities: tuple[Entity, ...]) -> set[str]:
    """Documents that mention an added, removed or changed entity: the subjects of their passages may change.

    The collapsed text contains the name of every mention, in any spelling. The reverse
    does not hold, so some documents are cut again unnecessarily.
    """
    if ledger is None or base is None or base.entities == entities:
        return set()
    if not (names := _altered_names(base.entities, entities)):
        return set()
    if len(names) > _MANY_NAMES:
        return {one.path for one in ledger.known()}
    return {path for path, text in ledger.texts() if _holds(collapse(f"{path} {text}"), names)}


def _holds(text: str, names: Iterable[str]) -> bool:
    return any(name in text for name in names)


def _altered_names(before: tuple[Entity, ...], after: tuple[Entity, ...]) -> set[str]:
    """Collapsed names whose meaning changed; all names if the order changed, since it decides shared names."""
    common = {e.slug for e in before} & {e.slug for e in after}
    if [e.slug for e in before if e.slug in common] != [e.slug for e in after if e.slug in common]:
        return set(Gazetteer([*before, *after]).keys)
    return set(Gazetteer(set(before) - set(after)).keys) | set(Gazetteer(set(after) - set(before)).keys)


def _note_of_names(base: Published | None, recipe: str, *, is_alone: bool) -> list[str]:
    """Says that other names are all that changed: nothing else in the report would."""
    is_other = base is not None and base.generation.recipe != recipe
    return ["the known names changed: no document has to be read again"] if is_other and is_alone else []


def _notes(base: Published | None, model: ModelInfo, chunking: str, affected: int, documents: int) -> list[str]:
    notes = []
    if not documents:
        notes.append("the corpus has no readable documents")
    if base and base.generation.model != model.id:
        notes.append(f"the model changed from {base.generation.model} to {model.id}: all passages were embedded again")
    elif base and base.chunking != chunking:
        notes.append("the splitting into passages changed: all documents were read again")
    elif affected:
        notes.append(f"the known libraries changed: {affected} documents were read again")
    return notes
