"""The nouns of mlsurvey: frozen records that every other module speaks in.

Nothing here reads or writes, or imports beyond the standard library and :mod:`mlsurvey.provenance`. Positions are
counted in Unicode code points of a document's text *as stored* (see
:class:`Document`); lines are counted from 1.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mlsurvey.provenance import Source

_CELL_END = re.compile(r"\s\|(?=\s|$)")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters, ``0 <= start <= end``.

    Raises:
        ValueError: if the bounds are negative or the wrong way round.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The characters of ``text`` that the span covers."""
        return text[self.start : self.end]

    def overlap(self, other: Span) -> int:
        """Number of characters that both spans cover."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


class SentenceKind(StrEnum):
    """What a quotable stretch of text is made of."""

    PROSE = "prose"
    BULLET = "bullet"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest stretch that may be quoted: a sentence, a short bullet, a table row, a block of code.

    ``text`` is the reading form of ``document.text[span]``: markup dropped and
    white space folded, never reworded. For a table row it is prefixed by
    nothing; ``header`` holds the row's column names instead.
    """

    span: Span
    text: str
    kind: SentenceKind = SentenceKind.PROSE
    label: str | None = None
    """Label of the bullet that it stands in ("Performance"), markup dropped."""
    header: tuple[str, ...] = ()
    """Column names of the table, for a row."""

    @property
    def readable(self) -> str:
        """The text by itself; a table row with its columns named: ``Candle | GPU: yes | How: CUDA``."""
        if not self.header:
            return self.text
        cells = [cell.strip() for cell in _CELL_END.split(self.text)]
        if len(cells) != len(self.header):
            return f"{' | '.join(self.header)}: {self.text}"
        named = [f"{name}: {cell}" for name, cell in zip(self.header[1:], cells[1:], strict=True) if cell]
        return " | ".join([cells[0], *named])


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the corpus at one version.

    ``text`` is decoded as UTF-8, or as Windows-1252 where the bytes are not
    valid UTF-8; a leading byte-order mark is dropped and line ends stay as they
    are, so every span counts in the very text that a reader finds on disk.
    """

    path: str
    """POSIX path relative to the corpus root; the document's name."""
    text: str
    sha256: str
    """Hex digest of the file's bytes."""
    title: str
    subject: str | None = None
    """Slug of the one entity that the whole document is about, if there is one."""
    language: str | None = None
    """Programming language of the libraries that it is about, if there is one."""
    date: str | None = None
    """ISO date that the document states for itself, if it does."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of retrieval. The passages of a document tile it: joined, they give its text back."""

    path: str
    ordinal: int
    """Position among the passages of its document, from 0."""
    span: Span
    line_start: int
    line_end: int
    trail: tuple[str, ...]
    """Headings above the passage, outermost first, in reading form."""
    subjects: tuple[str, ...]
    """Slugs of the entities that it is about: none, one, or several where a heading names several."""
    sentences: tuple[Sentence, ...]
    """What a reader sees of it. Empty where all of it is noise (badges, link definitions, front matter)."""

    @property
    def text(self) -> str:
        """Reading form of the passage, one sentence a line."""
        return "\n".join(sentence.readable for sentence in self.sentences)

    @property
    def embedding_text(self) -> str:
        """What is embedded and indexed: the heading trail, then the reading form."""
        return f"{' > '.join(self.trail)}\n{self.text}" if self.trail else self.text

    @property
    def key(self) -> str:
        """Digest of :attr:`embedding_text`: equal keys may share one embedding."""
        return hashlib.sha256(self.embedding_text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Entity:
    """A library (or system) that questions and documents may name."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    language: str | None = None
    kind: str | None = None
    """``native``, ``binding``, ``mixed`` or None where unknown."""
    category: tuple[str, ...] = ()
    plain_words: tuple[str, ...] = ()
    """Names of it that are also ordinary words ("burn"): they need context before they count as a mention."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """A point of comparison ("gpu"), with the words by which texts and questions speak of it."""

    slug: str
    name: str
    question: tuple[str, ...] = ()
    """Phrases by which a question asks for it. ``*`` stands for any ending: ``maintain*``."""
    strong: tuple[str, ...] = ()
    """Phrases that, in a text, all but always speak of it."""
    weak: tuple[str, ...] = ()
    """Phrases that often, in a text, speak of it."""
    negative: tuple[str, ...] = ()
    """Phrases that deny it by themselves ("abandoned"), beside the general words of negation."""
    labels: tuple[str, ...] = ()
    """Heading or bullet labels under which it stands ("Performance")."""
    description: str = ""
    """One plain sentence that says what evidence looks like; embedded for the dense side."""
    narrow: tuple[str, ...] = ()
    """Phrases by which a question asks for a part of it ("AMD"): evidence has to name that part itself."""
    polar: bool = False
    """A text can affirm or deny it, so that two documents can contradict each other."""
    core: bool = False
    """Looked at when a question names libraries and no aspect."""
    general: bool = False
    """Its words are the head of other aspects' names ("clustering algorithms"), and then say nothing themselves."""


@dataclass(frozen=True, slots=True)
class Category:
    """A class of entities that questions name ("deep learning frameworks")."""

    slug: str
    name: str
    question: tuple[str, ...] = ()
    """Phrases by which a question names the class; ``*`` stands for any ending."""
    aspect: str | None = None
    """Slug of the aspect that shows membership, where it is not the category's own."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Restriction of a search; empty fields restrict nothing, several fields must all hold."""

    entities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Shell patterns over document paths (``rust/*``) or folder prefixes (``rust/``)."""
    headings: tuple[str, ...] = ()
    """Words that stand together in a heading above the passage, in any case."""
    updated_after: str | None = None
    """ISO date: only documents of a later one, by what they state, else by when their file was last changed (UTC)."""

    def __bool__(self) -> bool:
        return bool(self.entities or self.languages or self.paths or self.headings or self.updated_after)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search brought back, and why."""

    passage_id: int
    passage: Passage
    score: float
    """Fused score; comparable within one search only."""
    ranks: Mapping[str, int]
    """Rank, from 1, with each voter that found it: ``{"keyword": 3, "dense": 1}``."""
    scores: Mapping[str, float]
    """Raw score with each voter: BM25 for ``keyword``, cosine for ``dense``, 0..1 for ``reranker``."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """What each voter adds to :attr:`score`: their sum is the score."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a passage is a hit: its terms add up to its BM25 score, its tokens to its cosine."""

    hit: Hit
    terms: tuple[tuple[str, str, float], ...]
    """Triples (term as indexed, field, what it adds to the BM25 score), heaviest first."""
    cosine: float | None
    """Between question and passage, also where the dense voter did not bring it; None in a keyword search."""
    tokens: tuple[tuple[str, float], ...]
    """Pairs (word piece of the embedded text, its share of the cosine), in the order of the text."""

    @property
    def remainder(self) -> float:
        """Part of the cosine that no token has: rounding (1e-3 with bf16), or a model that does more than average."""
        return (self.cosine or 0.0) - sum(share for _, share in self.tokens)


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands: ``text[start:end] == quote`` in the document as stored."""

    number: int
    document: str
    sha256: str
    title: str
    heading_path: tuple[str, ...]
    start: int
    end: int
    line_start: int
    line_end: int
    quote: str
    score: float
    source: Source | None = None
    """Where a document that was fetched came from."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of an answer: the reading form of what its citations quote."""

    entity: str | None
    aspect: str | None
    text: str
    citations: tuple[int, ...]
    stance: str | None = None
    """``for`` or ``against`` what was asked for, where the answer weighs it; None where it does not."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A pair that was asked for and found no evidence, with the number of passages looked at."""

    entity: str | None
    aspect: str | None
    searched: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Citations that say incompatible things about one entity and aspect."""

    entity: str
    aspect: str | None
    citations: tuple[int, ...]
    kind: str


class Kind(StrEnum):
    """What a question wants."""

    COMPARE = "compare"
    LIST = "list"
    LOOKUP = "lookup"
    RECOMMEND = "recommend"


class Status(StrEnum):
    """How far an answer reaches."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"


@dataclass(frozen=True, slots=True)
class Answer:
    """The public contract, schema 1: the same object from the CLI, the API and the exports."""

    question: str
    kind: Kind
    status: Status
    abstained: bool
    reason: str | None
    entities: tuple[str, ...]
    aspects: tuple[str, ...]
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    missing: tuple[Missing, ...]
    conflicts: tuple[Conflict, ...]
    index: str
    model: str
    writer: str = "extractive"
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a list: the entities of the class under ``yes``, ``no`` and ``unknown``."""
    carried: tuple[str, ...] = ()
    """For a follow-up: what was taken from the questions before, ``libraries``, ``matter`` or ``answers``."""
    nearest: tuple[Citation, ...] = ()
    """For an abstention: what came nearest, offered as such. Numbered from 1 by itself; no statement cites it."""
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Generation:
    """One published state of an index."""

    number: int
    """Grows by one with each publication."""
    id: str
    """Digest of the recipe and of every document: the same inputs give the same id."""
    created: str
    """ISO time, UTC."""
    model: str
    """Identity of the embedder that made the vectors."""
    recipe: str
    """Digest of everything beside the documents that shapes the index."""
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that was not read, and the reason in words a person can act on."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did, or would do (``dry_run``). All paths are relative to the corpus root, sorted."""

    dry_run: bool
    generation: str | None
    """Id of the generation in use afterwards; None for a dry run on an empty index."""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    """Pairs (old path, new path) of files whose bytes stayed the same."""
    removed: tuple[str, ...] = ()
    duplicate: tuple[tuple[str, str], ...] = ()
    """Pairs (path, first path with the same bytes); both are indexed."""
    unreadable: tuple[Unreadable, ...] = ()
    unchanged: int = 0
    passages: int = 0
    """Passages in the index afterwards."""
    embedded: int = 0
    """Passages whose embedding had to be computed."""
    reused: int = 0
    """New or moved passages whose embedding was already known."""
    seconds: float = 0.0
    seconds_embedding: float = 0.0
    device: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether any document of the index differs from before."""
        return bool(self.added or self.changed or self.moved or self.removed)
