"""Ask about each library what the headings of its own profile answer, in everyday wordings; report what ranks first.

    python training/report_wordings.py data/wordings-test.json --corpus FOLDER --index FOLDER [--each 1]

*first*: the first statement is from under the heading. *there*: any statement is. *silent*: there are no statements.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer

SEED = 11
PROFILES = "libraries/"

Judged = tuple[bool, bool, bool]
"""First, there, silent."""


def profiles(survey: Survey) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Path, library name and headings of every profile."""
    names = {entity.slug: entity.name for entity in survey.entities()}
    for row in survey.documents().documents:
        if row.path.startswith(PROFILES) and row.subject in names:
            lines = survey.document(row.path).text.splitlines()
            yield row.path, names[row.subject], frozenset(line[3:].strip() for line in lines if line[:3] == "## ")


def judged(answer: Answer, path: str, heading: str) -> Judged:
    """Judges the answer to a question that the heading answers."""
    cited = {c.number: c for c in answer.citations}
    places = [cited[s.citations[0]] for s in answer.statements]
    under = [c.document == path and heading in c.heading_path for c in places]
    return bool(under) and under[0], any(under), not under


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wordings", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--each", type=int, default=1, help="wordings for each library and heading")
    arguments = parser.parse_args()
    wordings = {
        heading: [q.replace("«", "").replace("»", "") for q in questions]
        for heading, questions in json.loads(arguments.wordings.read_text("utf-8")).items()
    }
    rng, found = random.Random(SEED), defaultdict[str, list[Judged]](list)
    settings = Settings(corpus=arguments.corpus.resolve(), index=arguments.index.resolve())
    with Survey(settings, lasting=True) as survey:
        for path, name, present in profiles(survey):
            for heading, questions in wordings.items():
                for question in rng.sample(questions, arguments.each) if heading in present else ():
                    answer = survey.ask(question.replace("{name}", name), max_statements=3)
                    found[heading].append(judged(answer, path, heading))
    for heading, values in (*sorted(found.items()), ("all", [v for of in found.values() for v in of])):
        first, there, silent = (mean(value[place] for value in values) for place in range(3))
        print(f"{heading:28} first {first:.3f}  there {there:.3f}  silent {silent:.3f}  {len(values)}")


if __name__ == "__main__":
    main()
