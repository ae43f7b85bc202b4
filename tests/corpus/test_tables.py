"""Tables of facts in surveys, in a small corpus of two libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mlsurvey.curation.check import check
from mlsurvey.curation.facts import Facts
from mlsurvey.curation.findings import Finding
from mlsurvey.curation.tables import HEADINGS
from mlsurvey.curation.tabulate import tabulate
from mlsurvey.errors import NotFoundError
from mlsurvey.reading.formats import read_blocks
from mlsurvey.vocabulary.load import load_vocabulary

CORPUS = Path(__file__).parents[2] / "corpus"
UNKNOWN = dict.fromkeys(Facts.model_fields, "unknown")
MOTE = UNKNOWN | {"gpu": "yes [mote-readme]", "accelerators": "CUDA (NVIDIA), Vulkan [mote-gpu, mote-readme]"}
WISP = UNKNOWN | {"gpu": "no [wisp-readme]", "python": "no [wisp-readme]"}
MARK = "<!-- facts: rust: gpu, accelerators, python -->"
TABLE = """
| Library | GPU | Accelerators | Python needed |
| --- | --- | --- | --- |
| Mote | yes | CUDA (NVIDIA), Vulkan[^mote-readme][^mote-gpu] |  |
| wisp | no |  | no[^wisp-readme] |
"""
SURVEY = f"""---
title: Rust
as_of: "2026-02-01"
---

# Rust

About Rust.

## Side by side

{MARK}
<!-- /facts -->

## Trees

| Library | Kind |
| --- | --- |
| Mote | native[^mote-readme] |

[^mote-readme]: mote: mote-readme, version 1.2, MIT. <https://example.org/mote-readme>
"""


def profile(slug: str, name: str, facts: dict[str, str] | None, sources: list[str], language: str = "rust") -> str:
    front = {
        "slug": slug,
        "name": name,
        "aliases": [],
        "language": language,
        "kind": "native",
        "category": ["classical"],
        "repository": None,
        "licence": "MIT",
        "status": {"state": "active", "judged": "2026-02-01", "source": sources[0]},
        "releases": {"first": None, "latest": None},
        "facts": facts,
        "as_of": "2026-02-01",
        "sources": [
            {
                "id": source,
                "title": f"{slug}: {source}",
                "url": f"https://example.org/{source}",
                "version": "1.2",
                "date": None,
                "licence": "MIT",
            }
            for source in sources
        ],
    }
    said = "\n".join(f"{name} is a library.[^{source}]" for source in sources)
    notes = "\n".join(footnote(slug, source) for source in sources)
    return f"---\n{yaml.safe_dump(front)}---\n\n# {name}\n\n## What it is\n\n{said}\n\n{notes}\n"


def footnote(slug: str, source: str) -> str:
    return f"[^{source}]: {slug}: {source}, version 1.2, MIT. <https://example.org/{source}>"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    files = {
        "libraries/rust/mote.md": profile("mote", "Mote", MOTE, ["mote-readme", "mote-gpu"]),
        "libraries/rust/wisp.md": profile("wisp", "wisp", WISP, ["wisp-readme"]),
        "surveys/rust.md": SURVEY,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def survey(corpus: Path) -> str:
    return (corpus / "surveys" / "rust.md").read_text("utf-8")


def change(corpus: Path, name: str, old: str, new: str) -> None:
    text = (corpus / name).read_text("utf-8")
    assert old in text
    (corpus / name).write_text(text.replace(old, new), "utf-8")


def write(corpus: Path) -> None:
    for path, text in tabulate(corpus).texts.items():
        (corpus / path).write_text(text, "utf-8")


def found(corpus: Path) -> list[Finding]:
    return [finding for finding in check(corpus).findings if finding.path == "surveys/rust.md"]


def test_a_table_is_written_with_its_footnotes_and_then_stays(corpus: Path):
    write(corpus)
    notes = "\n".join([footnote("mote", "mote-readme"), footnote("mote", "mote-gpu"), footnote("wisp", "wisp-readme")])
    head, _, below = SURVEY.partition(f"{MARK}\n")
    assert survey(corpus) == f"{head}{MARK}\n{TABLE}\n{below.partition('[^mote-readme]: ')[0]}{notes}\n"
    assert check(corpus).findings == ()
    again = tabulate(corpus)
    assert (again.texts, again.changes, again.findings, again.surveys, again.tables) == ({}, (), (), 1, 1)


def test_only_the_table_is_read(corpus: Path):
    write(corpus)
    blocks = read_blocks("surveys/rust.md", survey(corpus)).blocks
    assert not [block for block in blocks if "facts:" in block.span.of(survey(corpus)) or "<!--" in block.reading.text]
    rows = [block for block in blocks if "Python needed" in block.header]
    assert [[cell.text for cell in row.cells] for row in rows] == [
        ["Mote", "yes", "CUDA (NVIDIA), Vulkan", ""],
        ["wisp", "no", "", "no"],
    ]


def test_a_table_that_the_profiles_have_left_behind_is_found_and_written_anew(corpus: Path):
    write(corpus)
    change(corpus, "libraries/rust/mote.md", "gpu: yes [mote-readme]", "gpu: partly [mote-readme]")
    change(corpus, "libraries/rust/mote.md", "[mote-gpu, mote-readme]", "[mote-readme]")
    [table, notes] = found(corpus)
    assert (table.rule, table.line, table.advice) == ("table", 12, "run: mlsurvey corpus tables")
    assert "table of gpu, accelerators, python differs" in table.problem
    assert (notes.rule, notes.problem) == ("table", "the list of footnotes differs from the profiles in 1 lines")
    write(corpus)
    assert "| Mote | partly | CUDA (NVIDIA), Vulkan[^mote-readme] |  |" in survey(corpus)
    assert "mote-gpu" not in survey(corpus)
    assert check(corpus).findings == ()


def test_a_row_edited_by_hand_is_found(corpus: Path):
    write(corpus)
    change(corpus, "surveys/rust.md", "| wisp | no |", "| wisp | yes |")
    assert [(finding.rule, finding.line) for finding in found(corpus)] == [("table", 12)]


def test_rows_in_another_order_are_found(corpus: Path):
    write(corpus)
    rows = TABLE.splitlines()[-2:]
    change(corpus, "surveys/rust.md", "\n".join(rows), "\n".join(reversed(rows)))
    assert [(finding.rule, finding.line) for finding in found(corpus)] == [("table", 12)]
    write(corpus)
    assert check(corpus).findings == ()


def test_footnotes_that_others_need_are_kept(corpus: Path):
    write(corpus)
    change(corpus, "libraries/rust/mote.md", "gpu: yes [mote-readme]", "gpu: unknown")
    change(corpus, "libraries/rust/mote.md", "CUDA (NVIDIA), Vulkan [mote-gpu, mote-readme]", "unknown")
    write(corpus)
    assert footnote("mote", "mote-readme") in survey(corpus) and "mote-gpu" not in survey(corpus)
    assert check(corpus).findings == ()


def test_a_missing_or_different_footnote_is_written(corpus: Path):
    write(corpus)
    change(corpus, "surveys/rust.md", footnote("wisp", "wisp-readme"), "[^wisp-readme]: wisp.")
    change(corpus, "surveys/rust.md", footnote("mote", "mote-gpu") + "\n", "")
    assert {finding.rule for finding in found(corpus)} == {"reference", "table"}
    write(corpus)
    assert check(corpus).findings == ()


def test_a_survey_may_have_no_footnotes_yet(corpus: Path):
    text = SURVEY.partition("## Trees")[0]
    (corpus / "surveys" / "rust.md").write_text(text.replace('as_of: "2026-02-01"\n', ""), "utf-8")
    write(corpus)
    assert survey(corpus).endswith(f"<!-- /facts -->\n\n{footnote('mote', 'mote-readme')}\n" + notes_of_the_rest())
    assert [finding.rule for finding in found(corpus)] == ["survey"]  # as_of, which no table is needed for


def notes_of_the_rest() -> str:
    return f"{footnote('mote', 'mote-gpu')}\n{footnote('wisp', 'wisp-readme')}\n"


def test_what_nobody_knows_has_no_row_and_no_column(corpus: Path):
    (corpus / "libraries/rust/mute.md").write_text(profile("mute", "Mute", UNKNOWN, ["mute-readme"]), "utf-8")
    change(corpus, "surveys/rust.md", "gpu, accelerators, python", "gpu, browser, mobile")
    write(corpus)
    assert "| Library | GPU |\n| --- | --- |\n| Mote | yes[^mote-readme] |\n| wisp | no[^wisp-readme] |\n" in survey(
        corpus
    )
    change(corpus, "surveys/rust.md", "facts: rust: gpu, browser, mobile", "facts: rust: browser, mobile")
    write(corpus)
    assert "<!-- facts: rust: browser, mobile -->\n<!-- /facts -->" in survey(corpus)
    assert check(corpus).findings == ()


def test_a_profile_without_facts_has_no_row(corpus: Path):
    (corpus / "libraries/rust/mute.md").write_text(profile("mute", "Mute", None, ["mute-readme"]), "utf-8")
    write(corpus)
    assert TABLE in survey(corpus) and found(corpus) == []
    assert [finding.path for finding in check(corpus).findings] == ["libraries/rust/mute.md"]


def test_libraries_of_another_language_have_no_row(corpus: Path):
    (corpus / "libraries/go").mkdir()
    (corpus / "libraries/go/gnat.md").write_text(profile("gnat", "Gnat", WISP, ["wisp-readme"], "go"), "utf-8")
    write(corpus)
    assert "Gnat" not in survey(corpus)


def test_a_bar_in_a_fact_ends_no_cell(corpus: Path):
    change(corpus, "libraries/rust/wisp.md", "reads: unknown", "reads: a|b [wisp-readme]")
    change(corpus, "surveys/rust.md", "gpu, accelerators, python", "reads")
    write(corpus)
    assert r"| wisp | a\|b[^wisp-readme] |" in survey(corpus)


FAULTS = [
    ("accelerators", "colour", 12, "no fact is called 'colour'", "the facts are wraps, minimum"),
    ("<!-- /facts -->\n", "", 12, "the table has no end", "put <!-- /facts --> below it"),
    (f"{MARK}\n", "", 12, "<!-- /facts --> ends no table", "begin the table with <!-- facts: LANGUAGE"),
    ("<!-- /facts -->", MARK, 12, "the table has no end", "put"),
    ("<!-- /facts -->", MARK, 13, "the table has no end", "put"),
    ("facts: rust", "facts: latin", 12, "no profile is in the language 'latin'", "languages with profiles: rust"),
    ("facts: rust: gpu", "facts: gpu", 12, "malformed", "write <!-- facts: LANGUAGE: FIELD, FIELD -->"),
    ("gpu, acc", "gpu acc", 12, "malformed", "write"),
]


@pytest.mark.parametrize(("old", "new", "line", "problem", "advice"), FAULTS)
def test_comments_that_cannot_be_followed_change_nothing(
    corpus: Path, old: str, new: str, line: int, problem: str, advice: str
):
    change(corpus, "surveys/rust.md", old, new)
    tabulated = tabulate(corpus)
    assert (tabulated.texts, tabulated.changes) == ({}, ())
    assert [f for f in tabulated.findings if f.line == line and problem in f.problem and advice in f.advice]
    assert set(tabulated.findings) == {finding for finding in found(corpus) if finding.rule == "table"}


def test_a_broken_profile_leaves_the_tables_alone(corpus: Path):
    write(corpus)
    change(corpus, "libraries/rust/wisp.md", "gpu: no [wisp-readme]", "gpu: perhaps")
    tabulated = tabulate(corpus)
    assert (tabulated.texts, [finding.rule for finding in tabulated.findings]) == ({}, ["form"])
    assert "table" not in {finding.rule for finding in check(corpus).findings}


def test_a_survey_in_another_encoding_is_left_alone(corpus: Path):
    (corpus / "surveys" / "rust.md").write_bytes(SURVEY.replace("About", "Über").encode("latin-1"))
    tabulated = tabulate(corpus)
    assert tabulated.texts == {} and "not UTF-8" in tabulated.findings[0].problem


def test_every_fact_has_the_heading_that_questions_know_it_by():
    assert HEADINGS.keys() == Facts.model_fields.keys()
    assert {fact.slug: fact.name for fact in load_vocabulary([CORPUS]).facts} == HEADINGS


def test_no_folder(tmp_path: Path):
    with pytest.raises(NotFoundError, match="corpus tables FOLDER"):
        tabulate(tmp_path / "none")


def test_the_command_writes_or_tells_by_its_exit_code(corpus: Path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mlsurvey", "corpus", "tables", str(corpus), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    stale = run("--check")
    assert stale.returncode == 1 and survey(corpus) == SURVEY
    assert "surveys/rust.md:12 table the table of gpu, accelerators, python differs" in stale.stdout
    told = json.loads(run("--check", "--json").stdout)
    assert told["written"] is False
    assert told["changes"][0] == {
        "path": "surveys/rust.md",
        "line": 12,
        "what": "table of gpu, accelerators, python",
        "new": 5,
        "gone": 0,
    }
    wrote = run()
    assert (wrote.returncode, wrote.stderr) == (0, "")
    assert "surveys/rust.md:12 wrote the table of gpu, accelerators, python: 5 new lines, 0 gone" in wrote.stdout
    assert TABLE in survey(corpus)
    again = run("--check")
    assert (again.returncode, again.stdout) == (0, "1 surveys, 1 tables: up to date\n")
    change(corpus, "surveys/rust.md", "<!-- /facts -->\n", "")
    assert run().returncode == 1
