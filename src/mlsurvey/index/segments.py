"""Keep the vector segments few, mostly in use, and the large ones compressed, at a cost that follows the change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mlsurvey.index.catalogue import Catalogue
from mlsurvey.index.embed import register, register_files, segment_name
from mlsurvey.index.engine import ModelInfo
from mlsurvey.index.layout import Layout

MAX_SEGMENTS = 8  # each costs a search of its own; more are merged
MAX_UNUSED = 0.3  # share of rows that no passage uses any more before they are dropped
MIN_UNUSED = 1024  # fewer cost next to nothing, and may come back with a revert
COMPRESS_FROM = 16_384
"""Rows from which a segment is compressed: below, scanning all of it exactly takes half a millisecond."""

_USED = "EXISTS (SELECT 1 FROM passages WHERE passages.vector = vectors.id)"


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """A segment as the catalogue lists it."""

    name: str
    rows: int


def tidy(catalogue: Catalogue, layout: Layout, model: ModelInfo, live: int) -> tuple[str, ...]:
    """Names of the model's segments after merging what had to be; inside the transaction that publishes.

    Args:
        catalogue: open for writing.
        layout: of the index.
        model: whose segments are looked at.
        live: passages of the generation that is being written.
    """
    sql = "SELECT name, rows FROM segments WHERE model = :model AND NOT merged ORDER BY name"
    segments = [SegmentInfo(*row) for row in catalogue.rows(sql, model=model.id)]
    is_wasteful = _is_wasteful(catalogue, sum(s.rows for s in segments), live)
    chosen = segments if is_wasteful else to_merge(segments)
    names = [s.name for s in segments if s not in chosen]
    if chosen:
        names += _merge(catalogue, layout, model, [s.name for s in chosen], drop_unused=is_wasteful)
    _compress(catalogue, layout, model, names)
    return tuple(names)


def files_of(catalogue: Catalogue, layout: Layout, names: Iterable[str]) -> list[str]:
    """Paths, relative to the index, of the files that segments are made of."""
    compressed = {name for (name,) in catalogue.rows("SELECT name FROM segments WHERE recall IS NOT NULL")}
    return [
        layout.relative(path)
        for name in names
        for path in layout.segment_files(name)
        if name in compressed or path != layout.segment_codes(name)
    ]


def to_merge(segments: Sequence[SegmentInfo]) -> list[SegmentInfo]:
    """Segments to write anew as one, smallest first; none while there are few.

    Each joins while it is not larger than what is merged already, so a row is
    rewritten about log2(n) times in the life of an index.
    """
    if len(segments) <= MAX_SEGMENTS:
        return []
    ordered = sorted(segments, key=lambda s: (s.rows, s.name))
    count = len(ordered) - MAX_SEGMENTS // 2
    total = sum(s.rows for s in ordered[:count])
    while count < len(ordered) and ordered[count].rows <= total:
        total += ordered[count].rows
        count += 1
    return ordered[:count]


def _is_wasteful(catalogue: Catalogue, rows: int, live: int) -> bool:
    """Whether too many rows are used by no passage. Passages may share a row, so at least this many are unused.

    A bound and no count: counting would look at every row in each refresh.
    """
    ((dead,),) = catalogue.rows("SELECT COUNT(*) FROM passages WHERE died IS NOT NULL")
    return rows - live - int(dead) >= max(MIN_UNUSED, MAX_UNUSED * rows)


def _compress(catalogue: Catalogue, layout: Layout, model: ModelInfo, names: Sequence[str]) -> None:
    """Give codes to the large segments that have none yet; their recall is measured with it and kept."""
    sql = "SELECT name FROM segments WHERE recall IS NULL AND rows >= :least"
    large = {name for (name,) in catalogue.rows(sql, least=COMPRESS_FROM)}
    for name in names:
        if name in large:
            _write_codes(catalogue, layout, model, name)


def _write_codes(catalogue: Catalogue, layout: Layout, model: ModelInfo, name: str) -> None:
    from mlsurvey.index.compressed import can_compress  # faiss loads slowly, and large segments are few
    from mlsurvey.index.segment import write_codes

    if can_compress(model.dimension):
        file, recall = write_codes(layout, name)
        catalogue.write("UPDATE segments SET recall = :recall WHERE name = :name", recall=recall, name=name)
        register_files(catalogue, [file])


def _merge(catalogue: Catalogue, layout: Layout, model: ModelInfo, names: list[str], *, drop_unused: bool) -> list[str]:
    """Write the rows of some segments as one new one; the old ones stay for the generations that use them."""
    from mlsurvey.index.segment import write_segment  # faiss loads slowly, and merges are rare
    from mlsurvey.index.vectors import Vectors

    marks = ", ".join(f"'{name}'" for name in names)  # hex digits of our own making
    if drop_unused:
        catalogue.write(f"DELETE FROM vectors WHERE segment IN ({marks}) AND NOT {_USED}")
    catalogue.write(f"UPDATE segments SET merged = 1 WHERE name IN ({marks})")
    ids = np.array(
        [i for (i,) in catalogue.rows(f"SELECT id FROM vectors WHERE segment IN ({marks}) ORDER BY id")], dtype=np.int64
    )
    if not len(ids):
        return []
    name = segment_name()
    pieces = Vectors(layout, names, model.dimension).pieces(ids)
    files = write_segment(layout, name, ids, pieces, model.dimension)
    register(catalogue, name, model.id, len(ids), files)
    catalogue.write(f"UPDATE vectors SET segment = :name WHERE segment IN ({marks})", name=name)
    return [name]
