"""Search one generation of the index."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mlsurvey.folding import bigrams, folded
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.retrieval.fusion import DENSE, KEYWORD, Ranking, Shares, hybrid, rarity, total
from mlsurvey.retrieval.quoted import quoted
from mlsurvey.retrieval.rerank import RERANKED, Reranker, rerank
from mlsurvey.types import Filters, Hit

DEPTH = 100
"""Passages requested from each voter before fusion: enough that the best of one are rarely missing from the other."""
DEEP = 2000
"""The same for paging past :data:`DEPTH`: one depth for all such pages."""
WORDS = 64
"""Maximum words of a query whose rarity is looked up: more, as in a pasted page, only cost time."""
QUERIES = 64
"""Queries whose rarity is cached: a question about a class repeats the query for each of its members."""

_WORD = re.compile(r"\w+")


class Mode(StrEnum):
    """Which voters are used."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    DENSE = "dense"


class Encoder(Protocol):
    """Embeds questions."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``."""


class Searcher:
    """Searches a snapshot; an optional reranker reorders the best hits of a hybrid search.

    Thread-safe.
    """

    def __init__(self, snapshot: Snapshot, encoder: Encoder, reranker: Reranker | None = None) -> None:
        self.snapshot = snapshot
        self.encoder = encoder
        self.reranker = reranker
        self.rarity = lru_cache(maxsize=QUERIES)(self._rarity)

    def search(
        self,
        query: str,
        limit: int = 10,
        filters: Filters | None = None,
        mode: Mode = Mode.HYBRID,
        *,
        offset: int = 0,
        min_score: float = 0.0,
    ) -> list[Hit]:
        """Return the best passages for ``query``, best first.

        Args:
            query: in natural language. Phrases in double quotes must occur in a hit, see
                :attr:`mlsurvey.types.Filters.phrases`.
            limit: maximum number of hits.
            filters: restrict the passages searched.
            mode: which voters are used.
            offset: number of hits to skip. Pages are consistent as long as their ends lie on the same side of
                :data:`DEPTH`: fused scores depend on the search depth.
            min_score: minimum fused score; see :attr:`mlsurvey.types.Hit.score`.
        """
        vector = self.encoder.embed([query])[0] if mode is not Mode.KEYWORD else None
        end = offset + limit
        wanted = _demanding(query, filters or Filters())
        found = self.search_vector(query, vector, end if end <= DEPTH else max(end, DEEP), wanted, mode)
        return [hit for hit in found if hit.score >= min_score][offset:end]

    def note(self, query: str, filters: Filters | None = None) -> str:
        """Say which quoted phrase leaves nothing to find for ``query``; empty if none does."""
        wanted = _demanding(query, filters or Filters())
        if not wanted.phrases or self.snapshot.count(wanted):
            return ""
        for phrase in wanted.phrases:
            if not self.snapshot.count(Filters(phrases=(phrase,))):
                return f'no passage contains the phrase "{phrase}"; type it without quotes to search for its words'
        together = " and ".join(f'"{phrase}"' for phrase in wanted.phrases)
        within = " that the filters leave" if filters else ""
        return f"no passage{within} contains {together}; type it without quotes to search for its words"

    def search_vector(
        self,
        query: str | KeywordQuery,
        vector: NDArray[np.float32] | None,
        limit: int,
        filters: Filters,
        mode: Mode = Mode.HYBRID,
    ) -> list[Hit]:
        """Like :meth:`search`, with a precomputed embedding of the query (None: keywords only)."""
        depth = max(limit, DEPTH)
        text = query if isinstance(query, str) else query.text
        rankings: dict[str, Ranking] = {}
        if mode is not Mode.DENSE:
            rankings[KEYWORD] = self.snapshot.keyword(query, depth, filters)
        if mode is not Mode.KEYWORD and vector is not None:
            rankings[DENSE] = self.snapshot.dense(vector, depth, filters)
        shares = hybrid(rankings, self.rarity(text), depth)
        if self.reranker is None or mode is not Mode.HYBRID:
            return self._hits(rankings, shares, limit)
        return rerank(text, self._hits(rankings, shares, max(limit, RERANKED)), self.reranker)[:limit]

    def _rarity(self, text: str) -> float:
        """Rarity of the rarest word or compound of ``text``; see :func:`mlsurvey.retrieval.fusion.rarity`."""
        words = dict.fromkeys(islice(_words(text), WORDS))
        return rarity((self.snapshot.frequency(word) for word in words), self.snapshot.generation.passages)

    def _hits(self, rankings: Mapping[str, Ranking], shares: Shares, limit: int) -> list[Hit]:
        fused = total(shares)[:limit]
        kept = {passage for passage, _ in fused}
        ranks = {v: {p: rank for rank, (p, _) in enumerate(r, start=1) if p in kept} for v, r in rankings.items()}
        scores = {v: dict(r) for v, r in rankings.items()}
        passages = self.snapshot.passages([passage for passage, _ in fused])
        return [
            Hit(
                passage_id=identity,
                passage=passage,
                score=score,
                ranks={voter: r[identity] for voter, r in ranks.items() if identity in r},
                scores={voter: s[identity] for voter, s in scores.items() if identity in s},
                shares={voter: s[identity] for voter, s in shares.items() if identity in s},
            )
            for (identity, score), passage in zip(fused, passages, strict=True)
        ]


def _demanding(query: str, filters: Filters) -> Filters:
    return replace(filters, phrases=(*filters.phrases, *quoted(query)))


def _words(text: str) -> Iterator[str]:
    """Yield words and compounds: ``tch-rs`` gives itself, ``tch`` and ``rs``; see also :func:`bigrams`."""
    for chunk in bigrams(folded(text)).split():
        yield chunk.strip(".,;:!?\"'()[]")
        yield from _WORD.findall(chunk)
