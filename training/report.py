"""Ask the program labelled questions, and report how well it reads and answers them.

    python training/report.py data/test.jsonl --corpus FOLDER --index FOLDER [--batches c5] [--judge none] [--missed]

Answers are scored like in ``mlsurvey eval``: a cell counts as found if one of three statements covers half of a piece
of evidence. A question about a need is right if its first library is one of the labelled ones. Follow-ups are skipped.
The reader's figures are also reported: kind, role of each known name, and the stretch that states what is asked (words
shared with the labelled one, as F1).
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from statistics import mean

from labels import Cell, Evidence, Labelled, read

from mlsurvey.evaluation import measures
from mlsurvey.evaluation import questions as gold
from mlsurvey.evaluation.run import corpus_text
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer

ROLE = {"S": "entities", "R+": "objects", "R-": "objects", "R~": "objects", "K": "known"}
Values = dict[str, list[float]]


def quoted(evidence: Evidence, text: measures.Text) -> gold.Evidence:
    """Evidence as a quote, as the evaluation expects it."""
    words = evidence.quote or text(evidence.document)[evidence.start : evidence.end]
    return gold.Evidence(evidence.document, " ".join(words.split()))


def question_of(record: Labelled, answer: Answer, text: measures.Text) -> gold.Question:
    """The record as a gold question; matters map to the answer's aspects by position if there are equally many."""
    matters = sorted({c.matter for c in record.cells})
    same = len(matters) == len(answer.aspects)
    names = {matter: answer.aspects[place] if same else "" for place, matter in enumerate(matters)}
    is_set = record.kind in ("list", "recommend")
    cells = [c for c in record.cells if not is_set or _is_member(record, c)]
    kept = tuple(
        gold.GoldCell(c.entity, names[c.matter], tuple(quoted(e, text) for e in c.evidence))
        for c in cells
        if c.evidence
    )
    entities = tuple(dict.fromkeys(c.entity for c in cells if c.evidence))
    return gold.Question(record.id, record.question, record.kind, bool(kept), entities, kept)


def _is_member(record: Labelled, cell: Cell) -> bool:
    """Whether the library is in the set; for a negated question, evidence that denies includes it."""
    turned = "not" in record.flags and any(e.denies for c in record.cells for e in c.evidence)
    return any(e.denies is turned for e in cell.evidence)


def score(record: Labelled, answer: Answer, text: measures.Text, values: Values) -> None:
    """Add the scores of one answer to the figures."""
    asked = question_of(record, answer, text)
    values["verbatim"] += [float(measures.is_verbatim(c, text)) for c in answer.citations]
    values["abstain_wrong" if asked.answerable else "abstain_right"].append(float(answer.abstained))
    if not asked.answerable:
        return
    if record.kind == "list":
        values["list_f1"].append(measures.list_f1(asked, answer))
    elif record.kind == "recommend":
        values["advice_right"].append(float(bool(answer.entities) and answer.entities[0] in asked.entities))
    else:
        cells = measures.cell_scores(asked, answer, text)
        values["cell_recall"] += [float(c.found) for c in cells]
        values["hit_at_1"] += [float(c.first) for c in cells]


def read_well(record: Labelled, survey: Survey, values: Values) -> None:
    """Add the reader's scores for one question to the figures."""
    understood = survey.understand(record.question)
    if record.kind != "none":
        values["kind"].append(float(understood.kind.value == record.kind))
    for mark in record.marks:
        if field := ROLE.get(mark.label):
            words = record.question[mark.start : mark.end]
            slugs = _slugs(survey, words)
            if slugs:
                values[f"role {mark.label}"].append(float(bool(slugs & set(getattr(understood, field)))))
    labelled = set(re.findall(r"\w+", " ".join(record.asked()).lower()))
    found = set(re.findall(r"\w+", " ".join(w for a in understood.aspects for w in a.wording).lower()))
    if labelled:
        values["asked F1"].append(2 * len(labelled & found) / (len(labelled) + len(found)))


@cache
def _names(survey: Survey) -> Mapping[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for entity in survey.entities():
        for name in (entity.slug, entity.name, *entity.aliases):
            names[re.sub(r"\W", "", name.lower())].add(entity.slug)
    return names


def _slugs(survey: Survey, words: str) -> set[str]:
    return _names(survey).get(re.sub(r"\W", "", words.lower()), set())


def rows(values: Values) -> Iterator[str]:
    """Name, mean and count of each figure."""
    for name, found in values.items():
        if found:
            yield f"{name:16} {mean(found):.3f}  {len(found)}"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--batches", nargs="*", help="only these")
    parser.add_argument("--judge", choices=("auto", "none"), default="auto")
    parser.add_argument("--missed", type=Path, help="write here what was not answered rightly")
    parser.add_argument("--most", type=int, help="only so many questions, evenly spread")
    arguments = parser.parse_args()
    settings = Settings(corpus=arguments.corpus.resolve(), index=arguments.index.resolve(), judge=arguments.judge)
    records = [r for r in read(arguments.data) if not arguments.batches or r.batch in arguments.batches]
    records = [r for r in records if not r.follows]
    if arguments.most:
        records = records[:: max(1, len(records) // arguments.most)]
    text = corpus_text(settings.corpus)
    values: Values = defaultdict(list)
    missed: list[Mapping[str, object]] = []
    with Survey(settings, lasting=True) as survey:
        for record in records:
            read_well(record, survey, values)
            answer = survey.ask(record.question)
            mine: Values = defaultdict(list)
            score(record, answer, text, mine)
            values["milliseconds"].append(answer.timings_ms["total"])
            for name, found in mine.items():
                values[name] += found
            if _is_missed(mine):
                missed.append({"id": record.id, "question": record.question, **_told(answer, mine)})
    print("\n".join(rows(values)))
    if arguments.missed:
        lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in missed]
        arguments.missed.write_text("".join(lines), "utf-8")


def _is_missed(values: Values) -> bool:
    wrong = values.get("abstain_wrong", []) + [1.0 - v for v in values.get("abstain_right", [])]
    rest = [v for name in ("cell_recall", "hit_at_1", "list_f1", "advice_right") for v in values.get(name, [])]
    return any(wrong) or any(v < 1.0 for v in rest)


def _told(answer: Answer, values: Values) -> Mapping[str, object]:
    return {
        "kind": answer.kind.value,
        "entities": answer.entities,
        "aspects": answer.aspects,
        "said": [s.text for s in answer.statements[:4]],
        "reason": answer.reason,
        "figures": {k: v for k, v in values.items() if k != "verbatim"},
    }


if __name__ == "__main__":
    main()
