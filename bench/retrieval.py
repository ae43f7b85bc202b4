"""Measure search: keywords alone, vectors alone, and ways to fuse them, on any number of test collections.

    python bench/retrieval.py --sets FOLDER… --questions FILE… --documents FOLDER --cache FOLDER

Each set is indexed by mlsurvey itself (chunker, embedder, tantivy, FAISS) under ``--cache``; a second run
embeds nothing. Prints a table for each measure and writes it as Markdown to ``--output``.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from testsets import Query, TestSet, evidence_set, names_set, passages_set, spans_set

from mlsurvey.answering.answer import Answerer
from mlsurvey.retrieval.fusion import Ranking, fuse, reciprocal_rank, weighted_sum
from mlsurvey.retrieval.search import DEPTH
from mlsurvey.settings import Settings, vocabulary_folders
from mlsurvey.survey import Survey
from mlsurvey.survey.reader import Reader
from mlsurvey.types import Passage
from mlsurvey.vocabulary.load import load_vocabulary

Rankings = Mapping[str, Ranking]
Method = Callable[[Rankings], Sequence[tuple[int, float]]]

DEFAULT = "weighted by the query"
FIXED = (1.0, 0.5, 0.3)
"""Weights of the keyword side, the dense side's being 1."""


def _fixed(rankings: Rankings, weight: float) -> Sequence[tuple[int, float]]:
    return weighted_sum(rankings, {"keyword": weight, "dense": 1.0})


METHODS: Mapping[str, Method] = {
    "BM25": lambda rankings: rankings["keyword"],
    "MiniLM": lambda rankings: rankings["dense"],
    "reciprocal rank fusion": reciprocal_rank,
    **{f"min-max sum, keywords × {weight}": partial(_fixed, weight=weight) for weight in FIXED},
    DEFAULT: fuse,
}


@dataclass(frozen=True)
class Searched:
    """A query with what both sides brought for it."""

    query: Query
    rankings: Rankings
    passages: Mapping[int, Passage]

    def scores(self, method: Method) -> Mapping[str, float]:
        """Measures of the fused ranking."""
        return self.query.judge([self.passages[identity] for identity, _ in method(self.rankings)])


def search(test: TestSet, cache: Path) -> list[Searched]:
    """Index the set where that is due, and run each query on both sides."""
    settings = Settings(corpus=test.documents.resolve(), index=(cache / test.documents.parent.name / "index").resolve())
    with Survey(settings) as survey:
        survey.refresh()
    reader = Reader(settings.index, lambda: load_vocabulary(vocabulary_folders(settings)))
    with reader.reading() as reading:
        return _run(test.queries(reading.answerer), reading.answerer)


def _run(queries: Sequence[Query], answerer: Answerer) -> list[Searched]:
    vectors = answerer.gatherer.searcher.encoder.embed([query.text for query in queries])
    searched = []
    for query, vector in zip(queries, vectors, strict=True):
        rankings = {
            "keyword": answerer.snapshot.keyword(query.keywords, DEPTH, query.filters),
            "dense": answerer.snapshot.dense(vector, DEPTH, answerer.snapshot.select(query.filters)),
        }
        ids = list({identity for ranking in rankings.values() for identity, _ in ranking})
        searched.append(Searched(query, rankings, dict(zip(ids, answerer.snapshot.passages(ids), strict=True))))
    return searched
