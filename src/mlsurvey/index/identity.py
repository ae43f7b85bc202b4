"""What makes two indexes the same: digests of the recipe and of the documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from mlsurvey.index import keywords
from mlsurvey.index.engine import ModelInfo
from mlsurvey.reading.passages import CHUNKER_VERSION
from mlsurvey.types import Entity

_LENGTH = 16  # hex digits: 64 bits, short enough to read aloud


def chunking_digest(model: ModelInfo) -> str:
    """Digest of what shapes every passage and keyword row; where it changes, all documents are read again."""
    return _digest(model.id, model.max_tokens, CHUNKER_VERSION, keywords.VERSION)


def recipe_digest(chunking: str, entities: Iterable[Entity]) -> str:
    """Digest of everything beside the documents that shapes an index."""
    return _digest(chunking, [asdict(entity) for entity in entities])


def generation_id(recipe: str, documents: Iterable[tuple[str, str]]) -> str:
    """Digest of a recipe and of (path, sha256) pairs: the same inputs give the same id."""
    return _digest(recipe, sorted(documents))


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()[:_LENGTH]
