"""Turn annotated batches into records, and check quotas, overlap and near-duplicates.

    python training/collect.py LISTINGS BATCH.jsonl… --into data/train.jsonl [--quote]

LISTINGS is the output of ``listing.py`` for the corpus that the batches are about. A batch is named after its file.
``--quote`` stores evidence by quote, for our own documents; the default is by position. Invalid lines are reported and
skipped. Without BATCH files, only the ``--into`` file is checked.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from labels import ASKED, FIELDS, FLAGS, KINDS, ROLES, Cell, Evidence, Labelled, read, to_json, unmarked

QUOTAS = {
    "keywords": 0.05, "polite": 0.03, "story": 0.05, "multi": 0.04, "opener": 0.02, "indirect": 0.04, "nonnative": 0.03,
    "typos": 0.03, "negation": 0.03, "yesno": 0.06, "superlative": 0.02, "numbers": 0.03, "followup": 0.03,
    "conditions": 0.03, "relation": 0.03, "identifier": 0.02, "need": 0.04, "nearmiss": 0.01, "offtopic": 0.01,
}  # fmt: skip
"""Minimum share of each style."""
OVERLAP = 0.40
"""Maximum mean share of a question's content words that occur in its evidence."""
ALIKE = 0.8
"""Jaccard similarity of word pairs from which two questions count as near-duplicates."""
_STOP = frozenset([
    "a", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "could", "do", "does", "for", "from",
    "get", "had", "has", "have", "here", "how", "i", "if", "in", "is", "it", "its", "just", "me", "more", "most",
    "my", "need", "no", "not", "of", "on", "or", "our", "really", "should", "so", "some", "than", "that", "the",
    "there", "these", "they", "this", "those", "to", "us", "use", "used", "using", "very", "want", "was", "we",
    "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
])  # fmt: skip


class FaultyError(ValueError):
    """A line that cannot be converted to a record."""


def records(batch: Path, listings: Path, *, quote: bool) -> Iterator[Labelled]:
    """The records of a batch's valid lines; errors go to stderr. A follow-up of an invalid line is also skipped."""
    before: str | None = None
    for number, line in enumerate(batch.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = _record(json.loads(line), f"{batch.stem}-{number:03}", before, listings, quote)
        except (ValueError, KeyError) as error:
            print(f"{batch.name}:{number}: {error}", file=sys.stderr)
            before = None
            continue
        before = record.id
        yield record


def _record(value: Mapping[str, Any], name: str, before: str | None, listings: Path, quote: bool) -> Labelled:
    question, marks = unmarked(value["q"])
    if value["k"] not in KINDS or re.search(r"\[(?:S|R|K|W)\W?:|[{}]|<!?[a-z]+:", question):
        raise FaultyError("unknown kind, or a mark that is not closed")
    if wrong := [m.label for m in marks if m.label not in (*ROLES, ASKED, *FIELDS)]:
        raise FaultyError(f"unknown mark {wrong[0]!r}")
    if value.get("p") and before is None:
        raise FaultyError("follows a line that is missing")
    cells = tuple(_cell(key, numbers, listings, quote) for key, numbers in value.get("e", {}).items())
    return Labelled(
        id=name,
        style=value.get("s", "plain"),
        kind=value["k"],
        question=question,
        marks=marks,
        cells=cells,
        flags=tuple(f for f in value.get("f", "").split() if f in FLAGS),
        follows=before if value.get("p") else None,
        carries=value.get("c") if value.get("p") else None,
    )


def _cell(key: str, numbers: Sequence[int], listings: Path, quote: bool) -> Cell:
    slug, _, matter = key.partition("/")
    rows = listed(listings, slug)
    return Cell(slug, int(matter or 0), tuple(_evidence(rows[abs(n)], n < 0, quote) for n in numbers))


def _evidence(row: Mapping[str, Any], denies: bool, quote: bool) -> Evidence:
    if quote:
        return Evidence(row["d"], quote=row["q"], denies=denies)
    return Evidence(row["d"], row["s"], row["e"], denies=denies)


@cache
def listed(listings: Path, slug: str) -> Mapping[int, Mapping[str, Any]]:
    """The stretches about one library, by number."""
    with (listings / f"{slug}.jsonl").open(encoding="utf-8") as lines:
        return {row["n"]: row for row in map(json.loads, lines)}


def content(text: str) -> frozenset[str]:
    """Prefixes of the content words, enough to detect that two texts share them."""
    return frozenset(w[:6] for w in re.findall(r"[a-z0-9#+]{3,}", text.lower()) if w not in _STOP)


def overlap(record: Labelled, texts: Mapping[tuple[str, int], str]) -> float | None:
    """Share of the question's content words found in its best-matching evidence, names of the sides excluded."""
    names = " ".join(record.question[m.start : m.end] for m in record.marks if m.label in ROLES)
    mine = content(record.question) - content(names)
    found = [texts.get((e.document, e.start or 0), e.quote or "") for c in record.cells for e in c.evidence]
    return max((len(mine & content(text)) / len(mine) for text in found if text), default=None) if mine else None


def near_duplicates(kept: Sequence[Labelled]) -> list[tuple[str, str]]:
    """Pairs of questions with nearly the same words."""
    pairs: list[tuple[str, str]] = []
    seen: list[tuple[str, int]] = []
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for record in kept:
        if record.follows:
            continue
        grams = frozenset(pairwise(record.question.lower().split()))
        shared = Counter(place for gram in grams for place in holders[gram])
        for place, count in sorted(shared.items()):
            name, size = seen[place]
            if count >= ALIKE * (len(grams) + size - count):
                pairs.append((record.id, name))
        for gram in grams:
            holders[gram].append(len(seen))
        seen.append((record.id, len(grams)))
    return pairs


def report(kept: Sequence[Labelled], texts: Mapping[tuple[str, int], str]) -> bool:
    """Print statistics of the records; returns whether all limits are met."""
    styles, kinds = Counter(r.style for r in kept), Counter(r.kind for r in kept)
    print(f"{len(kept)} questions, {sum(len(r.cells) for r in kept)} cells; kinds {dict(kinds)}")
    few = {s: styles[s] for s, least in QUOTAS.items() if styles[s] < least * len(kept)}
    shares = [share for r in kept if (share := overlap(r, texts)) is not None]
    mean = sum(shares) / max(1, len(shares))
    twins = near_duplicates(kept)
    silent = sum(not any(c.evidence for c in r.cells) for r in kept)
    print(f"styles {dict(styles)}\ntoo few of {few}\nmean overlap {mean:.3f}; without evidence {silent}; twins {twins}")
    return not few and mean <= OVERLAP and not twins


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("listings", type=Path)
    parser.add_argument("batches", type=Path, nargs="*")
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--quote", action="store_true")
    arguments = parser.parse_args()
    old = list(read([arguments.into])) if arguments.into.exists() else []
    names = {batch.stem for batch in arguments.batches}
    kept = [r for r in old if r.batch not in names]
    kept += [r for b in arguments.batches for r in records(b, arguments.listings, quote=arguments.quote)]
    twins = {first for first, _ in near_duplicates(kept)}
    kept = [r for r in kept if r.id not in twins and r.follows not in twins]
    arguments.into.write_text("".join(to_json(r) + "\n" for r in kept), "utf-8")
    rows = (row for slug in {c.entity for r in kept for c in r.cells} for row in _rows(arguments.listings, slug))
    sys.exit(not report(kept, {(row["d"], row["s"]): row["t"] for row in rows}))


def _rows(listings: Path, slug: str) -> Sequence[Mapping[str, Any]]:
    file = listings / f"{slug}.jsonl"
    return list(listed(listings, slug).values()) if file.is_file() else []


if __name__ == "__main__":
    main()
