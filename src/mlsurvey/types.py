"""The core data types of mlsurvey: frozen records shared by all other modules.

:class:`Answer`, :class:`Entity` and what they hold are also the public contract, which the command line, the service,
its client and the exports share: their fields are those of the JSON, their docstrings the descriptions in its schemas.

No I/O. Positions are in Unicode code points of a document's text *as stored* (:class:`Document`); lines count from 1.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from mlsurvey.contract import ABSENT, CONTRACT
from mlsurvey.entries import Aspect as Aspect
from mlsurvey.entries import Category as Category
from mlsurvey.entries import Entity as Entity
from mlsurvey.entries import Fact as Fact
from mlsurvey.kinds import Kind as Kind
from mlsurvey.kinds import Status as Status
from mlsurvey.leaves import Leaf, Leaves, leaf_of
from mlsurvey.provenance import Source
from mlsurvey.written import Choice, Interpretation, Summary

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
    """The kind of a quotable stretch of text."""

    PROSE = "prose"
    BULLET = "bullet"
    ROW = "row"
    CODE = "code"
    HEADING = "heading"
    """Of a section without text of its own; other headings are in the trail of the passages below them."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest quotable stretch: a sentence, a short bullet, a table row, a block of code."""

    span: Span
    text: str
    """``document.text[span]`` without markup and extra white space, never reworded; a row has no column names."""
    kind: SentenceKind = SentenceKind.PROSE
    label: str | None = None
    """Label of the enclosing bullet ("Performance"), markup removed."""
    header: tuple[str, ...] = ()
    """Column names of the table, if this is a row."""

    @property
    def readable(self) -> str:
        """The text; for a table row with its column names: ``Candle | GPU: yes | How: CUDA``."""
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

    ``text`` is decoded as UTF-8, or else in the most likely encoding; bytes invalid in it become U+FFFD. It has no
    byte-order mark, and line endings as on disk. Of a PDF, web page, … it is the Markdown made from it.
    """

    path: str
    """POSIX path relative to the corpus root; identifies the document."""
    text: str
    sha256: str
    """Hex digest of the file's bytes."""
    title: str
    subject: str | None = None
    """Slug of the single entity that the whole document is about, if any."""
    language: str | None = None
    """Programming language of the libraries that the document is about, if any."""
    date: str | None = None
    """ISO date stated in the document, if any."""
    leaves: Leaves | None = None
    """Where the pages or cells are in the text, if it was converted from a format that has them."""

    def leaf(self, position: int) -> Leaf | None:
        """The page or cell that holds a character of the text; None if there are none."""
        return Leaf(self.leaves.unit, self.leaves.number(position)) if self.leaves else None


def _lines(sentences: Sequence[Sentence]) -> Iterator[str]:
    header: tuple[str, ...] = ()
    for sentence in sentences:
        line = sentence.readable
        unnamed = [name for name in sentence.header if name and name not in line] if sentence.header != header else []
        yield f"{' | '.join(unnamed)}: {line}" if unnamed else line
        header = sentence.header


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of retrieval. The passages of a document tile it: concatenated, they give its text."""

    path: str
    ordinal: int
    """Position among the passages of its document, from 0."""
    span: Span
    line_start: int
    line_end: int
    trail: tuple[str, ...]
    """Headings above the passage, outermost first, as plain text."""
    subjects: tuple[str, ...]
    """Slugs of the entities that it is about; several if a heading names several."""
    sentences: tuple[Sentence, ...]
    """The readable content. Empty if the passage is all noise (badges, link definitions, front matter)."""
    leaf: Leaf | None = None
    """The page or cell where it begins, if its document has such."""

    @property
    def text(self) -> str:
        """Plain-text form of the passage, one sentence per line; the first row of a table names all its columns."""
        return "\n".join(_lines(self.sentences))

    @property
    def embedding_text(self) -> str:
        """The text that is embedded and indexed: the heading trail, then the plain-text form."""
        return f"{' > '.join(self.trail)}\n{self.text}" if self.trail else self.text

    @property
    def key(self) -> str:
        """Digest of :attr:`embedding_text`; passages with equal keys share an embedding."""
        return hashlib.sha256(self.embedding_text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrictions on a search; empty fields are ignored, all others must hold."""

    entities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Shell patterns over document paths (``*.md``) or folders (``rust/``), at any depth; ``/rust/`` is at the top."""
    headings: tuple[str, ...] = ()
    """Phrases that occur in a heading above the passage, ignoring case."""
    updated_after: str | None = None
    """ISO date: only documents with a later date, as stated, else by the modification time of the file (UTC)."""
    phrases: tuple[str, ...] = ()
    """Phrases that the passage or a heading above it holds word for word, ignoring case, accents and punctuation."""

    def __bool__(self) -> bool:
        given = (self.entities, self.languages, self.paths, self.headings, self.updated_after, self.phrases)
        return any(given)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage returned by a search, and why."""

    passage_id: int
    passage: Passage
    score: float
    """Fused score; comparable within one search only."""
    ranks: Mapping[str, int]
    """Rank, from 1, by each retriever that found it: ``{"keyword": 3, "dense": 1}``."""
    scores: Mapping[str, float]
    """Raw score by each retriever: BM25 for ``keyword``, cosine for ``dense``, 0..1 for ``reranker``."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """Contribution of each retriever to :attr:`score`; they add up to the score."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a passage is a hit: terms add up to the BM25 score, tokens to the cosine."""

    hit: Hit
    terms: tuple[tuple[str, str, float], ...]
    """Triples (term as indexed, field, contribution to the BM25 score), largest first."""
    cosine: float | None
    """Between question and passage, even if dense retrieval did not return it; None in a keyword search."""
    tokens: tuple[tuple[str, float], ...]
    """Pairs (word piece of the embedded text, its share of the cosine), in text order."""

    @property
    def remainder(self) -> float:
        """Leaf of the cosine that no token accounts for: rounding (1e-3 with bf16), or a model without mean pooling."""
        return (self.cosine or 0.0) - sum(share for _, share in self.tokens)


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of an answer."""

    entity: str | None
    """Slug of the library it is about."""
    aspect: str | None
    """Slug of the aspect it is about."""
    text: str
    """The quote, tidied for reading but never reworded."""
    citations: tuple[int, ...]
    """Numbers of its citations."""
    stance: str | None = None
    """In a recommendation: ``for`` or ``against`` what was asked for."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and its place: ``text[start:end] == quote`` in the document."""

    number: int
    document: str
    """Path relative to the corpus folder."""
    sha256: str
    """SHA-256 digest of the file when it was indexed."""
    title: str
    heading_path: tuple[str, ...]
    start: int
    """Position of the first character, in Unicode code points of the document's text."""
    end: int
    line_start: int
    """First line, counted from 1."""
    line_end: int
    quote: str
    score: float
    source: Source | None = field(default=None, metadata=ABSENT)
    """Only for a document fetched from upstream."""
    stale: str | None = field(default=None, metadata=ABSENT)
    """Only if the quote is no longer at its place: the reason."""
    page: int | None = field(default=None, metadata=ABSENT)
    """Only for a document with pages, such as a PDF: the page where the quote begins, counted from 1."""
    cell: int | None = field(default=None, metadata=ABSENT)
    """Only for a notebook: the cell where the quote begins, counted from 1."""

    @property
    def leaf(self) -> Leaf | None:
        """The page or cell where the quote begins."""
        return leaf_of(self.page, self.cell)


@dataclass(frozen=True, slots=True)
class Missing:
    """A requested pair of library and aspect for which nothing good enough was found."""

    entity: str | None
    aspect: str | None
    searched: int
    """Number of passages searched."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Citations that contradict each other."""

    entity: str
    aspect: str | None
    citations: tuple[int, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A cited answer, or an abstention with its reason."""

    __pydantic_config__ = CONTRACT

    schema: Literal[1] = field(default=1, kw_only=True)
    """Version of this contract."""
    question: str
    kind: Kind
    status: Status
    abstained: bool
    reason: str | None
    """Why it abstained or is partial, in terms the user can act on."""
    entities: tuple[str, ...]
    aspects: tuple[str, ...]
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    missing: tuple[Missing, ...]
    conflicts: tuple[Conflict, ...]
    index: str
    """Id of the index generation it is from."""
    model: str
    """Id of the embedding model."""
    writer: str = "extractive"
    """``extractive``, or ``openai-compatible/`` and the name of the language model that was asked to write."""
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a list: libraries under ``yes``, ``no`` and ``unknown``."""
    carried: tuple[str, ...] = ()
    """For a follow-up: what was taken from the previous questions, ``libraries``, ``matter`` or ``answers``."""
    nearest: tuple[Citation, ...] = ()
    """For an abstention: the nearest passages, numbered separately from 1; no statement cites them."""
    interpretation: Interpretation | None = field(default=None, metadata=ABSENT)
    choice: Choice | None = field(default=None, metadata=ABSENT)
    summary: Summary | None = field(default=None, metadata=ABSENT)
    """Only if a language model was asked to read the question, to choose quotes, to sum up; see :attr:`writer`."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The answer now waits for a language model."""

    use: Literal["read", "choose", "summary"]
    """What the model is used for."""
    seconds: float
    """Maximum seconds until the answer goes on."""
    answer: Answer | None = field(default=None, metadata=ABSENT)
    """The answer as it is, if only its summary is missing."""
