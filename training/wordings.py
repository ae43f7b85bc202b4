"""Generate labelled questions in everyday wordings: each asks one library what a heading of its own profile answers.

    python training/wordings.py data/wordings.json --listings DIR --out words.jsonl [--each 2]

The wordings are a JSON object from heading to questions, with ``{name}`` for the library and ``«…»`` around what is
asked. Every stretch under the heading, at any depth, counts as evidence. The records are not stored, but regenerated
from the wordings with a fixed seed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from labels import Cell, Evidence, Labelled, to_json, unmarked

SEED = 7
BATCH = "w"
PROFILES = "libraries/"
"""Folder of the documents that have such headings."""


def records(wordings: dict[str, list[str]], listings: Path, each: int) -> Iterator[Labelled]:
    """``each`` wordings for every library and heading in its profile."""
    rng = random.Random(SEED)
    number = 0
    for file in sorted(listings.glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        own = [row for row in rows if row["own"] and row["d"].startswith(PROFILES)]
        for heading, questions in wordings.items():
            evidence = _under(heading, own)
            for question in rng.sample(questions, min(each, len(questions))) if evidence else ():
                number += 1
                yield _record(f"{BATCH}-{number:05}", question, own[0]["h"].split(" > ")[0], file.stem, evidence)


def _under(heading: str, rows: Sequence[dict[str, Any]]) -> tuple[Evidence, ...]:
    return tuple(Evidence(row["d"], quote=row["q"]) for row in rows if heading in row["h"].split(" > ")[1:2])


def _record(identity: str, question: str, name: str, slug: str, evidence: tuple[Evidence, ...]) -> Labelled:
    marked = question.replace("«", "{").replace("»", "}").replace("{name}", f"[S:{name}]")
    typed, marks = unmarked(marked)
    return Labelled(identity, "wording", "lookup", typed, marks, (Cell(slug, 0, evidence),))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wordings", type=Path)
    parser.add_argument("--listings", type=Path, required=True)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    made = records(json.loads(arguments.wordings.read_text("utf-8")), arguments.listings, arguments.each)
    arguments.out.write_text("".join(to_json(record) + "\n" for record in made), "utf-8")


if __name__ == "__main__":
    main()
