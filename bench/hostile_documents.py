"""Index thousands of generated hostile documents, and check what comes of each.

    python bench/hostile_documents.py --count 5000 [--seed 0]

Each document is a text of `hostile.py` or a mixture of its tokens, in one of the formats and of a random size; some are
then damaged: cut off, with random bytes in their midst, or in another encoding. They are added to one corpus, a few
hundred at a time, with a refresh after each lot. Every refresh has to finish; each document has to be indexed or listed
with a reason; the passages of each have to tile its text, and every sentence has to lie within its passage's document.
Embedding is done by the stand-in of `kills.py`.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hostile import TOKENS, inputs
from kills import EVERY_DOCUMENT, MODEL, VOCABULARY, StandIn
from linear import FORMATS
from measuring import say

from mlsurvey.index.local import LocalSnapshot
from mlsurvey.index.refresh import refresh

LOT = 250
SIZES = (50, 200, 1000, 5000)
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "cp1252", "shift_jis", "gb18030")


def damaged(data: bytes, text: str, chance: random.Random) -> bytes:
    """The document, or something that a bad disk or program makes of it."""
    match chance.randrange(8):
        case 0:
            return data[: chance.randrange(len(data) + 1)]
        case 1:
            place = chance.randrange(len(data) + 1)
            return data[:place] + chance.randbytes(chance.randint(1, 40)) + data[place:]
        case 2:
            return text.encode(chance.choice(ENCODINGS), "replace")
        case _:
            return data


def documents(count: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Names and contents."""
    made = list(inputs(200, 200))
    for number in range(count):
        size = chance.choice(SIZES)
        if chance.randrange(3):
            text = chance.choice(made)[1](size)[: 3 * size]
        else:
            text = "".join(chance.choices(TOKENS, k=size // 3))
        yield f"{number}.{chance.choice(FORMATS)}", damaged(text.encode(), text, chance)


def check(index: Path, known: set[str], unreadable: set[str]) -> Counter[str]:
    """Check all documents. Raises AssertionError at the first fault."""
    counts: Counter[str] = Counter()
    with LocalSnapshot(index, MODEL.id) as snapshot:
        snapshot.verify()
        passages: dict[str, list] = {}
        chosen = snapshot.select(EVERY_DOCUMENT)
        for passage in snapshot.passages([] if chosen is None else chosen.tolist()):
            passages.setdefault(passage.path, []).append(passage)
        rows = {row.path for row in snapshot.documents()}
        assert not (lost := known - rows - unreadable), f"neither indexed nor listed: {sorted(lost)[:5]}"
        for path, parts in passages.items():
            text = snapshot.document(path).text
            parts.sort(key=lambda one: one.ordinal)
            edges = [0, *(part.span.end for part in parts)]
            assert [part.span.start for part in parts] == edges[:-1] and edges[-1] == len(text), f"gaps in {path}"
            for sentence in (sentence for part in parts for sentence in part.sentences):
                assert 0 <= sentence.span.start < sentence.span.end <= len(text), f"{path}: {sentence}"
                assert sentence.text.strip(), f"{path}: an empty sentence at {sentence.span}"
                counts["sentences"] += 1
            counts["passages"] += len(parts)
        counts["documents"] = len(rows)
    return counts


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=5000)
    options.add_argument("--seed", type=int, default=0)
    arguments = options.parse_args()
    began, slowest = time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        corpus, index = Path(folder) / "corpus", Path(folder) / "index"
        corpus.mkdir()
        known: set[str] = set()
        for name, data in documents(arguments.count, random.Random(arguments.seed)):
            (corpus / name).write_bytes(data)
            known.add(name)
            if len(known) % LOT and len(known) < arguments.count:
                continue
            start = time.process_time()
            report = refresh(corpus, index, vocabulary=VOCABULARY, embedder=lambda count: StandIn(), model=MODEL)
            slowest = max(slowest, time.process_time() - start)
            say(f"{len(known)} documents, {len(report.unreadable)} not readable, {report.passages} passages")
        reasons = Counter(re.sub(r"\d[\d,]*", "N", one.reason) for one in report.unreadable)
        copies = {path for pair in report.duplicate for path in pair}
        counts = check(index, known, {one.path for one in report.unreadable} | copies)
    print(f"{len(known):,} documents: {dict(counts)}; {len(report.duplicate)} the same as another")
    print("\n".join(f"{count:6} {reason}" for reason, count in reasons.most_common()))
    print(f"{time.perf_counter() - began:,.0f} s; slowest refresh {slowest:.1f} s of processor time in this process")


if __name__ == "__main__":
    sys.exit(main())
