"""File layout of an index folder.

catalogue.sqlite          documents, passages, generations; its commit publishes
keywords/<n>/             tantivy index of generation n; segment files hard-linked from n - 1
vectors/<name>.faiss      immutable FAISS segment, and <name>.npy with the vector id of each row
vectors/<name>.codes      compressed rows of a large segment, for scanning
extracts/<digest>.json.z   texts of converted documents, by the digest of the file; can be made again
lock, holder.json         the single writer's lock, and its identity
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths inside one index folder; does no I/O."""

    root: Path

    @property
    def catalogue(self) -> Path:
        """The SQLite file."""
        return self.root / "catalogue.sqlite"

    @property
    def rebuilding(self) -> Path:
        """The catalogue a rebuild fills before it replaces the current one."""
        return self.root / "catalogue.rebuild.sqlite"

    @property
    def keywords(self) -> Path:
        """Parent folder of the keyword indexes."""
        return self.root / "keywords"

    @property
    def vectors(self) -> Path:
        """Folder of the vector segments."""
        return self.root / "vectors"

    @property
    def extracts(self) -> Path:
        """Folder of the texts of converted documents."""
        return self.root / "extracts"

    @property
    def lock(self) -> Path:
        """The writer's lock file."""
        return self.root / "lock"

    @property
    def holder(self) -> Path:
        """Identity of the writer."""
        return self.root / "holder.json"

    def keyword_folder(self, number: int) -> Path:
        """Keyword index folder of a generation."""
        return self.keywords / str(number)

    def segment(self, name: str) -> Path:
        """FAISS file of a vector segment."""
        return self.vectors / f"{name}.faiss"

    def segment_ids(self, name: str) -> Path:
        """Vector ids of a segment's rows: int64, ascending."""
        return self.vectors / f"{name}.npy"

    def segment_codes(self, name: str) -> Path:
        """FAISS file of a segment's codes; small segments have none."""
        return self.vectors / f"{name}.codes"

    def segment_files(self, name: str) -> tuple[Path, Path, Path]:
        """All possible files of a segment."""
        return self.segment(name), self.segment_ids(name), self.segment_codes(name)

    def relative(self, path: Path) -> str:
        """Path under which the catalogue stores a file's size and checksum."""
        return path.relative_to(self.root).as_posix()
