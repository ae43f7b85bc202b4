"""Keep the vector segments few, and mostly in use, at a cost that follows the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlsurvey.index.catalogue import Catalogue
from mlsurvey.index.embed import register, segment_name
from mlsurvey.index.engine import ModelInfo
from mlsurvey.index.layout import Layout

MAX_SEGMENTS = 8  # each costs a search of its own; more are merged
MAX_UNUSED = 0.3  # share of rows that no passage uses any more before they are dropped
MIN_UNUSED = 1024  # fewer cost next to nothing, and may come back with a revert

_USED = "EXISTS (SELECT 1 FROM passages WHERE passages.vector = vectors.id)"


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """A segment as the catalogue lists it."""

    name: str
    rows: int


def tidy(catalogue: Catalogue, layout: Layout, model: ModelInfo) -> tuple[str, ...]:
    """Names of the model's segments after merging what had to be; inside the transaction that publishes."""
    sql = "SELECT name, rows FROM segments WHERE model = :model AND NOT merged ORDER BY name"
    segments = [SegmentInfo(*row) for row in catalogue.rows(sql, model=model.id)]
    is_wasteful = _is_wasteful(catalogue, model, sum(s.rows for s in segments))
    chosen = segments if is_wasteful else to_merge(segments)
    names = [s.name for s in segments if s not in chosen]
    if chosen:
        names += _merge(catalogue, layout, model, [s.name for s in chosen], drop_unused=is_wasteful)
    return tuple(names)


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


def _is_wasteful(catalogue: Catalogue, model: ModelInfo, rows: int) -> bool:
    if rows < MIN_UNUSED:
        return False
    sql = f"SELECT COUNT(*) FROM vectors WHERE model = :model AND NOT {_USED}"
    ((unused,),) = catalogue.rows(sql, model=model.id)
    return int(unused) >= max(MIN_UNUSED, MAX_UNUSED * rows)


def _merge(catalogue: Catalogue, layout: Layout, model: ModelInfo, names: list[str], *, drop_unused: bool) -> list[str]:
    """Write the rows of some segments as one new one; the old ones stay for the generations that use them."""
    from mlsurvey.index.vectors import Vectors, write_segment  # faiss loads slowly, and merges are rare

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
    files = write_segment(layout, name, ids, Vectors(layout, names, model.dimension).take(ids))
    register(catalogue, name, model.id, len(ids), files)
    catalogue.write(f"UPDATE vectors SET segment = :name WHERE segment IN ({marks})", name=name)
    return [name]
