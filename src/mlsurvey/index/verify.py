"""Integrity checks of an index."""

from __future__ import annotations

from collections.abc import Iterable

from mlsurvey.errors import DamagedIndexError
from mlsurvey.index.catalogue import Catalogue, live
from mlsurvey.index.keywords import Keywords
from mlsurvey.index.layout import Layout
from mlsurvey.index.ledger import Published
from mlsurvey.index.storage import REBUILD, StoredFile, stored


def check_sizes(catalogue: Catalogue, layout: Layout, published: Published | None = None) -> None:
    """Compare file sizes with the published ones: cheap enough to run at every open.

    Args:
        catalogue: of the index.
        layout: of the index.
        published: the generation whose files are checked; None for all files.

    Raises:
        DamagedIndexError: a file is missing or has the wrong size.
    """
    for file in _files(catalogue, published):
        path = layout.root / file.path
        if not path.is_file():
            raise DamagedIndexError(f"{path} is missing; {REBUILD}")
        if (size := path.stat().st_size) != file.size:
            raise DamagedIndexError(f"{path} has {size} bytes instead of {file.size}; {REBUILD}")


def verify(catalogue: Catalogue, layout: Layout, published: Published) -> None:
    """Read a whole generation; check its checksums, and that keywords and vectors match the catalogue.

    Raises:
        DamagedIndexError: a part is broken; the message names it.
    """
    ((found,),) = catalogue.rows("PRAGMA integrity_check(1)")
    if found != "ok":
        raise DamagedIndexError(f"{layout.catalogue}: {found}; {REBUILD}")
    check_sizes(catalogue, layout, published)
    for file in _files(catalogue, published):
        if stored(layout.root, layout.root / file.path) != file:
            raise DamagedIndexError(f"{layout.root / file.path} differs from what was published; {REBUILD}")
    _check_sides(catalogue, layout, published)


def _files(catalogue: Catalogue, published: Published | None) -> Iterable[StoredFile]:
    files = {
        path: StoredFile(path, size, sha256)
        for path, size, sha256 in catalogue.rows("SELECT path, size, sha256 FROM files")
    }
    return files.values() if published is None else [files[path] for path in published.files]


def _check_sides(catalogue: Catalogue, layout: Layout, published: Published) -> None:
    """Check that the keyword index finds exactly the live passages, and that each has a vector."""
    import numpy as np

    from mlsurvey.index.vectors import Vectors  # faiss loads slowly; opening an index must not wait for it

    number = published.generation.number
    rows = catalogue.rows(f"SELECT id, vector FROM passages WHERE {live('passages')} ORDER BY id", at=number)
    if Keywords(layout.keyword_folder(number)).ids() != [passage for passage, _ in rows]:
        raise DamagedIndexError(f"the keyword index of generation {number} does not match the catalogue; {REBUILD}")
    wanted = np.array([vector for _, vector in rows], dtype=np.int64)
    for _ in Vectors(layout, published.segments, published.dimension).pieces(wanted):
        pass  # raises if a vector is missing
