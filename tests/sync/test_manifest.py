"""Documents from a folder with a manifest: invented hostile ones, and the real one if available."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mlsurvey.errors import NotFoundError, UsageError
from mlsurvey.reading.documents import subject_of_path
from mlsurvey.syncing.fetch import Limits
from mlsurvey.syncing.manifest import COLUMNS
from mlsurvey.syncing.provenance import read_records
from mlsurvey.syncing.sync import SyncReport, take
from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.load import load_vocabulary

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("MLSURVEY_SHARED", ROOT.parent / "shared")) / "documents" / "upstream"
TEXT = b"# Burn\n\nBurn trains.\n"
GOOD = {
    "slug": "burn",
    "language": "rust",
    "repo": "tracel-ai/burn",
    "path": "docs/a guide.md",
    "commit": "2c06be351006851d42fdb6df16b976f4a82d9747",
    "licence": "MIT OR Apache-2.0",
    "file": "rust/burn/guide.md",
    "bytes": str(len(TEXT)),
}
PLACE = "upstream/rust/burn/guide.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    (folder / "rust" / "burn").mkdir(parents=True)
    (folder / "rust" / "burn" / "guide.md").write_bytes(TEXT)
    return folder


def manifest(folder: Path, *rows: dict[str, str]) -> Path:
    lines = ["\t".join(COLUMNS), *("\t".join(row[column] for column in COLUMNS) for row in rows)]
    (folder / "MANIFEST.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def run(corpus: Path, folder: Path, *slugs: str) -> SyncReport:
    return take(corpus, folder, frozenset(slugs), limits=replace(Limits(), document=10_000))


def test_a_row_becomes_a_document_with_its_provenance(corpus: Path, folder: Path) -> None:
    report = run(corpus, manifest(folder, GOOD))
    assert report.paths("added") == (PLACE,) and report.is_complete
    assert (corpus / PLACE).read_bytes() == TEXT
    record = read_records(corpus)[PLACE]
    assert record.origin == "github:tracel-ai/burn:docs/a guide.md"
    assert record.url == f"https://github.com/tracel-ai/burn/blob/{GOOD['commit']}/docs/a%20guide.md"
    assert (record.version, record.licence) == (GOOD["commit"], "MIT OR Apache-2.0")
    assert run(corpus, folder).paths("unchanged") == (PLACE,)


def test_an_unknown_licence_is_none_asserted(corpus: Path, folder: Path) -> None:
    run(corpus, manifest(folder, GOOD | {"licence": "unknown"}))
    assert read_records(corpus)[PLACE].licence == "NOASSERTION"


def test_libraries_can_be_chosen(corpus: Path, folder: Path) -> None:
    manifest(folder, GOOD)
    assert run(corpus, folder, "candle").outcomes == ()
    assert run(corpus, folder, "burn").paths("added") == (PLACE,)


HOSTILE = {
    "traversal": ({"file": "rust/burn/../../../evil.md"}, "leaves its folder"),
    "absolute": ({"file": "/etc/passwd.md"}, "not a relative path"),
    "backslash": ({"file": "rust\\burn\\guide.md"}, "not a relative path"),
    "drive": ({"file": "C:/burn/guide.md"}, "not a relative path"),
    "hidden": ({"file": "rust/burn/.guide.md"}, "hidden"),
    "elsewhere": ({"file": "rust/guide.md"}, "is not in rust/burn/"),
    "other library": ({"slug": "candle"}, "is not in rust/candle/"),
    "long": ({"file": f"rust/burn/{'x' * 300}.md"}, "is too long"),
    "format": ({"file": "rust/burn/guide.exe"}, "unsupported format"),
    "records": ({"file": "rust/burn/provenance.json"}, "unsupported format"),
    "missing": ({"file": "rust/burn/none.md"}, "no such file"),
    "folder": ({"file": "rust/burn/folder.md"}, "no such file"),
    "size": ({"bytes": "1"}, "the manifest says '1'"),
    "no size": ({"bytes": ""}, "the manifest says ''"),
    "slug": ({"slug": "../x", "file": "rust/../x/guide.md"}, "cannot name a folder"),
    "language": ({"language": ".", "file": "./burn/guide.md"}, "cannot name a folder"),
    "repository": ({"repo": "https://evil.example/x"}, "not a repository"),
    "commit": ({"commit": "HEAD; rm"}, "not a commit"),
    "licence": ({"licence": "MIT\x1b[31m"}, "not a licence"),
    "path": ({"path": ""}, "empty or not printable"),
    "link out": ({"file": "rust/burn/link.md"}, "outside the folder"),
    "large": ({"file": "rust/burn/large.md", "bytes": "10001"}, "larger than 10,000 bytes"),
    "binary": ({"file": "rust/burn/binary.md", "bytes": "6"}, "not a text"),
    "empty": ({"file": "rust/burn/empty.md", "bytes": "0"}, "empty"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_rows_are_refused_with_a_reason_and_the_rest_is_taken(corpus: Path, folder: Path, name: str) -> None:
    change, words = HOSTILE[name]
    home = folder / "rust" / "burn"
    (folder.parent / "outside.md").write_bytes(TEXT)
    (home / "link.md").symlink_to(folder.parent / "outside.md")
    (home / "folder.md").mkdir()
    (home / "large.md").write_bytes(b"x" * 10_001)
    (home / "binary.md").write_bytes(b"\x00\x01PK\x00\x02")
    (home / "empty.md").touch()
    report = run(corpus, manifest(folder, GOOD | change, GOOD))
    assert report.paths("added") == (PLACE,)
    [refused] = [outcome for outcome in report.outcomes if outcome.state != "added"]
    assert refused.state == "refused" and words in refused.reason and not report.is_complete
    files = {path.name for path in corpus.rglob("*") if path.is_file()}
    assert files == {"guide.md", "provenance.json", ".lock"}
    assert not (corpus.parent / "evil.md").exists()


def test_a_file_named_twice_is_taken_once(corpus: Path, folder: Path) -> None:
    report = run(corpus, manifest(folder, GOOD, GOOD | {"path": "other.md"}))
    assert len(report.paths("added")) == len(report.paths("refused")) == 1


def test_what_came_from_elsewhere_keeps_its_place(corpus: Path, folder: Path) -> None:
    run(corpus, manifest(folder, GOOD))
    (folder / "rust" / "burn" / "guide.md").write_bytes(b"# Book\n")
    report = run(corpus, manifest(folder, GOOD | {"repo": "tracel-ai/book", "bytes": "7"}))
    assert report.paths("added") == ("upstream/rust/burn/book--guide.md",)
    assert (corpus / PLACE).read_bytes() == TEXT


@pytest.mark.parametrize(
    ("text", "words"), [(b"slug\tfile\n", "no column 'language'"), (b"\xff\xfe\x00", "not UTF-8"), (b"", "no column")]
)
def test_no_manifest(corpus: Path, folder: Path, text: bytes, words: str) -> None:
    with pytest.raises(NotFoundError, match="--from takes a folder that has one"):
        run(corpus, folder)
    (folder / "MANIFEST.tsv").write_bytes(text)
    with pytest.raises(UsageError, match=words):
        run(corpus, folder)


def test_the_real_documents(corpus: Path) -> None:
    if not (SHARED / "MANIFEST.tsv").is_file():
        pytest.skip(f"no upstream documents at {SHARED}: set MLSURVEY_SHARED to the folder that holds documents/")
    report = take(corpus, SHARED, frozenset())
    assert [outcome for outcome in report.outcomes if outcome.state != "added"] == []
    assert len(report.outcomes) == 469
    records = read_records(corpus)
    assert set(records) == set(report.paths("added"))
    assert all((corpus / path).read_bytes() == (SHARED / path.partition("/")[2]).read_bytes() for path in records)
    gazetteer = Gazetteer(load_vocabulary([ROOT / "corpus"]).entities)
    assert [path for path in records if subject_of_path(path, gazetteer) != path.split("/")[2]] == []
    assert {outcome.state for outcome in take(corpus, SHARED, frozenset()).outcomes} == {"unchanged"}
