"""Keep the vector segments few and mostly in use."""

from __future__ import annotations

import numpy as np

from mlsurvey.index.catalogue import Catalogue
from mlsurvey.index.embed import register, segment_name
from mlsurvey.index.engine import ModelInfo
from mlsurvey.index.layout import Layout

_USED = "EXISTS (SELECT 1 FROM passages WHERE passages.vector = vectors.id)"


def tidy(catalogue: Catalogue, layout: Layout, model: ModelInfo) -> tuple[str, ...]:
    """Names of the model's segments after merging what had to be; inside the transaction that publishes."""
    from mlsurvey.index.vectors import SegmentInfo, to_merge  # faiss loads slowly

    segments = [
        SegmentInfo(*row)
        for row in catalogue.rows("SELECT name, rows FROM segments WHERE model = :model AND NOT merged ORDER BY name", model=model.id)
    ]
    is_wasteful = _is_wasteful(catalogue, sum(s.rows for s in segments))
    chosen = segments if is_wasteful else to_merge(segments)
    names = [s.name for s in segments if s not in chosen]
    if chosen and (merged := _merge(catalogue, layout, model, [s.name for s in chosen], drop_unused=is_wasteful)):
        names.append(merged)
    return tuple(names)
