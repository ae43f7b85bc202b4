"""Fit the weights of the evidence features (``mlsurvey.answering.evidence.WEIGHTS``) on questions with evidence.

    python bench/fit_weights.py QUESTIONS… --documents FOLDER --index FOLDER [--sentences]

For each gold cell (one library, one aspect) the candidates are gathered as for an answer; one is positive if it
holds at least half of a gold quote. A logistic regression over the features is fitted to all of them. Prints, on
folds that keep each question whole, how often the best candidate is evidence (hit@1) and one of the best three
(recall@3); the same for each file with weights fitted on the other files; and the weights as a literal to paste.

``--sentences`` tries two more features, the cosines of each candidate with the cell's query and with the question.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from testsets import covers, evidence_spans, opened, rows

from mlsurvey.answering.answer import Answerer
from mlsurvey.answering.evidence import Scored
from mlsurvey.embedding.models import DEFAULT_MODEL
from mlsurvey.embedding.passages import PassageEmbedder
from mlsurvey.types import Filters

FOLDS = 8
PENALTY = 1.0
"""Inverse strength of the quadratic penalty; .3 gives the same weights to within .2."""
SEED = 0
COSINES = ("cosine_with_query", "cosine_with_question")


@dataclass(frozen=True)
class Group:
    """The candidates of one gold cell."""

    source: str
    """Name of the questions file."""
    question: str
    query: str
    """What was searched for."""
    answerable: bool
    texts: tuple[str, ...]
    names: tuple[str, ...]
    """Of the features; the bias is left out, the regression has its own."""
    features: NDArray[np.float64]
    """Shape (candidates, features)."""
    positive: NDArray[np.bool_]


def gather(file: Path, answerer: Answerer) -> Iterator[Group]:
    """A group for each gold cell of a questions file that brought any candidate."""
    for question in rows(file):
        understood = answerer.understand(question["question"])
        unanswered: list[dict[str, Any]] = [
            {"entity": slug, "aspect": None, "evidence": []} for slug in understood.entities
        ]
        for gold in question["cells"] or unanswered:
            quotes = evidence_spans(gold["evidence"], answerer)
            labelled = [(c.query, *_labelled(c, quotes, answerer)) for c in _matching(gold, understood, answerer)]
            query, scored, positive = max(labelled, key=lambda found: found[2].sum())
            if scored:
                texts = tuple(s.candidate.text for s in scored)
                names = tuple(name for name in scored[0].features if name != "bias")
                features = np.array([[s.features[name] for name in names] for s in scored])
                answerable = question["answerable"]
                yield Group(file.stem, question["question"], query, answerable, texts, names, features, positive)


def _matching(gold: Mapping[str, Any], understood: Any, answerer: Answerer) -> Sequence[Any]:
    """The cells that the question is taken to ask for: the one of the gold aspect, or any of the library."""
    cells = answerer.gatherer.cells(understood, [gold["entity"]])
    return [cell for cell in cells if cell.aspect == gold["aspect"]] or cells


def _labelled(cell: Any, quotes: Sequence[Any], answerer: Answerer) -> tuple[list[Scored], NDArray[np.bool_]]:
    scored, _ = answerer.gatherer.evidence(cell, answerer.gatherer.vectors([cell])[0], Filters())
    held = [any(path == s.candidate.passage.path and covers(s.candidate, q) for path, q in quotes) for s in scored]
    return scored, np.array(held, dtype=bool)


def with_sentences(groups: Sequence[Group]) -> list[Group]:
    """The groups with two more features: cosines of the candidates with the cell's query and with the question."""
    embedder = PassageEmbedder(DEFAULT_MODEL)
    texts = sorted({t for group in groups for t in (*group.texts, group.query, group.question)})
    vectors = dict(zip(texts, embedder.embed(texts), strict=True))
    return [
        replace(g, names=(*g.names, *COSINES), features=np.hstack([g.features, _cosines(g, vectors)])) for g in groups
    ]


def _cosines(group: Group, vectors: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    asked = np.stack([vectors[group.query], vectors[group.question]])
    return np.stack([vectors[text] for text in group.texts]) @ asked.T


def fit(groups: Sequence[Group]) -> LogisticRegression:
    """Weights for all candidates of the groups; unanswerable questions give negatives only."""
    model = LogisticRegression(C=PENALTY, max_iter=5000)
    return model.fit(np.vstack([g.features for g in groups]), np.concatenate([g.positive for g in groups]))


def found(model: LogisticRegression, groups: Sequence[Group]) -> NDArray[np.bool_]:
    """For each answerable group whether the best candidate, and one of the best three, is positive; shape (n, 2)."""
    ranked = [
        group.positive[np.argsort(-model.decision_function(group.features), kind="stable")]
        for group in groups
        if group.answerable
    ]
    return np.array([(positive[0], positive[:3].any()) for positive in ranked]).reshape(-1, 2)


def cross_validated(groups: Sequence[Group]) -> Mapping[str, NDArray[np.bool_]]:
    """What :func:`found` gives on held-out folds, by file."""
    questions = np.random.default_rng(SEED).permutation(sorted({g.question for g in groups}))
    fold = {question: number % FOLDS for number, question in enumerate(questions)}
    results: dict[str, list[NDArray[np.bool_]]] = {g.source: [] for g in groups}
    for number in range(FOLDS):
        model = fit([g for g in groups if fold[g.question] != number])
        for source, parts in results.items():
            parts.append(found(model, [g for g in groups if fold[g.question] == number and g.source == source]))
    return {source: np.vstack(parts) for source, parts in results.items()}


def report(groups: Sequence[Group]) -> None:
    """Print everything that the module's text promises."""
    validated = cross_validated(groups)
    for source, hits in (*validated.items(), ("all", np.vstack(list(validated.values())))):
        print(_line(f"{FOLDS}-fold, {source}", hits))
    for source in validated if len(validated) > 1 else ():
        others = fit([g for g in groups if g.source != source])
        print(_line(f"fitted on the others, {source}", found(others, [g for g in groups if g.source == source])))
    model = fit(groups)
    print("WEIGHTS: Mapping[str, float] = {")
    for name, weight in zip(("bias", *groups[0].names), (model.intercept_[0], *model.coef_[0]), strict=True):
        print(f'    "{name}": {weight:.2f},')
    print("}")


def _line(title: str, hits: NDArray[np.bool_]) -> str:
    return f"{title:45} hit@1 {hits[:, 0].mean():.3f}  recall@3 {hits[:, 1].mean():.3f}  cells {len(hits)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--documents", type=Path, required=True, help="folder that the questions are about")
    parser.add_argument("--index", type=Path, required=True, help="its index; made where there is none")
    parser.add_argument("--sentences", action="store_true", help="try cosines of sentence embeddings as features")
    arguments = parser.parse_args()
    with opened(arguments.documents, arguments.index) as answerer:
        groups = [group for file in arguments.questions for group in gather(file, answerer)]
    if arguments.sentences:
        groups = with_sentences(groups)
    report(groups)


if __name__ == "__main__":
    main()
