"""Explains why a passage is a hit: its terms with their weights, its tokens with their share of the cosine."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.types import Explanation, Hit


class TokenEncoder(Protocol):
    """Encodes the word pieces of a text."""

    def embed_tokens(self, text: str, *, prompt: bool = True) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Return word pieces and their contextual vectors, shape ``(pieces, width)``."""


def explain(
    hit: Hit, query: str | KeywordQuery, vector: NDArray[np.float32] | None, snapshot: Snapshot, encoder: TokenEncoder
) -> Explanation:
    """Explain a hit of ``query``.

    Args:
        hit: from a search of ``snapshot``.
        query: the query searched for.
        vector: its embedding, shape (dimension,); None for a keyword-only search.
        snapshot: the snapshot searched.
        encoder: of the model that made the vector.
    """
    terms = tuple(snapshot.explain_keyword(query, hit.passage_id)) if "keyword" in hit.ranks else ()
    if vector is None:
        return Explanation(hit, terms, None, ())
    cosine = float(snapshot.vectors([hit.passage_id])[0] @ vector)
    return Explanation(hit, terms, cosine, token_shares(hit.passage.embedding_text, vector, encoder))


def token_shares(text: str, vector: NDArray[np.float32], encoder: TokenEncoder) -> tuple[tuple[str, float], ...]:
    """Return pairs (word piece, share of the cosine between ``text`` and ``vector``), in text order.

    For a mean-pooling model, the text vector is m/|m| with m the mean of the token vectors h, so the
    cosine with a unit vector q is the sum of q·h / |sum of h|: exact, not an approximation. For a model with a
    projection after pooling, token vectors have another width and no shares can be computed: the result is empty.
    """
    pieces, vectors = encoder.embed_tokens(text, prompt=False)
    if vectors.shape[1] != len(vector):
        return ()
    shares = vectors @ vector / np.linalg.norm(vectors.sum(axis=0))
    return tuple(zip(pieces, shares.tolist(), strict=True))
