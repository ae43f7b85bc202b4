"""Finds the subjects of a corpus at a refresh: gathers traces of what was read, and puts all traces together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mlsurvey.found import Evidence, Found, Subject
from mlsurvey.index.changes import Known
from mlsurvey.index.engine import ModelInfo, TokenCounter
from mlsurvey.index.identity import chunking_digest, digest, recipe_digest, values
from mlsurvey.index.ledger import Ledger, Published
from mlsurvey.index.sources import Content, Sources
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
    recipe: str
    """See :func:`mlsurvey.index.identity.recipe_digest`."""
    found: Found | None
    """None: as in the previous generation."""
    before: Found | None = None
    """Those of the previous generation; None if there is none, or if they were not needed."""

    @property
    def about(self) -> Mapping[str, str]:
        """Subject of each document by path, see :attr:`mlsurvey.found.Found.about`."""
        return (self.found or self.before or Found()).about

    @property
    def moved(self) -> set[str]:
        """Documents that are about another subject than before."""
        if self.found is None:
            return set()
        now, before = self.found.about, (self.before or Found()).about
        return {path for path in {*now, *before} if now.get(path) != before.get(path)}

    @property
    def new(self) -> tuple[str, ...]:
        """Names of the subjects, found and not declared, that were not there before."""
        return _names(self.found, self.before or Found()) if self.found else ()

    @property
    def lost(self) -> tuple[str, ...]:
        """Names of those that are not there any more."""
        return _names(self.before or Found(), self.found) if self.found else ()


def name_all(
    ledger: Ledger | None,
    base: Published | None,
    sources: Sources,
    known: Mapping[str, Known],
    vocabulary: Vocabulary,
    model: ModelInfo,
) -> Named:
    """The names of a corpus, from the traces of its documents; those of unchanged documents are in the index.

    Args:
        ledger: of the index, if any.
        base: its newest generation.
        sources: the documents of the corpus.
        known: documents of the generation, by path.
        vocabulary: declared names and corrections.
        model: its tokenizer says what an ordinary word is: one that is one piece.
    """
    chunking, basis = chunking_digest(model), _basis(vocabulary)
    is_as_declared = base is not None and base.generation.recipe == recipe_digest(chunking, base.entities, basis)
    if ledger and base and is_as_declared and known.keys() == sources.sure.keys() | sources.read.keys():
        changed = {path: c for path, c in sources.read.items() if known[path].sha256 != c.sha256}
        if not changed:
            return Named(base.entities, base.generation.recipe, None)
        if _is_same(ledger, changed):
            before = ledger.found(base) or Found()
            return Named(base.entities, base.generation.recipe, _in_new_lines(before, changed), before)
    entities, found = _proposed(ledger, sources, vocabulary, model.counter)
    recipe = recipe_digest(chunking, entities, basis)
    return Named(entities, recipe, found, ledger.found(base) if ledger else None)


def _proposed(
    ledger: Ledger | None, sources: Sources, vocabulary: Vocabulary, counter: TokenCounter
) -> tuple[tuple[Entity, ...], Found]:
    from mlsurvey.subjects.propose import propose  # loads the Markdown parser, unneeded without changes

    declared_slugs = {entity.slug for entity in vocabulary.entities}
    introduced = [entity for entity in sources.declared if entity.slug not in declared_slugs]
    traces = _traces(ledger, sources)
    found = propose(traces, vocabulary, introduced, lru_cache(maxsize=None)(lambda word: counter([word])[0] == 1))
    declared = [e for e in vocabulary.entities if found.in_field or e.slug not in vocabulary.bundled]
    named = [_with_classes(entity, found) for entity in (*declared, *introduced)]
    entities = edited([*named, *found.entities], vocabulary.edits)
    return entities, corrected(found, {entity.slug: entity for entity in entities}, vocabulary.edits)


def _with_classes(entity: Entity, found: Found) -> Entity:
    """A declared entity, in a field without bundled classes also with those that the documents put it in."""
    classes = () if found.in_field else next((s.classes for s in found.subjects if s.slug == entity.slug), ())
    return replace(entity, category=tuple(dict.fromkeys([*entity.category, *classes]))) if classes else entity


def _is_same(ledger: Ledger, changed: Mapping[str, Content]) -> bool:
    """Whether changed documents show the same names and labels as before."""
    before = {path: load(text) for path, text in ledger.traces([*changed])}
    return all(content.traces and before[path].shape == content.traces.shape for path, content in changed.items())


def _in_new_lines(found: Found, changed: Mapping[str, Content]) -> Found | None:
    """The same, with the evidence where it stands now; None if nothing has moved."""
    subjects = tuple(_moved(subject, changed) for subject in found.subjects)
    is_still = all(now is before for now, before in zip(subjects, found.subjects, strict=True))
    return None if is_still else replace(found, subjects=subjects)


def _moved(subject: Subject, changed: Mapping[str, Content]) -> Subject:
    if not any(piece.path in changed for piece in subject.evidence):
        return subject
    evidence = tuple(_at(piece, changed) for piece in subject.evidence)
    return subject if evidence == subject.evidence else replace(subject, evidence=evidence)


def _at(piece: Evidence, changed: Mapping[str, Content]) -> Evidence:
    content = changed.get(piece.path)
    line = content.traces.line_of(piece.how, piece.name) if content and content.traces else None
    return piece if line is None else replace(piece, line=line)


def _traces(ledger: Ledger | None, sources: Sources) -> Mapping[str, Traces]:
    """The traces of all documents; those of unchanged ones are in the index."""
    traces = {path: content.traces for path, content in sources.read.items() if content.traces}
    if ledger is not None:
        kept = sources.sure.keys() | (sources.read.keys() - traces.keys())
        traces |= {path: load(text) for path, text in ledger.traces() if path in kept}
    return traces


def _names(found: Found, before: Found) -> tuple[str, ...]:
    known = {subject.slug for subject in before.subjects if subject.is_listed}
    return tuple(s.name for s in found.subjects if s.is_listed and not s.declared and s.slug not in known)


def _basis(vocabulary: Vocabulary) -> str:
    return digest(map(values, vocabulary.entities), map(values, vocabulary.edits), sorted(vocabulary.bundled))
