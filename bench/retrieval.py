"""Measure search on test collections: keywords alone, vectors alone, and several ways to fuse them.

    python bench/retrieval.py --sets FOLDER… [--questions FILE… --documents FOLDER] --cache FOLDER

Each set is indexed by mlsurvey itself (chunker, embedder, tantivy, FAISS) under ``--cache``; a second run embeds
nothing. Prints one Markdown table and writes it to ``--output``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from testsets import Query, TestSet, evidence_set, names_set, opened, passages_set, spans_set

from mlsurvey.answering.answer import Answerer
from mlsurvey.retrieval.fusion import DENSE, KEYWORD, Ranking, hybrid, reciprocal_rank, total, weighted_sum
from mlsurvey.retrieval.search import DEPTH
from mlsurvey.types import Passage

FIXED = (2.0, 1.0, 0.5, 0.3)
"""Weights of the keyword side, relative to 1 for the dense side."""
ALONE = ("BM25 alone", "MiniLM alone")
DEFAULT = "weighted by the query (default)"


@dataclass(frozen=True)
class Searched:
    """A query with the results of both sides."""

    query: Query
    rarity: float
    rankings: Mapping[str, Ranking]
    passages: Mapping[int, Passage]


Method = Callable[[Searched], Ranking]


def _fixed(searched: Searched, weight: float) -> Ranking:
    return total(weighted_sum(searched.rankings, {KEYWORD: weight}, DEPTH))


METHODS: Mapping[str, Method] = {
    ALONE[0]: lambda searched: searched.rankings[KEYWORD],
    ALONE[1]: lambda searched: searched.rankings[DENSE],
    "reciprocal rank fusion": lambda searched: reciprocal_rank(searched.rankings),
    **{f"min-max sum, keywords × {weight:g}": partial(_fixed, weight=weight) for weight in FIXED},
    DEFAULT: lambda searched: total(hybrid(searched.rankings, searched.rarity, DEPTH)),
}


def search(test: TestSet, cache: Path) -> list[Searched]:
    """Run each query of a set on both sides."""
    with opened(test.documents, cache / test.documents.resolve().parent.name / "index") as answerer:
        queries = test.queries(answerer)
        vectors = answerer.bench.retriever.searcher.encoder.embed([query.text for query in queries])
        return [_searched(query, vector, answerer) for query, vector in zip(queries, vectors, strict=True)]


def _searched(query: Query, vector: NDArray[np.float32], answerer: Answerer) -> Searched:
    snapshot = answerer.snapshot
    rankings = {
        KEYWORD: snapshot.keyword(query.keywords, DEPTH, query.filters),
        DENSE: snapshot.dense(vector, DEPTH, query.filters),
    }
    ids = list({identity for ranking in rankings.values() for identity, _ in ranking})
    passages = dict(zip(ids, snapshot.passages(ids), strict=True))
    return Searched(query, answerer.bench.retriever.searcher.rarity(query.keywords.text), rankings, passages)


def measure(searched: Sequence[Searched]) -> dict[str, dict[str, NDArray[np.float64]]]:
    """For each measure and method, its value per query."""
    values: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name, method in METHODS.items():
        judged = [s.query.judge([s.passages[identity] for identity, _ in method(s)]) for s in searched]
        for measured in judged[0]:
            values.setdefault(measured, {})[name] = np.array([scores[measured] for scores in judged])
    return values


def gain(values: Mapping[str, NDArray[np.float64]]) -> str:
    """Paired difference between the default and the better single side, with the half-width of its 95 % interval."""
    better = max(ALONE, key=lambda name: values[name].mean())
    difference = values[DEFAULT] - values[better]
    return f"{difference.mean():+.3f} ± {1.96 * difference.std() / len(difference) ** 0.5:.3f}"


def table(results: Mapping[str, Mapping[str, Mapping[str, NDArray[np.float64]]]]) -> str:
    """A Markdown table: a row per method, a column per measure of each set, the best of a column in bold."""
    columns = {(name, measured): v for name, measures in results.items() for measured, v in measures.items()}
    sizes = {name: len(next(iter(next(iter(measures.values())).values()))) for name, measures in results.items()}
    lines = [
        _row("", [f"{name} ({sizes[name]}) {measured}" for name, measured in columns], "mean of the sets"),
        "| --- |" + " ---: |" * (len(columns) + 1),
    ]
    for method in METHODS:
        firsts = [next(iter(measures.values()))[method].mean() for measures in results.values()]
        lines.append(_row(method, [_cell(values, method) for values in columns.values()], f"{np.mean(firsts):.3f}"))
    lines.append(_row("default above the better alone", map(gain, columns.values()), ""))
    return "\n".join(lines)


def _cell(values: Mapping[str, NDArray[np.float64]], method: str) -> str:
    is_best = values[method].mean() >= max(v.mean() for v in values.values())
    return f"**{values[method].mean():.3f}**" if is_best else f"{values[method].mean():.3f}"


def _row(title: str, cells: Iterable[str], last: str) -> str:
    return f"| {' | '.join((title, *cells, last))} |"


def _sets(arguments: argparse.Namespace) -> list[TestSet]:
    sets = [
        spans_set(folder) if (folder / "spans.jsonl").is_file() else passages_set(folder, arguments.cache)
        for folder in arguments.sets
    ]
    if arguments.documents:
        sets += [evidence_set(file, arguments.documents) for file in arguments.questions]
        sets.append(names_set(arguments.documents))
    return sets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path, nargs="*", default=[], help="folders in BEIR's layout, or with spans")
    parser.add_argument("--questions", type=Path, nargs="*", default=[], help="questions with evidence, JSON Lines")
    parser.add_argument("--documents", type=Path, help="folder that the questions are about; also asked for rare names")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the indexes; may be deleted")
    parser.add_argument("--output", type=Path, help="file whose part below the marker is replaced by the table")
    arguments = parser.parse_args()
    shown = table({test.name: measure(search(test, arguments.cache)) for test in _sets(arguments)})
    print(shown)
    if arguments.output:
        above = arguments.output.read_text("utf-8").partition(MARKER)[0] if arguments.output.exists() else ""
        arguments.output.write_text(f"{above}{MARKER}\n\n{shown}\n", "utf-8")


MARKER = "<!-- written by bench/retrieval.py, nothing below is kept -->"


if __name__ == "__main__":
    main()
