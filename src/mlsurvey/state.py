"""The state of the index: what it holds, and what a refresh would do and did. Also models of the public contract."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in the index."""

    path: str
    """Path relative to the corpus folder."""
    sha256: str
    """SHA-256 digest of the file when it was indexed."""
    title: str
    subject: str | None
    """Slug of the one library it is about."""
    language: str | None
    date: str | None
    """ISO date stated in the document."""
    bytes: int
    """Size of the file."""
    passages: int
    """Searchable passages; noise is excluded."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Numbers of documents that a refresh would process."""

    added: int
    changed: int
    removed: int

    @property
    def total(self) -> int:
        """Number of documents that differ."""
        return self.added + self.changed + self.removed


@dataclass(frozen=True, slots=True)
class Generation:
    """One published state of the index."""

    number: int
    """Increases by one with each publication."""
    id: str
    """Digest of the recipe and of every document: equal inputs give equal ids."""
    created: str
    """ISO time, UTC."""
    model: str
    """Identity of the embedder that computed the vectors."""
    recipe: str
    """Digest of everything besides the documents that affects the index."""
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, with an actionable reason."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A document or folder of the corpus that stays out of the index on purpose."""

    path: str
    """A folder's ends with a slash; nothing below it was looked at."""
    reason: str
    """``hidden``, ``backup``, ``packages``, ``excluded``, ``.mlsurveyignore``, ``.gitignore`` or ``same file``."""
    rule: str
    """What decided: the pattern, with its place if it is in a file; for the same file, the path that is indexed."""


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did, or would do (``dry_run``). Paths are relative to the corpus root and sorted."""

    dry_run: bool
    generation: str | None
    """Id of the generation in use after the refresh; None for a dry run on an empty index."""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    """Pairs (old path, new path) of files with unchanged bytes."""
    removed: tuple[str, ...] = ()
    duplicate: tuple[tuple[str, str], ...] = ()
    """Pairs (path, first path with the same bytes); both are indexed."""
    unreadable: tuple[Unreadable, ...] = ()
    decoded: tuple[tuple[str, str], ...] = ()
    """Pairs (path, how its bytes were read), of the documents read by this refresh that are not valid UTF-8."""
    omitted: tuple[tuple[str, str], ...] = ()
    """Pairs (path, what a reader sees and is not indexed), of the documents cut by this refresh."""
    left_out: tuple[LeftOut, ...] = ()
    """Files and folders that are not indexed on purpose."""
    found: tuple[str, ...] = ()
    """Names of the subjects that were found for the first time."""
    lost: tuple[str, ...] = ()
    """Names of the subjects that no document is about any more."""
    unchanged: int = 0
    passages: int = 0
    """Passages in the index after the refresh."""
    embedded: int = 0
    """Passages whose embedding had to be computed."""
    reused: int = 0
    """New or moved passages whose embedding was reused."""
    seconds: float = 0.0
    seconds_embedding: float = 0.0
    device: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether any document in the index changed."""
        return bool(self.added or self.changed or self.moved or self.removed)
