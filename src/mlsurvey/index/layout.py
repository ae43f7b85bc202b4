"""Where the parts of an index lie in its folder.

catalogue.sqlite          documents, passages, generations; its commit publishes
keywords/<n>/             tantivy index of generation n; segment files hard-linked from n - 1
vectors/<name>.faiss      immutable FAISS segment, and <name>.npy with the vector id of each row
vectors/<name>.codes      the rows of a large segment compressed, to be scanned
lock, holder.json         held by the one writer, and who that is
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Names inside one index folder; touches nothing."""

    root: Path

    @property
    def catalogue(self) -> Path:
        """The SQLite file."""
        return self.root / "catalogue.sqlite"

    @property
    def rebuilding(self) -> Path:
        """The catalogue that a rebuild fills before it replaces the other."""
        return self.root / "catalogue.rebuild.sqlite"

    @property
    def keywords(self) -> Path:
        """Folder of the keyword folders."""
        return self.root / "keywords"

    @property
    def vectors(self) -> Path:
        """Folder of the vector segments."""
        return self.root / "vectors"

    @property
    def lock(self) -> Path:
        """File that the writer has locked."""
        return self.root / "lock"

    @property
    def holder(self) -> Path:
        """Who the writer is."""
        return self.root / "holder.json"

    def keyword_folder(self, number: int) -> Path:
        """Home of the keyword side of a generation."""
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
        """All files that a segment may have."""
        return self.segment(name), self.segment_ids(name), self.segment_codes(name)

    def relative(self, path: Path) -> str:
        """Name under which the catalogue keeps a file's size and checksum."""
        return path.relative_to(self.root).as_posix()
