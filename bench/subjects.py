"""Precision and recall of the subjects found in a folder, against a manifest of what its documents are about.

    python bench/subjects.py FOLDER MANIFEST.tsv [--whole npm/ --whole pypi/]

The manifest has a header and tab-separated columns, of which ``document`` (a path below the folder) and ``name`` count.
Documents below a ``--whole`` folder (by default all but those in ``guides/``) are about one subject each: a subject of
theirs is right if one of its names is the manifest's, compared without case, spaces and punctuation. Of the other
documents, the subjects of their sections, rows, columns and items are listed, as nobody has labelled these.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlsurvey.found import Found, Rank
from mlsurvey.reading.decode import decode
from mlsurvey.reading.scan import scan
from mlsurvey.settings import starter_folder
from mlsurvey.subjects.gather import gather
from mlsurvey.subjects.propose import propose
from mlsurvey.subjects.spelling import key
from mlsurvey.subjects.traces import Traces
from mlsurvey.vocabulary.load import load_vocabulary

SHOWN = 15
"""Names that are listed of a document with several subjects."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 0 unless the folder has no documents of the manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--whole", action="append", help="folder whose documents are about one subject each")
    given = parser.parse_args(arguments)
    with given.manifest.open(encoding="utf-8", newline="") as file:
        names = {row["document"]: row["name"] for row in csv.DictReader(file, delimiter="\t")}
    started = time.process_time()
    traces = gathered(given.folder)
    read = time.process_time()
    bundled = starter_folder().resolve()
    found = propose(traces, load_vocabulary([bundled], bundled), [], lambda word: False)
    put = time.process_time()
    print(f"{len(traces)} documents; {read - started:.1f} s to read them, {put - read:.2f} s to put them together")
    wanted = {path: name for path, name in names.items() if is_whole(path, given.whole) and path in traces}
    if not wanted:
        print("no document of the manifest is in the folder", file=sys.stderr)
        return 1
    report_whole(found, wanted)
    report_parts(found, [path for path in names if path in traces and path not in wanted])
    return 0


def gathered(folder: Path) -> dict[str, Traces]:
    """Traces of all documents below a folder, by path."""
    files, _, _ = scan(folder, ())
    return {file.path: gather(file.path, decode((folder / file.path).read_bytes())) for file in files}


def is_whole(path: str, folders: Sequence[str] | None) -> bool:
    return any(map(path.startswith, folders)) if folders else not path.startswith("guides/")


def report_whole(found: Found, wanted: Mapping[str, str]) -> None:
    """Print precision and recall over the documents that are about one subject each, and what went wrong."""
    subjects = [s for s in found.subjects if s.rank is not Rank.MENTION and any(path in wanted for path in s.documents)]
    right = set()
    for subject in subjects:
        known = {key(name) for name in (subject.name, *subject.aliases)}
        good = {path for path in subject.documents if path in wanted and key(wanted[path]) in known}
        right |= good
        if not good:
            print(f"  wrong: {subject.name} [{subject.rank}], in {', '.join(subject.documents[:2])}")
    for path in sorted(set(wanted) - right):
        print(f"  missed: {wanted[path]}, in {path}")
    is_right = [s for s in subjects if any(path in right for path in s.documents)]
    print(f"precision {len(is_right) / len(subjects):.3f} ({len(is_right)} of {len(subjects)} subjects found)")
    print(f"recall    {len(right) / len(wanted):.3f} ({len(right)} of {len(wanted)} documents)")


def report_parts(found: Found, paths: Sequence[str]) -> None:
    """Print the subjects of parts of each of the other documents."""
    for path in paths:
        names = [s.name for s in found.subjects if path in s.documents and s.rank is not Rank.MENTION]
        whole = found.about.get(path)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        print(f"{path}: {f'about {whole}' if whole else f'{len(names)} subjects: ' + ', '.join(names[:SHOWN]) + more}")


if __name__ == "__main__":
    sys.exit(main())
