"""Gather the candidates of every labelled cell with the program's own retrieval, to train the judge and the weights.

    python training/gather.py data/train.jsonl --corpus FOLDER --index FOLDER --listings DIR --out groups.jsonl

An output line is one cell: its premise, and for each candidate its text, its features, whether it is evidence (1), not
evidence (0) or unknown (-1, beyond what the labeller read), and whether it denies. A question about a set also yields
cells of two libraries that it does not name, which have no evidence.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labels import ASKED, Labelled, read

from mlsurvey.answering.asked import Recogniser, in_own_words
from mlsurvey.answering.features import NAMES, features
from mlsurvey.answering.parse import asked_stretches
from mlsurvey.answering.plan import Planner
from mlsurvey.answering.retrieve import Retriever
from mlsurvey.answering.score import stretch
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.settings import Settings, vocabulary_folders
from mlsurvey.survey.reader import Reader
from mlsurvey.types import Filters, Kind, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.load import load_vocabulary

SEED = 3
STRANGERS = 2
"""Unlabelled libraries of a set that get a cell without evidence; calibration needs more."""
HELD = 0.5
"""Minimum share of a piece of evidence that a candidate must contain."""


@dataclass(frozen=True)
class Listing:
    """Positions of the stretches that the labeller read, and the span of each quote."""

    shown: Mapping[str, frozenset[tuple[str, int, int]]]
    quotes: Mapping[tuple[str, str], Span]


def listing(folder: Path, most: int) -> Listing:
    """Loads the output of ``listing.py``."""
    shown, quotes = {}, {}
    for file in folder.glob("*.jsonl"):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        single = [(row["d"], row["s"], row["e"]) for row in rows if row["run"] == 1]
        shown[file.stem] = frozenset(single[:most])
        quotes |= {(row["d"], row["q"]): Span(row["s"], row["e"]) for row in rows}
    return Listing(shown, quotes)


class Gatherer:
    """Gathers candidates from one open index."""

    def __init__(self, reading: Any, vocabulary: Any, known: Listing, strangers: int = STRANGERS) -> None:
        self.snapshot = reading.snapshot
        self.gazetteer = Gazetteer(self.snapshot.entities)
        self.recognise = Recogniser(vocabulary.aspects, reading.searcher.encoder.embed)
        self.planner = Planner(self.gazetteer, self.snapshot.frequency, self.snapshot.generation.passages)
        self.retriever = Retriever(reading.searcher, self.gazetteer)
        self.known = known
        self.strangers = strangers
        self.random = random.Random(SEED)

    def groups(self, record: Labelled, before: Labelled | None) -> Iterator[dict[str, Any]]:
        """Yields one group per cell of the record."""
        matters = self._matters(record) or (self._matters(before) if before else {})
        gold = {(c.entity, c.matter): c.evidence for c in record.cells if c.entity in self.gazetteer.entities}
        if record.kind in ("list", "recommend"):
            named = {entity for entity, _ in gold}
            rest = sorted(slug for slug in self.known.shown if slug not in named and slug in self.gazetteer.entities)
            for slug in self.random.sample(rest, min(self.strangers, len(rest))):
                gold[slug, 0] = ()
        understood = self._understood(record, [entity for entity, _ in gold])
        cells = [
            self.planner.cell(entity, matters.get(matter) or self._whole(record), self._asking(understood, matters))
            for entity, matter in gold
        ]
        for (key, evidence), found in zip(gold.items(), self.retriever.cells(cells, Filters()), strict=True):
            yield {
                "id": record.id,
                "kind": record.kind,
                "entity": key[0],
                "matter": key[1],
                "premise": found.cell.premise,
                "evidence": len(evidence),
                "candidates": [self._candidate(c, n, found.cell, evidence) for c, n in found.named],
            }

    def _matters(self, record: Labelled) -> dict[int, AskedAspect]:
        """Aspects by number of the label; pieces of one matter share the aspect."""
        spans = [Span(m.start, m.end) for m in record.marks if m.label == ASKED]
        joined = asked_stretches(record.question, spans)
        whole = [next(j for j in joined if j.overlap(span)) for span in spans if len(span)]
        return {number: self.recognise(span.of(record.question)) for number, span in enumerate(whole)}

    def _whole(self, record: Labelled) -> AskedAspect:
        return in_own_words(record.question)

    def _understood(self, record: Labelled, entities: Sequence[str]) -> Understood:
        objects = [
            slug
            for m in record.marks
            if m.label in ("R+", "R-", "R~")
            for slug in self.gazetteer.lookup(record.question[m.start : m.end])[:1]
        ]
        sides = tuple(dict.fromkeys(entities)) if record.kind in ("lookup", "compare") else ()
        kind = Kind(record.kind) if record.kind != "none" else Kind.LOOKUP
        return Understood(record.question, kind, sides, tuple(dict.fromkeys(objects)), flags=record.flags)

    def _asking(self, understood: Understood, matters: Mapping[int, AskedAspect]) -> Understood:
        return replace(understood, aspects=tuple({a.aspect.slug: a for a in matters.values()}.values()))

    def _candidate(self, candidate: Any, named: Any, cell: Any, evidence: Sequence[Any]) -> dict[str, Any]:
        values = features(candidate, cell, named)
        held = [e for e in evidence if self._holds(candidate, e)]
        place = (candidate.passage.path, candidate.span.start, candidate.span.end)
        is_read = place in self.known.shown.get(cell.entity, ()) or len(candidate.sentences) > 1
        return {
            "text": stretch(candidate),
            "features": [round(values[name], 4) for name in NAMES],
            "answers": 1 if held else 0 if is_read else -1,
            "denies": int(bool(held) and held[0].denies),
        }

    def _holds(self, candidate: Any, evidence: Any) -> bool:
        if candidate.passage.path != evidence.document:
            return False
        span = self.known.quotes.get((evidence.document, evidence.quote)) if evidence.quote else None
        span = span or (Span(evidence.start, evidence.end) if evidence.start is not None else None)
        return span is not None and candidate.span.overlap(span) >= HELD * len(span)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--listings", type=Path, required=True)
    parser.add_argument("--most", type=int, default=400, help="stretches of one library that were read")
    parser.add_argument("--strangers", type=int, default=STRANGERS, help="libraries beside the labelled ones of a set")
    parser.add_argument("--batches", nargs="*", help="only these")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    settings = Settings(corpus=arguments.corpus.resolve(), index=arguments.index.resolve())
    vocabulary = load_vocabulary(vocabulary_folders(settings))
    reader = Reader(settings.index, lambda: vocabulary)
    records = {r.id: r for r in read([arguments.data]) if not arguments.batches or r.batch in arguments.batches}
    with reader.reading() as reading, arguments.out.open("w", encoding="utf-8") as out:
        gatherer = Gatherer(reading, vocabulary, listing(arguments.listings, arguments.most), arguments.strangers)
        for number, record in enumerate(records.values(), start=1):
            for group in gatherer.groups(record, records.get(record.follows or "")):
                out.write(json.dumps(group, ensure_ascii=False) + "\n")
            if number % 100 == 0:
                print(f"{number}/{len(records)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
