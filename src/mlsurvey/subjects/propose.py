"""Puts the traces of all documents together: subjects, points of comparison, classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from pathlib import PurePosixPath

from mlsurvey.found import Evidence, Found, Rank, Subject
from mlsurvey.reading.documents import subject_of_path
from mlsurvey.reading.languages import language_named
from mlsurvey.subjects import labels as points
from mlsurvey.subjects.about import About, Frames, about
from mlsurvey.subjects.classes import classes
from mlsurvey.subjects.collect import Collection, Draft
from mlsurvey.subjects.merge import combined
from mlsurvey.subjects.parts import is_list, parts
from mlsurvey.subjects.sections import labels_beside, labels_of
from mlsurvey.subjects.spelling import is_unusual, key, slug_of, words
from mlsurvey.subjects.traces import How, Traces
from mlsurvey.types import Category, Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.languages import ASKED
from mlsurvey.vocabulary.load import Vocabulary

SHOWN = 8
"""Pieces of evidence that are kept of a subject."""
SURE = 0.85
"""Confidence from which a page has a subject of its own, whatever its folder is about."""
SEVERAL = 3
"""Declared names from which a document may be about all of them rather than about the subject of its title."""
MENTIONED = 2
"""Documents that have to mention a name before it is known as mentioned."""
MOST_MENTIONED = 400
"""Mentioned names that are kept: those of the most documents."""

Documents = Mapping[str, Traces]
IsCommon = Callable[[str], bool]
"""Whether a word is an ordinary one."""


def propose(documents: Documents, vocabulary: Vocabulary, declared: Iterable[Entity], is_common: IsCommon) -> Found:
    """Everything that the documents show.

    Args:
        documents: traces by path.
        vocabulary: declared in files.
        declared: introduced by documents, and not in the vocabulary.
        is_common: whether a word is an ordinary one, and so no name unless it is written like one.
    """
    introduced = [*declared]
    known, covered = _known(documents, vocabulary, introduced, with_bundled=True)
    in_field = _is_in_field(documents, covered, known, vocabulary)
    if not in_field:
        known, covered = _known(documents, vocabulary, introduced, with_bundled=False)
    collection = _collected(documents, known, covered, in_field=in_field)
    own = {slug: draft for slug, draft in collection.drafts.items() if slug not in vocabulary.bundled}
    categories, of = _classes(own)
    labels = points.recurring(_labels(documents, collection, covered, own), collection.by_key)
    subjects = _with_namesakes([_subject(slug, draft, of) for slug, draft in collection.drafts.items()], collection)
    count = sum(draft.rank is not Rank.ITEM for draft in own.values())
    return Found(
        subjects=(*sorted(subjects, key=_order), *_mentioned(documents, collection, covered)),
        aspects=tuple(points.aspects(labels, count)),
        categories=categories,
        about=dict(sorted(collection.about.items())),
        entities=tuple(
            _entity(s, is_common, in_field=in_field) for s in sorted(subjects, key=lambda s: s.slug) if not s.declared
        ),
        in_field=in_field,
    )


def _known(
    documents: Documents, vocabulary: Vocabulary, introduced: list[Entity], *, with_bundled: bool
) -> tuple[Gazetteer, dict[str, str]]:
    """Declared names, and the documents whose subject is declared, with its slug."""
    named = [e for e in vocabulary.entities if with_bundled or e.slug not in vocabulary.bundled]
    known = Gazetteer([*named, *introduced])
    subjects = {path: _declared(traces, known) or subject_of_path(path, known) for path, traces in documents.items()}
    return known, {path: slug for path, slug in subjects.items() if slug is not None}


def _declared(traces: Traces, known: Gazetteer) -> str | None:
    if traces.slug is None or traces.slug in known.entities:
        return traces.slug
    return next(iter(known.lookup(traces.slug)), None)


def _is_in_field(documents: Documents, covered: Mapping[str, str], known: Gazetteer, vocabulary: Vocabulary) -> bool:
    """Whether the bundled names fit: documents are about some, or set them side by side, or nothing else is named.

    A single file that is called like an ordinary word ("candle.md") does not count.
    """
    bundled = vocabulary.bundled
    subjects = {*covered.values()}
    plain = {slug for slug in bundled if known.entities[slug].plain_words}
    if subjects & (bundled - plain) or len(subjects & bundled) > 1 or not (documents and bundled):
        return True
    classes_of_field = {category.slug for category in vocabulary.categories}
    if any(_is_of_field(known.entities[slug], classes_of_field) for slug in subjects - bundled):
        return True
    others = {path: traces for path, traces in documents.items() if path not in covered}
    named = {slug for traces in others.values() for part in parts(traces) for slug in known.lookup(part.trace.name)}
    if len(named & bundled) > 1:
        return True
    frames = Frames(others)
    return not (subjects - bundled or any(about(p, t, frames) or parts(t) for p, t in others.items()))


def _is_of_field(entity: Entity, classes_of_field: Set[str]) -> bool:
    """Whether it is declared with what only libraries have: a class or language of the vocabulary, or a kind."""
    return bool(classes_of_field & {*entity.category} or entity.language in ASKED or entity.kind)


def _collected(documents: Documents, known: Gazetteer, covered: Mapping[str, str], *, in_field: bool) -> Collection:
    others = {path: traces for path, traces in sorted(documents.items()) if path not in covered}
    frames, collection = Frames(others), Collection(known)
    whole, several, pages = [], [], []
    subjects = {path: about(path, traces, frames) for path, traces in others.items()}
    owners = {subject.owns: subject for subject in subjects.values() if subject and subject.owns}
    for path, traces in others.items():
        subject, found = subjects[path], parts(traces)
        if (owner := _owner(path, subject, owners)) is not None:
            pages.append((path, owner))
            continue
        if subject and (_is_about_others(traces, subject, known) or (in_field and language_named(subject.name))):
            subject = None  # a survey; and in the field of the bundled names, a language is what libraries are for
        if subject and not is_list(traces) and (subject.is_whole or not found):
            whole.append(subject)
        elif found:
            several.append((path, traces, found))
    collection.add_whole(whole)
    for path, owner in pages:
        if owner.path in collection.about:
            collection.add_page(path, owner)
    collection.add_declared(documents, covered)
    for path, traces, found in several:
        collection.add_parts(path, traces, found)
    return collection


def _owner(path: str, subject: About | None, owners: Mapping[str, About]) -> About | None:
    """The subject of the folder that a page is in, unless the page surely has a subject of its own."""
    if subject and (subject.owns or (subject.is_whole and subject.confidence >= SURE)):
        return None
    folders = (str(folder) for folder in PurePosixPath(path).parents)
    return next((owners[folder] for folder in folders if folder in owners), None)


def _is_about_others(traces: Traces, subject: About, known: Gazetteer) -> bool:
    """Whether headings or text speak more of declared names than of its subject: "Machine learning in Rust"."""
    headed = {slug for trace in traces.of(How.HEADING) for slug in known.lookup(trace.name)}
    if len(headed - {*known.lookup(subject.name)}) > 1:
        return True
    named = {trace.name: int(trace.weight) for trace in traces.of(How.TEXT)}
    others = {slug for name in named for slug in known.lookup(name)} - {*known.lookup(subject.name)}
    spoken = sum(count for name, count in named.items() if known.lookup(name) and key(name) != subject.key)
    own = sum(count for name, count in named.items() if key(name) == subject.key)
    return len(others) >= SEVERAL and spoken > own


def _classes(own: Mapping[str, Draft]) -> tuple[tuple[Category, ...], dict[str, tuple[str, ...]]]:
    """Classes by what the subjects are said to be, and by the sections that list them; and those of each subject."""
    said, of_said = classes({slug: draft.said for slug, draft in own.items() if draft.said})
    listed: dict[str, set[str]] = defaultdict(set)
    for slug, draft in own.items():
        for heading in draft.listed_in:
            listed[heading].add(slug)
    taken = {category.slug for category in said}
    by_list = [
        Category(slug_of(heading), heading, (heading.lower(),), None, len(members))
        for heading, members in sorted(listed.items())
        if len(members) > 1 and slug_of(heading) not in taken
    ]
    of = {slug: (*of_said.get(slug, ()), *map(slug_of, draft.listed_in)) for slug, draft in own.items()}
    return (*said, *by_list), of


def _labels(
    documents: Documents, collection: Collection, covered: Mapping[str, str], own: Mapping[str, Draft]
) -> Iterator[tuple[str, str]]:
    """Pairs of label and subject, of subjects that are not bundled."""
    for path, slug in sorted({**covered, **collection.about}.items()):
        if slug in own:
            yield from labels_of(documents[path], slug)
    for path in sorted({*collection.sections, *collection.cells}):
        sections, cells = collection.sections.get(path, {}), collection.cells.get(path, {})
        for label, slug in labels_beside(documents[path], sections, cells):
            if slug in own:
                yield label, slug


def _subject(slug: str, draft: Draft, classes_of: Mapping[str, tuple[str, ...]]) -> Subject:
    declared = draft.declared
    name = declared.name if declared else draft.name
    forms = {key(form): form for form in reversed([*draft.forms, *(declared.aliases if declared else ())])}
    return Subject(
        slug=slug,
        name=name,
        aliases=tuple(sorted(form for collapsed, form in forms.items() if collapsed not in (key(name), ""))),
        rank=draft.rank,
        confidence=1.0 if declared else combined(draft.confidences),
        declared=declared is not None,
        said=draft.said,
        classes=classes_of.get(slug, ()),
        language=declared.language if declared else None,
        documents=tuple(sorted(draft.documents)),
        evidence=tuple(draft.evidence[:SHOWN]),
    )


def _with_namesakes(subjects: list[Subject], collection: Collection) -> list[Subject]:
    sharing: dict[str, list[str]] = defaultdict(list)
    for slug, draft in collection.drafts.items():
        if draft.shares:
            sharing[draft.shares].append(slug)
    return [
        replace(s, same_name=tuple(other for other in sharing[collection.drafts[s.slug].shares] if other != s.slug))
        if collection.drafts[s.slug].shares
        else s
        for s in subjects
    ]


def _order(subject: Subject) -> tuple[int, bool, float, str]:
    return [*Rank].index(subject.rank), not subject.declared, -subject.confidence, subject.slug


def _entity(subject: Subject, is_common: IsCommon, *, in_field: bool) -> Entity:
    """The entity of a subject; in the field of the bundled classes, its class is unknown rather than another."""
    names = (subject.name, *subject.aliases)
    return Entity(
        subject.slug,
        subject.name,
        subject.aliases,
        category=() if in_field else subject.classes,
        plain_words=tuple(name for name in names if _is_plain(name, is_common)),
        found=subject.rank.value,
    )


def _is_plain(name: str, is_common: IsCommon) -> bool:
    """Whether a name is also an ordinary word; one that no word is written like is not."""
    return len(words(name)) == 1 and not is_unusual(name) and is_common(name.lower())


def _mentioned(documents: Documents, collection: Collection, covered: Mapping[str, str]) -> Iterator[Subject]:
    """Names that several documents mention and none is about; documents whose subject is declared do not count."""
    places: dict[str, dict[str, Evidence]] = defaultdict(dict)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for path, traces in documents.items():
        if path in covered:
            continue
        for trace in traces.of(How.TEXT):
            name = key(trace.name)
            places[name].setdefault(path, Evidence(path, trace.line, trace.how.value, trace.name))
            spellings[name][trace.name] += int(trace.weight)
    unknown = [
        name
        for name, found in places.items()
        if len(found) >= MENTIONED and name not in collection.by_key and not collection.known.lookup(name)
    ]
    for name in sorted(unknown, key=lambda name: (-len(places[name]), name))[:MOST_MENTIONED]:
        written = spellings[name].most_common(1)[0][0]
        found = tuple(places[name].values())
        paths = tuple(sorted(places[name]))
        yield Subject(slug_of(written), written, (), Rank.MENTION, 0.0, documents=paths, evidence=found[:SHOWN])
