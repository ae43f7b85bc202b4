"""Remove what no kept generation needs."""

from __future__ import annotations

import shutil

from mlsurvey.index.catalogue import Catalogue
from mlsurvey.index.layout import Layout
from mlsurvey.index.ledger import Published

KEEP = 2  # the current generation and the previous one, for readers that have it open

_DEAD = "SELECT id FROM {} WHERE died <= :oldest"


def has_outdated(catalogue: Catalogue) -> bool:
    """Whether :func:`purge` would drop any generation."""
    return len(catalogue.rows("SELECT number FROM generations")) > KEEP


def purge(catalogue: Catalogue, layout: Layout, model: str) -> None:
    """Drop old generations, within a transaction. :func:`sweep` removes their files after the commit.

    Vectors of ``model`` are kept even if no generation uses them yet: an
    interrupted refresh may have left them.
    """
    if not has_outdated(catalogue):
        return
    kept = catalogue.published()[:KEEP]
    oldest = kept[-1].generation.number
    catalogue.write(f"DELETE FROM tags WHERE passage IN ({_DEAD.format('passages')})", oldest=oldest)
    catalogue.write("DELETE FROM passages WHERE died <= :oldest", oldest=oldest)
    catalogue.write(f"DELETE FROM texts WHERE document IN ({_DEAD.format('documents')})", oldest=oldest)
    catalogue.write(f"DELETE FROM traces WHERE document IN ({_DEAD.format('documents')})", oldest=oldest)
    catalogue.write("DELETE FROM documents WHERE died <= :oldest", oldest=oldest)
    catalogue.write("DELETE FROM generations WHERE number < :oldest", oldest=oldest)
    _purge_segments(catalogue, layout, kept, model)


def _purge_segments(catalogue: Catalogue, layout: Layout, kept: list[Published], model: str) -> None:
    models = {model, *(p.generation.model for p in kept)}
    needed = {name for p in kept for name in p.segments}
    files = {path for p in kept for path in p.files}
    for name, owner, merged in catalogue.rows("SELECT name, model, merged FROM segments"):
        if name not in needed and (merged or owner not in models):
            catalogue.write("DELETE FROM vectors WHERE segment = :name", name=name)
            catalogue.write("DELETE FROM segments WHERE name = :name", name=name)
        else:
            files |= {layout.relative(path) for path in layout.segment_files(name)}
    unneeded = [(path,) for (path,) in catalogue.rows("SELECT path FROM files") if path not in files]
    catalogue.write_all("DELETE FROM files WHERE path = ?", unneeded)


def sweep(catalogue: Catalogue, layout: Layout) -> None:
    """Remove all files that are not in the catalogue. The caller holds the writer lock.

    Such files are left by a killed refresh, an abandoned rebuild, or a purge.
    """
    for leftover in layout.root.glob(f"{layout.rebuilding.name}*"):
        leftover.unlink()
    named = {path for (path,) in catalogue.rows("SELECT path FROM files")}
    folders = {path.split("/")[1] for path in named if path.startswith("keywords/")}
    for folder in layout.keywords.glob("*"):
        if folder.name not in folders:
            shutil.rmtree(folder)
    for file in layout.vectors.glob("*"):
        if layout.relative(file) not in named:
            file.unlink()
