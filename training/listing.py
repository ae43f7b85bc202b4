"""Number the quotable stretches of a corpus, library by library, for labelling.

    python training/listing.py CORPUS OUT [--most 150]

For each library, ``OUT/<slug>.txt`` is for labellers to read, and ``OUT/<slug>.jsonl`` holds the position of each
number. The library's own documents come first. The corpus may contain an ``entities.toml``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mlsurvey.answering.candidates import Candidate, belongs, candidates, naming
from mlsurvey.errors import UnreadableError
from mlsurvey.reading.documents import declared_entity, document
from mlsurvey.reading.passages import passages
from mlsurvey.reading.scan import scan
from mlsurvey.types import Document, Hit
from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.load import load_vocabulary

SHOWN = 320
"""Maximum characters of a stretch shown to a labeller."""


def stretches(corpus: Path) -> Iterator[tuple[str, Document, Candidate]]:
    """Yields every library with every stretch attributable to it."""
    files = {f.path: (corpus / f.path).read_bytes() for f in scan(corpus)[0]}
    entities = {e.slug: e for e in load_vocabulary([corpus]).entities}
    for path, data in files.items():
        if (entity := declared_entity(path, data)) is not None:
            entities.setdefault(entity.slug, entity)
    gazetteer = Gazetteer(entities.values())
    for path, data in files.items():
        try:
            read = document(path, data, hashlib.sha256(data).hexdigest(), gazetteer)
        except UnreadableError:
            continue
        cut = passages(read, gazetteer, _tokens, 250)
        for candidate in candidates(Hit(0, passage, 0.0, {}, {}) for passage in cut):
            named = naming(candidate.text, gazetteer)
            for slug in {*named.slugs, *named.opening, *candidate.passage.subjects}:
                if belongs(candidate, slug, named):
                    yield slug, read, candidate


def _tokens(texts: Sequence[str]) -> list[int]:
    """Approximate word piece counts; where exactly a long passage is split hardly matters here."""
    return [max(1, len(text) // 4) for text in texts]


def listing(corpus: Path) -> dict[str, list[dict[str, Any]]]:
    """The numbered stretches of each library."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for slug, read, candidate in stretches(corpus):
        span = candidate.span
        found[slug].append(
            {
                "own": read.subject == slug,
                "d": read.path,
                "h": " > ".join(candidate.passage.trail),
                "s": span.start,
                "e": span.end,
                "t": candidate.readable,
                "q": " ".join(span.of(read.text).split()),
                "run": len(candidate.sentences),
            }
        )
    for rows in found.values():
        rows.sort(key=lambda r: (not r["own"], r["d"], r["s"], r["e"]))
        for number, row in enumerate(rows, start=1):
            row["n"] = number
    return found


def readable(rows: Sequence[dict[str, Any]], most: int) -> Iterator[str]:
    """The numbered stretches under their headings. Runs of bullets are omitted, since their parts are listed."""
    above = None
    single = [row for row in rows if row["run"] == 1]
    for row in single[:most]:
        if (place := f"\n# {row['d']} | {row['h']}") != above:
            yield place
            above = place
        text = " ".join(row["t"].split())
        yield f"[{row['n']}] {text[:SHOWN]}{' …' if len(text) > SHOWN else ''}"
    if len(single) > most:
        yield "... (cut here: what follows is not labelled)"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--most", type=int, default=150, help="stretches of one library to be read")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for slug, rows in listing(arguments.corpus).items():
        file = arguments.out / slug.replace("/", "__")
        file.with_name(f"{file.name}.jsonl").write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8"
        )
        file.with_name(f"{file.name}.txt").write_text("\n".join(readable(rows, arguments.most)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
