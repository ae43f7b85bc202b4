"""Index identity: digests of the recipe and of the documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any

from mlsurvey.index import keywords
from mlsurvey.index.engine import ModelInfo
from mlsurvey.reading.version import CHUNKER_VERSION
from mlsurvey.subjects.version import SUBJECTS_VERSION
from mlsurvey.types import Entity

_LENGTH = 16  # hex digits: 64 bits, short enough to read aloud


def chunking_digest(model: ModelInfo) -> str:
    """Digest of everything that affects all passages and keyword rows; if it changes, all documents are read again."""
    return digest(model.id, model.max_tokens, CHUNKER_VERSION, SUBJECTS_VERSION, keywords.VERSION)


def recipe_digest(chunking: str, entities: Iterable[Entity], basis: str) -> str:
    """Digest of everything besides the documents that affects an index; ``basis`` is that of the vocabulary."""
    return digest(chunking, map(values, entities), basis)


def documents_digest(before: str, gone: Iterable[tuple[str, str]], come: Iterable[tuple[str, str]]) -> str:
    """Digest of a set of documents, updated from the previous digest; each document is a pair (path, sha256).

    The sum of one SHA-256 per document, modulo 2**256 (AdHash: Bellare & Micciancio, "A New Paradigm for Collision-Free
    Hashing: Incrementality at Reduced Cost", 1997): independent of order, at a cost proportional to the change. Sets
    not constructed to collide collide as rarely as random 256-bit numbers.
    """
    total = int(before, 16) + sum(map(_number, come)) - sum(map(_number, gone))
    return f"{total % (1 << 256):064x}"


NO_DOCUMENTS = "0"
"""Digest of the empty set."""


def _number(document: tuple[str, str]) -> int:
    path, sha256 = document
    return int.from_bytes(hashlib.sha256(f"{sha256} {path}".encode()).digest(), "big")


def generation_id(recipe: str, documents: str) -> str:
    """Digest of a recipe and a documents digest: the same inputs give the same id."""
    return digest(recipe, documents)


def digest(*parts: Any) -> str:
    """Digest of values that JSON can hold; iterators are taken as lists."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, default=list).encode()).hexdigest()[:_LENGTH]


def values(noun: Hashable) -> tuple[Any, ...]:
    """The values of a dataclass; ``asdict`` copies them, which takes thirty times as long."""
    found: tuple[Any, ...] = _getter(type(noun))(noun)
    return found


@cache
def _getter(noun: Any) -> attrgetter[Any]:
    return attrgetter(*(field.name for field in fields(noun)))
