"""Finds the subjects of a corpus at a refresh: gathers traces of what was read, and puts all traces together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from mlsurvey.found import Found, Subject
from mlsurvey.index.catalogue import Catalogue, Published, found_of
from mlsurvey.index.changes import Known
from mlsurvey.index.engine import TokenCounter
from mlsurvey.index.sources import Sources
from mlsurvey.subjects.corrected import corrected
from mlsurvey.subjects.traces import Traces, load
from mlsurvey.types import Entity
from mlsurvey.vocabulary.edits import edited
from mlsurvey.vocabulary.load import Vocabulary


@dataclass(frozen=True, slots=True)
class Named:
    """All names of a corpus."""

    entities: tuple[Entity, ...]
    """The vocabulary's, then those that documents introduce, then those found; with corrections."""
    found: Found

    def moved(self, before: Found) -> set[str]:
        """Documents that are about another subject than before."""
        paths = {*self.found.about, *before.about}
        return {path for path in paths if self.found.about.get(path) != before.about.get(path)}


def name_all(
    catalogue: Catalogue | None,
    base: Published | None,
    sources: Sources,
    known: Mapping[str, Known],
    vocabulary: Vocabulary,
    counter: TokenCounter,
) -> Named:
    """The names of a corpus, from the traces of its documents; those of unchanged documents are in the catalogue.

    Args:
        catalogue: of the index, if any.
        base: its newest generation.
        sources: the documents of the corpus.
        known: documents of the generation, by path.
        vocabulary: declared names and corrections.
        counter: of the embedding model; a word that is one piece for it is an ordinary word.
    """
    basis = _basis(vocabulary)
    before = found_of(catalogue, base)
    if catalogue and base and before and before.basis == basis and _is_same(catalogue, sources, known):
        return Named(base.entities, _in_new_lines(before, sources))
    from mlsurvey.subjects.propose import propose  # loads the Markdown parser, unneeded without changes

    declared_slugs = {entity.slug for entity in vocabulary.entities}
    introduced = [entity for entity in sources.declared if entity.slug not in declared_slugs]
    traces = _traces(catalogue, sources)
    found = propose(traces, vocabulary, introduced, lru_cache(maxsize=None)(lambda word: counter([word])[0] == 1))
    declared = [e for e in vocabulary.entities if found.in_field or e.slug not in vocabulary.bundled]
    named = [_with_classes(entity, found) for entity in (*declared, *introduced)]
    entities = edited([*named, *found.entities], vocabulary.edits)
    kept = corrected(found, {entity.slug: entity for entity in entities}, vocabulary.edits)
    return Named(entities, replace(kept, basis=basis))


def _with_classes(entity: Entity, found: Found) -> Entity:
    """A declared entity, in a field without bundled classes also with those that the documents put it in."""
    classes = () if found.in_field else next((s.classes for s in found.subjects if s.slug == entity.slug), ())
    return replace(entity, category=tuple(dict.fromkeys([*entity.category, *classes]))) if classes else entity


def _is_same(catalogue: Catalogue, sources: Sources, known: Mapping[str, Known]) -> bool:
    """Whether the corpus has the documents of the generation, and the changed ones show the same names and labels."""
    if known.keys() != sources.sure.keys() | sources.read.keys():
        return False
    changed = [path for path, content in sources.read.items() if known[path].sha256 != content.sha256]
    if not changed:
        return True
    sql = (
        "SELECT path, traces FROM documents JOIN traces ON document = id"
        " WHERE died IS NULL AND path IN (SELECT value FROM json_each(:paths))"
    )
    before = {path: load(text) for path, text in catalogue.rows(sql, paths=json.dumps(changed))}
    return all(before[path].shape == sources.read[path].traces.shape for path in changed)


def _in_new_lines(found: Found, sources: Sources) -> Found:
    """The same, with the evidence where it stands now."""
    read = sources.read
    if not any(path in read for subject in found.subjects for path in subject.documents):
        return found
    return replace(found, subjects=tuple(_moved(subject, sources) for subject in found.subjects))


def _moved(subject: Subject, sources: Sources) -> Subject:
    pieces = []
    for piece in subject.evidence:
        content = sources.read.get(piece.path)
        line = content.traces.line_of(piece.how, piece.name) if content else None
        pieces.append(piece if line is None else replace(piece, line=line))
    return replace(subject, evidence=tuple(pieces))


def _traces(catalogue: Catalogue | None, sources: Sources) -> Mapping[str, Traces]:
    traces = {path: content.traces for path, content in sources.read.items()}
    if catalogue is not None and sources.sure:
        sql = "SELECT path, traces FROM documents JOIN traces ON document = id WHERE died IS NULL"
        traces |= {path: load(text) for path, text in catalogue.rows(sql) if path in sources.sure}
    return traces


def _basis(vocabulary: Vocabulary) -> str:
    entities = [asdict(entity) for entity in vocabulary.entities]
    edits = [asdict(edit) for edit in vocabulary.edits]
    text = json.dumps([entities, edits, sorted(vocabulary.bundled)], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
