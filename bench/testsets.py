"""Test collections: documents, queries, and a judge that scores a ranking.

Three kinds are supported, distinguished by the contents of the folder:

- passages with relevance judgements, in BEIR's layout (``corpus.jsonl``, ``queries.jsonl``, ``qrels.tsv``);
- whole documents with the character spans that answer (``documents/``, ``queries.jsonl``, ``spans.jsonl``);
- questions with quoted evidence per library over a folder of documents (a ``.jsonl`` file), from which
  known-item queries can also be generated: a rare name, and the passages that contain it.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from mlsurvey.answering.answer import Answerer
from mlsurvey.answering.retrieve import NAME_WEIGHT
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.settings import Settings, vocabulary_folders
from mlsurvey.survey import Survey
from mlsurvey.survey.reader import Reader
from mlsurvey.types import Filters, Passage, Span
from mlsurvey.vocabulary.load import load_vocabulary

BUDGET = 4000
"""Number of returned characters that count in a set with spans."""
COVERED = 0.5
"""Minimum share of a quote that a passage must contain to count as evidence."""
KNOWN_ITEMS = 100
SEED = 20

Scores = Mapping[str, float]
Judge = Callable[[Sequence[Passage]], Scores]
"""Measures of one ranking, best passage first; the first is the set's main measure."""


@dataclass(frozen=True)
class Query:
    """A search and its expected result."""

    text: str
    """The text to embed."""
    keywords: KeywordQuery
    judge: Judge
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True)
class TestSet:
    """Documents in a folder, and queries generated once they are indexed."""

    name: str
    documents: Path
    queries: Callable[[Answerer], Sequence[Query]]


def passages_set(folder: Path, cache: Path) -> TestSet:
    """A set in BEIR's layout; each passage becomes a file in ``cache``."""
    documents = cache / folder.name / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    for row in rows(folder / "corpus.jsonl"):
        file = documents / f"{row['id']}.txt"
        if not file.exists():
            file.write_text(f"{row.get('title', '')}\n\n{row['text']}".strip(), "utf-8")
    relevant = _judgements(folder / "qrels.tsv")
    queries = [
        Query(q["text"], KeywordQuery(q["text"]), partial(_judge_documents, relevant[q["id"]]))
        for q in rows(folder / "queries.jsonl")
    ]
    return TestSet(folder.name, documents, lambda _: queries)


def _judgements(file: Path) -> Mapping[str, frozenset[str]]:
    """Paths of the relevant passages of each query."""
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in file.read_text("utf-8").splitlines()[1:]:
        query, passage, grade = line.split("\t")
        if float(grade) > 0:
            relevant[query].add(f"{passage}.txt")
    return {query: frozenset(paths) for query, paths in relevant.items()}


def spans_set(folder: Path) -> TestSet:
    """Documents with marked spans."""
    spans: dict[str, list[tuple[str, Span]]] = defaultdict(list)
    for row in rows(folder / "spans.jsonl"):
        spans[row["query"]].append((f"{row['doc']}.md", Span(row["start"], row["end"])))
    queries = [
        Query(q["text"], KeywordQuery(q["text"]), partial(_judge_characters, spans[q["id"]]))
        for q in rows(folder / "queries.jsonl")
    ]
    return TestSet(folder.name, folder / "documents", lambda _: queries)


def evidence_set(file: Path, documents: Path) -> TestSet:
    """Questions with evidence per library and aspect: one search per cell, restricted to the library."""
    return TestSet(file.stem, documents, lambda answerer: list(_cells(list(rows(file)), answerer)))


def _cells(questions: Sequence[Mapping[str, Any]], answerer: Answerer) -> Iterator[Query]:
    for question in questions:
        understood = answerer.understand(question["question"])
        for gold in question["cells"]:
            cells = answerer.bench.planner.cells(understood, [gold["entity"]])
            cell = next((c for c in cells if c.aspect == gold["aspect"]), cells[0])
            names = tuple((answerer.gazetteer.entities[slug].name, NAME_WEIGHT) for slug in cell.objects)
            quotes = evidence_spans(gold["evidence"], answerer)
            yield Query(
                cell.query,
                KeywordQuery(cell.query, names),
                partial(_judge_evidence, quotes),
                Filters((gold["entity"],)),
            )


def evidence_spans(evidence: Iterable[Mapping[str, str]], answerer: Answerer) -> list[tuple[str, Span]]:
    """Document and span of each quote found in its document, with whitespace normalised."""
    found = []
    for piece in evidence:
        pattern = r"\s+".join(map(re.escape, piece["quote"].split()))
        if match := re.search(pattern, answerer.snapshot.document(piece["document"]).text):
            found.append((piece["document"], Span(*match.span())))
    return found


def names_set(documents: Path) -> TestSet:
    """Known items: identifiers and versions that occur in one or two passages, alone and inside a question."""
    return TestSet("rare names", documents, _known_items)


_RARE = re.compile(r"(?<![\w./-])(?:[a-z]+[A-Z]\w+|[A-Z][a-z]+[A-Z]\w+|\w+(?:[_.:]+\w+)+|v?\d+\.\d+\.\d+)(?![\w/-])")
"""camelCase, CamelCase, snake_case, dotted or qualified names, versions."""
_FRAMES = ("{}", "what is {}", "where is {} used", "how does {} work")


def _known_items(answerer: Answerer) -> list[Query]:
    holders: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for row in answerer.snapshot.documents():
        for passage in all_passages(answerer, row.path):
            for name in set(_RARE.findall(passage.text)):
                holders[name.lower()].add((passage.path, passage.ordinal))
    rare = sorted(name for name, where in holders.items() if len(where) <= 2 and 5 <= len(name) <= 30)
    chosen = random.Random(SEED).sample(rare, KNOWN_ITEMS)
    asked = ((_FRAMES[i % len(_FRAMES)].format(name), name) for i, name in enumerate(chosen))
    return [Query(text, KeywordQuery(text), partial(_judge_passages, frozenset(holders[name]))) for text, name in asked]


def all_passages(answerer: Answerer, path: str) -> list[Passage]:
    """Every passage of a document."""
    ids = answerer.snapshot.select(Filters(paths=(path,)))
    return answerer.snapshot.passages([] if ids is None else ids.tolist())


def _judge_documents(relevant: frozenset[str], found: Sequence[Passage]) -> Scores:
    return _top_ten([p.path for p in found], relevant)


def _judge_passages(relevant: frozenset[tuple[str, int]], found: Sequence[Passage]) -> Scores:
    return _top_ten([(p.path, p.ordinal) for p in found], relevant)


def _top_ten(found: Iterable[Any], relevant: frozenset[Any]) -> Scores:
    """nDCG and recall in the top ten; a document with several passages counts at its first position."""
    top = list(dict.fromkeys(found))[:10]
    gains = sum(1 / math.log2(rank + 1) for rank, item in enumerate(top, start=1) if item in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), 10) + 1))
    return {"nDCG@10": gains / ideal, "recall@10": len(relevant.intersection(top)) / len(relevant)}


def _judge_characters(marked: Sequence[tuple[str, Span]], found: Sequence[Passage]) -> Scores:
    """Share of the marked characters in the first ``BUDGET`` characters returned."""
    left, covered = BUDGET, 0
    for passage in found:
        shown = Span(passage.span.start, passage.span.start + min(left, len(passage.span)))
        covered += sum(shown.overlap(span) for path, span in marked if path == passage.path)
        left -= len(shown)
    return {f"characters@{BUDGET}": covered / sum(len(span) for _, span in marked)}


def _judge_evidence(quotes: Sequence[tuple[str, Span]], found: Sequence[Passage]) -> Scores:
    """Whether any of the first ten passages contains a quote, and at which rank; only the first such passage counts."""
    held = [any(covers(p, span) for path, span in quotes if path == p.path) for p in found[:10]]
    first = held.index(True) + 1 if any(held) else None
    return {"nDCG@10": 1 / math.log2(first + 1) if first else 0.0, "evidence@10": float(any(held))}


def covers(part: Any, quote: Span) -> bool:
    """Whether a passage or candidate (anything with a span) contains enough of a quote."""
    return bool(part.span.overlap(quote) >= COVERED * len(quote))


@contextmanager
def opened(documents: Path, index: Path) -> Iterator[Answerer]:
    """An answerer over a folder of documents, indexed if necessary."""
    settings = Settings(corpus=documents.resolve(), index=index.resolve())
    with Survey(settings) as survey:
        survey.refresh()
    reader = Reader(settings.index, lambda: load_vocabulary(vocabulary_folders(settings)))
    with reader.reading() as reading:
        yield reading.answerer
    reader.close()


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """Objects of a JSON Lines file."""
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
