"""Each rule of the check, violated once in a small corpus."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlsurvey.curation.check import check
from mlsurvey.errors import NotFoundError

SOURCE = "mote-readme"
FOOTNOTE = "[^mote-readme]: mote/mote: README.md, version 1.2, 2026-01-02, MIT. <https://example.org/mote>"
PROFILE = f"""---
slug: mote
name: Mote
aliases: [Motelib]
language: rust
kind: native
category: [classical]
repository: https://example.org/mote
licence: MIT
status: {{state: active, judged: 2026-02-01, source: {SOURCE}}}
releases: {{first: null, latest: null}}
facts:
  wraps: none [{SOURCE}]
  minimum: Rust 1.80 [{SOURCE}]
  platforms: Linux, macOS [{SOURCE}]
  gpu: no [{SOURCE}]
  accelerators: none [{SOURCE}]
  tasks: decision trees [{SOURCE}]
  training: yes [{SOURCE}]
  inference: unknown
  pretrained: unknown
  autodiff: unknown
  reads: unknown
  writes: unknown
  browser: unknown
  mobile: unknown
  embedded: unknown
  no_std: unknown
  python: unknown
  maintainer: person [{SOURCE}]
as_of: 2026-02-01
sources:
- id: {SOURCE}
  title: 'mote/mote: README.md'
  url: https://example.org/mote
  version: "1.2"
  date: "2026-01-02"
  licence: MIT
---

# Mote

## What it is

Mote is a library for trees.[^{SOURCE}]

## Limits

Mote has no [GPU code](https://example.org/gpu).[^{SOURCE}]

{FOOTNOTE}
"""
ENTITIES = """[[entity]]
slug = "mote"
name = "Mote"
aliases = ["Motelib"]
language = "rust"
kind = "native"
category = ["classical"]
"""
SOURCES = """[[source]]
slug = "mote"
licence = "MIT"
repository = "mote/mote"
paths = ["README.md"]
"""
SURVEY = f"""---
title: Rust
as_of: "2026-02-01"
---

# Rust

About Rust.

## Trees

| Library | Kind |
| --- | --- |
| Mote | native[^{SOURCE}] |

{FOOTNOTE}
"""
FILES = {
    "libraries/rust/mote.md": PROFILE,
    "surveys/rust.md": SURVEY,
    "entities.toml": ENTITIES,
    "sources.toml": SOURCES,
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def change(corpus: Path, name: str, old: str, new: str) -> None:
    text = (corpus / name).read_text("utf-8")
    assert old in text
    (corpus / name).write_text(text.replace(old, new), "utf-8")


def test_a_sound_corpus_is_clean(corpus: Path):
    checked = check(corpus)
    assert checked.findings == ()
    assert (checked.profiles, checked.surveys, checked.sentences, checked.sourced) == (1, 1, 2, 2)


PROFILE_FAULTS = [
    ("licence: MIT\nstatus", "licence: ''\nstatus", "form", 9, "licence"),
    ("state: active", "state: lively", "form", 10, "status.state"),
    ("  licence: MIT\n---", "  licence: MIT\n  page: 3\n---", "form", 39, "sources.0.page"),
    ("aliases: [Motelib]", "aliases: [Motelib", "form", 5, "not valid YAML"),
    ("as_of: 2026-02-01", "as_of: 2026-02-31", "form", 2, "cannot be read"),
    ("---\nslug", "slug", "form", 1, "no front matter"),
    ("# Mote\n", "# Mote\n\nLoose words.\n", "form", 43, "before the first section"),
    ("language: rust", "language: go", "place", 1, "do not match the path of this file"),
    ("# Mote\n", "# Moat\n", "place", 1, "the heading is 'Moat'"),
    ("## Limits", "## Shortcomings", "section", 1, "unknown section 'Shortcomings'"),
    ("## Limits", "## Outlook\n\n## Limits", "section", 1, "section 'Outlook' is empty"),
    ("## What it is", "## Outlook", "section", 1, "out of order"),
    (f"trees.[^{SOURCE}]", "trees.", "unsourced", 45, "no source"),
    (f"trees.[^{SOURCE}]", f"trees. Mote is fast.[^{SOURCE}]", "sentence", 45, "several sentences"),
    (f"trees.[^{SOURCE}]", "trees.[^nobody]", "reference", 45, "unknown source 'nobody'"),
    (f"source: {SOURCE}", "source: nobody", "reference", 1, "status refers to 'nobody'"),
    ("version 1.2, 2026", "version 1.3, 2026", "reference", 1, "different from the source"),
    (
        "\n[^mote-readme]:",
        "\n[^other]: Else. <https://example.org>\n[^mote-readme]:",
        "reference",
        1,
        "is not a source",
    ),
    ("judged: 2026-02-01", "judged: 2026-02-02", "date", 1, "status is dated 2026-02-02"),
    ("Mote is a library", "It is a library", "alone", 45, "begins with 'It'"),
    ("Mote is a library", "The code is a library", "alone", 45, "does not name Mote"),
    ("for trees", f"for {'many ' * 100}trees", "alone", 45, "too long"),
    ("(https://example.org/gpu)", "(https://)", "link", 49, "has no host"),
    ("(https://example.org/gpu)", "(https://example.org/g pu)", "link", 49, "looks like a link"),
    ("(https://example.org/gpu)", "(../gpu.md)", "link", 49, "does not point to a file"),
    ("(https://example.org/gpu)", "(gopher://example.org)", "link", 49, "not an address that a reader can open"),
    ("kind: native", "kind: mixed", "entity", 1, "kind is mixed here and native"),
    ("[Motelib]", "[]", "entity", 1, "aliases is empty here and Motelib"),
    ("  gpu: no", "  gpu: none", "form", 16, "'none' is not one of: yes, no, partly, unknown"),
    ("  gpu: no [mote-readme]", "  gpu: 'no'", "form", 16, "a value and its sources"),
    ("tasks: decision trees", "tasks: decision trees, chess", "form", 18, "chess is not one of"),
    ("maintainer: person", "maintainer: owls", "form", 30, "does not begin with one of"),
    ("  mobile: unknown\n", "", "form", 12, "facts.mobile"),
    ("no [mote-readme]", "no [nobody]", "facts", 1, "gpu refers to 'nobody', which is not a source"),
]


@pytest.mark.parametrize(("old", "new", "rule", "line", "words"), PROFILE_FAULTS)
def test_faults_of_a_profile_are_found(corpus: Path, old: str, new: str, rule: str, line: int, words: str):
    change(corpus, "libraries/rust/mote.md", old, new)
    found = [f for f in check(corpus).findings if f.path == "libraries/rust/mote.md"]
    assert [f for f in found if f.rule == rule and f.line == line and words in f.problem and f.advice], found


OTHER_FAULTS = [
    ("surveys/rust.md", 'as_of: "2026-02-01"', "as_of: soon", "survey", 1, "as_of is not a date"),
    ("surveys/rust.md", "title: Rust", "title: Rest", "survey", 1, "no heading says"),
    ("surveys/rust.md", "title: Rust", "title: Rust\nmood: good", "survey", 1, "unknown field 'mood'"),
    ("surveys/rust.md", f"native[^{SOURCE}]", "native", "unsourced", 14, "no source"),
    ("surveys/rust.md", f"native[^{SOURCE}]", "native[^else]", "reference", 14, "no profile has a source 'else'"),
    ("surveys/rust.md", "## Trees", "## Trees\n\n<!-- facts: rust: colour -->", "table", 12, "'colour'"),
    ("surveys/rust.md", "version 1.2", "version 1.3", "reference", 1, "different from the profile"),
    ("entities.toml", '"Motelib"', '"Motelib", "m.o.t.e"', "dead-alias", 2, "equals 'Mote'"),
    ("entities.toml", '"Motelib"', '"Motelib", "--"', "dead-alias", 2, "no letter or digit"),
    ("entities.toml", '"Motelib"', '"Motelib", "a b c d e f"', "dead-alias", 2, "more than 5 words"),
    ("entities.toml", 'kind = "native"', 'kind = "wild"', "entity", 2, "unknown kind 'wild'"),
    ("entities.toml", 'language = "rust"', 'language = "latin"', "entity", 2, "unknown language 'latin'"),
    ("entities.toml", 'category = ["classical"]', "", "entity", 2, "no category"),
    ("entities.toml", 'category = ["classical"]', 'plain_words = ["dust"]', "dead-alias", 2, "not one of its names"),
    ("entities.toml", ENTITIES, ENTITIES + ENTITIES, "entity", 9, "occurs twice"),
    (
        "entities.toml",
        ENTITIES,
        f'{ENTITIES}[[entity]]\nslug = "b"\nname = "MoteLib"\n',
        "shared-alias",
        9,
        "'motelib'",
    ),
    ("entities.toml", "slug =", "slug", "entity", 1, "not valid TOML"),
    ("sources.toml", "slug =", "slug", "sources", 2, "not valid TOML"),
    ("sources.toml", 'paths = ["README.md"]', 'paths = ["../x.md"]', "sources", 1, "leaves its folder"),
    ("sources.toml", 'paths = ["README.md"]', 'npm = "mote"', "sources", 1, "one of repository, npm and pypi"),
    ("sources.toml", '"README.md"', '"README.md", "README.md"', "sources", 2, "occurs twice"),
    ("sources.toml", 'slug = "mote"', 'slug = "moat"', "sources", 2, "neither a profile nor an entity"),
    ("sources.toml", SOURCES, "", "sources", 1, "no source for the profile of mote"),
]


@pytest.mark.parametrize(("name", "old", "new", "rule", "line", "words"), OTHER_FAULTS)
def test_faults_of_surveys_and_lists_are_found(
    corpus: Path, name: str, old: str, new: str, rule: str, line: int, words: str
):
    change(corpus, name, old, new)
    found = [f for f in check(corpus).findings if f.path == name]
    assert [f for f in found if f.rule == rule and f.line == line and words in f.problem and f.advice], found


def test_a_library_may_have_no_upstream(corpus: Path):
    (corpus / "sources.toml").write_text('without_upstream = ["mote"]\n', "utf-8")
    assert check(corpus).findings == ()


def test_plain_documents_claim_nothing(tmp_path: Path):
    (tmp_path / "libraries" / "rust").mkdir(parents=True)
    (tmp_path / "libraries" / "rust" / "notes.md").write_text("# Notes\n\nIt is [broken](http://) here.\n", "utf-8")
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / "mine.md").write_text("My thoughts. It is fine.\n", "utf-8")
    (tmp_path / "known.md").write_text("---\nslug: known\nname: Known\n---\n# Known\n\nWords.\n", "utf-8")
    checked = check(tmp_path)
    assert (checked.findings, checked.profiles, checked.surveys) == ((), 0, 0)


def test_what_was_fetched_is_not_ours_to_mend(corpus: Path):
    (corpus / "upstream" / "rust" / "mote").mkdir(parents=True)
    (corpus / "upstream" / "rust" / "mote" / "README.md").write_text(PROFILE.replace("Mote is", "It is"), "utf-8")
    assert check(corpus).findings == ()


def test_no_folder(tmp_path: Path):
    with pytest.raises(NotFoundError, match="corpus check FOLDER"):
        check(tmp_path / "none")


def test_the_command_tells_by_its_exit_code(corpus: Path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mlsurvey", "corpus", "check", str(corpus), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    clean = run()
    assert (clean.returncode, clean.stderr) == (0, "")
    assert "1 profiles, 1 surveys, 2 sentences, 100% sourced: nothing found" in clean.stdout
    change(corpus, "libraries/rust/mote.md", "Mote is a library", "It is a library")
    broken = run("--json")
    assert broken.returncode == 1
    [finding] = json.loads(broken.stdout)["findings"]
    assert (finding["path"], finding["line"], finding["rule"]) == ("libraries/rust/mote.md", 45, "alone")
    assert "libraries/rust/mote.md:45 alone begins with 'It'" in run().stdout
