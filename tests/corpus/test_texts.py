from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mlsurvey.curation.profile import body
from mlsurvey.syncing.provenance import UPSTREAM

from .copying import LONGEST_RUN, borrowed, own_runs

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus"
TEXTS = sorted(path for path in CORPUS.rglob("*.md") if CORPUS / UPSTREAM not in path.parents)
SHARED = Path(os.environ.get("MLSURVEY_SHARED", ROOT.parent / "shared")) / "documents"
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|tmp|home|Users|root|mnt)/|[A-Z]:\\|\bseeds/")


def by_path(path: Path) -> str:
    return path.relative_to(CORPUS).as_posix()


@pytest.mark.parametrize("path", TEXTS, ids=by_path)
def test_no_path_of_a_machine_is_written_down(path: Path):
    assert MACHINE_PATH.findall(path.read_text("utf-8")) == []


def test_no_sentence_is_copied_from_a_source():
    if not SHARED.is_dir():
        pytest.skip(
            f"the source documents are not at {SHARED}: set MLSURVEY_SHARED to the folder that holds documents/"
        )
    own = own_runs((line for path in TEXTS for line in body(path.read_text("utf-8")).splitlines()), LONGEST_RUN + 1)
    documents = (path for path in sorted(SHARED.rglob("*")) if path.is_file() and path.suffix != ".tsv")
    assert {" ".join(run): path.name for run, path in borrowed(own, documents, LONGEST_RUN + 1).items()} == {}


def test_copying_is_found_where_there_is_some(tmp_path: Path):
    source = tmp_path / "source.md"
    source.write_text("One two three four, five six seven eight nine ten eleven twelve thirteen.", "utf-8")
    copied = ["We say: two three four five six seven eight nine ten eleven twelve thirteen"]
    quoted = ['They say "two three four five six seven eight nine ten eleven twelve thirteen"']
    assert borrowed(own_runs(copied, 12), [source], 12)
    assert not borrowed(own_runs(quoted, 12), [source], 12)
