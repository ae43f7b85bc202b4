"""Why a passage is a hit: its terms with their weight, its tokens with their share of the cosine."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.types import Explanation, Hit


class TokenEncoder(Protocol):
    """What gives the vectors of a text's word pieces."""

    def embed_tokens(self, text: str, *, prompt: bool = True) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Word pieces and their vectors in context, shape ``(pieces, width)``."""


def explain(
    hit: Hit, query: str | KeywordQuery, vector: NDArray[np.float32] | None, snapshot: Snapshot, encoder: TokenEncoder
) -> Explanation:
    """Explain a hit of ``query``.

    Args:
        hit: from a search of ``snapshot``.
        query: what was searched for.
        vector: its embedding, shape (dimension,); None for a search by keywords alone.
        snapshot: what was searched.
        encoder: of the model that made the vector.
    """
    terms = tuple(snapshot.explain_keyword(query, hit.passage_id)) if "keyword" in hit.ranks else ()
    if vector is None:
        return Explanation(hit, terms, None, ())
    cosine = float(snapshot.vectors([hit.passage_id])[0] @ vector)
    return Explanation(hit, terms, cosine, token_shares(hit.passage.embedding_text, vector, encoder))


def token_shares(text: str, vector: NDArray[np.float32], encoder: TokenEncoder) -> tuple[tuple[str, float], ...]:
    """Pairs (word piece, share of the cosine between ``text`` and ``vector``), in the order of the text.

    A model that averages its tokens has the text's vector m/|m| with m the mean of the tokens' vectors h, so the
    cosine with a unit vector q is the sum of q·h / |sum of h|: exact, no approximation. A model that projects what
    it averaged has tokens of another width, of which no share can be told: nothing is returned.
    """
    pieces, vectors = encoder.embed_tokens(text, prompt=False)
    if vectors.shape[1] != len(vector):
        return ()
    shares = vectors @ vector / np.linalg.norm(vectors.sum(axis=0))
    return tuple(zip(pieces, shares.tolist(), strict=True))
