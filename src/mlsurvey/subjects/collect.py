"""Collects the subjects of all documents, under the names that are declared or that the documents give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mlsurvey.found import Evidence, Rank
from mlsurvey.subjects.about import About
from mlsurvey.subjects.merge import Cluster, clusters
from mlsurvey.subjects.parts import Part
from mlsurvey.subjects.spelling import is_short, key, slug_of
from mlsurvey.subjects.traces import How, Trace, Traces
from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer

CURATED = 0.5
"""Share of the names in a document from which, if they are declared, the others are left to who declares them."""


@dataclass
class Draft:
    """A subject while its parts are collected."""

    name: str
    declared: Entity | None = None
    rank: Rank = Rank.SECTION
    forms: dict[str, None] = field(default_factory=dict)
    confidences: list[float] = field(default_factory=list)
    said: str = ""
    listed_in: dict[str, None] = field(default_factory=dict)
    """Headings of the sections that list it."""
    documents: dict[str, None] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    shares: str = ""
    """The collapsed name that it shares with other subjects."""


class Collection:
    """The subjects collected so far."""

    def __init__(self, known: Gazetteer) -> None:
        self.known = known
        """Declared names."""
        self.drafts: dict[str, Draft] = {}
        """By slug."""
        self.by_key: dict[str, str] = {}
        """Collapsed name to slug."""
        self.about: dict[str, str] = {}
        """Path to slug, for documents about one subject."""
        self.sections: dict[str, dict[int, str]] = {}
        """For a document with a subject for each part: ordinal of a heading to the slug that it names."""
        self.cells: dict[str, dict[str, str]] = {}
        """For such a document: collapsed name of a row or column to the slug that it names."""

    def add_whole(self, whole: Iterable[About]) -> None:
        """Add subjects of whole documents."""
        groups = clusters(whole)
        shared = Counter(cluster.first.key for cluster in groups)
        for cluster in groups:
            draft = self._of_cluster(cluster)
            if shared[cluster.first.key] > 1:
                draft.shares = cluster.first.key

    def _of_cluster(self, cluster: Cluster) -> Draft:
        declared = self.known.lookup(cluster.first.name)
        slug = declared[0] if declared else self._new_slug(cluster.name)
        draft = self._draft(slug, cluster.name, Rank.DOCUMENT)
        draft.forms |= dict.fromkeys([cluster.name, *cluster.forms])
        draft.confidences.append(cluster.confidence)
        draft.said = draft.said or cluster.said
        for member in cluster.members:
            draft.documents[member.path] = None
            draft.evidence += member.evidence
            self.about[member.path] = slug
        for form in (cluster.name, *cluster.forms):
            self.by_key.setdefault(key(form), slug)
        return draft

    def add_page(self, path: str, owner: About) -> None:
        """Add a page of a folder that is about the subject of its README."""
        slug = self.about[owner.path]
        self.about[path] = slug
        self.drafts[slug].documents[path] = None

    def add_parts(self, path: str, traces: Traces, found: Sequence[Part]) -> None:
        """Add subjects of parts of a document; if most of the names there are declared, only these."""
        declared = sum(bool(self.known.lookup(part.trace.name)) for part in found)
        is_curated = declared >= CURATED * len(found)
        for part in found:
            if not is_curated or self.known.lookup(part.trace.name):
                self._add_part(path, traces, part)
        self._add_longer_names(traces, found)

    def _add_part(self, path: str, traces: Traces, part: Part) -> None:
        trace = part.trace
        declared = self.known.lookup(trace.name)
        slug = declared[0] if declared else self.by_key.get(key(trace.name)) or self._new_slug(trace.name)
        draft = self._draft(slug, trace.name, Rank.ITEM if trace.how is How.ITEM else Rank.SECTION)
        draft.forms[trace.name] = None
        draft.confidences.append(part.confidence)
        draft.documents[path] = None
        draft.evidence.append(Evidence(path, trace.line, trace.how.value, trace.name))
        self.by_key.setdefault(key(trace.name), slug)
        if part.place:
            self.sections.setdefault(path, {})[part.place] = slug
            draft.said = draft.said or _defined(traces, part)
        elif trace.how is not How.ITEM:
            self.cells.setdefault(path, {})[key(trace.name)] = slug
        elif trace.group:
            draft.listed_in[traces.heading(trace.group)] = None

    def _add_longer_names(self, traces: Traces, found: Iterable[Part]) -> None:
        """``Apache Kafka`` is ``Kafka`` too, where the text has one longer name only that ends with it."""
        texts = [trace.name for trace in traces.of(How.TEXT)]
        for part in found:
            slug = self.by_key.get(key(part.trace.name))
            longer = [name for name in dict.fromkeys(texts) if name.endswith(f" {part.trace.name}")]
            if slug is None or len(longer) != 1 or self.drafts[slug].declared:
                continue
            if key(longer[0]) not in self.by_key and is_short(longer[0]):
                self.drafts[slug].forms[longer[0]] = None
                self.by_key[key(longer[0])] = slug

    def add_declared(self, documents: Mapping[str, Traces], covered: Mapping[str, str]) -> None:
        """Add the declared subjects of documents, and what these say that they are."""
        for path, slug in sorted(covered.items()):
            entity = self.known.entities[slug]
            draft = self._draft(slug, entity.name, Rank.DOCUMENT)
            draft.documents[path] = None
            traces = documents[path]
            title: list[Trace] = traces.of(How.TITLE, How.FILE, How.FOLDER)[:1]
            draft.evidence += (Evidence(path, trace.line, trace.how.value, trace.name) for trace in title)
            names = {"", *map(key, (entity.name, *entity.aliases))}
            defined = (trace.said for trace in traces.of(How.DEFINED) if key(trace.name) in names)
            draft.said = draft.said or next(defined, "")

    def _draft(self, slug: str, name: str, rank: Rank) -> Draft:
        draft = self.drafts.setdefault(slug, Draft(name, self.known.entities.get(slug), rank))
        if [*Rank].index(rank) < [*Rank].index(draft.rank):
            draft.rank = rank
        return draft

    def _new_slug(self, name: str) -> str:
        base = slug = slug_of(name)
        number = 2
        while slug in self.drafts or slug in self.known.entities:
            slug, number = f"{base}-{number}", number + 1
        return slug


def _defined(traces: Traces, part: Part) -> str:
    """What the section of a part says that its subject is."""
    name = key(part.trace.name)
    said = (t.said for t in traces.of(How.DEFINED) if t.group == part.place and key(t.name) == name)
    return next(said, "")
