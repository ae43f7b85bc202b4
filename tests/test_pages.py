"""The samples of the pages are true: each command exists with its options, and each file can be read as what it is."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlsurvey.cli import main
from mlsurvey.evaluation.questions import quote_faults, read_questions
from mlsurvey.evaluation.run import corpus_text
from mlsurvey.syncing.sources import read_sources

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "training" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
AFTER = {"|", ">", "<", "&", ";"}
"""What ends a command in a shell."""


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each mlsurvey command in the samples of a page."""
    for block in [*blocks(page, "sh"), *blocks(page, "console")]:
        for line in block.replace("\\\n", " ").splitlines():
            if re.match(r"(?:\$ )?mlsurvey\b", line):  # the output below a command may hold a single apostrophe
                lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars="|><&;")
                lexer.whitespace_split = True
                words = list(lexer)
                yield words[1 : next((place for place, word in enumerate(words) if word in AFTER), None)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_of_a_page_exists_with_its_options(page: Path, capsys, no_settings) -> None:
    for command in commands(page):
        assert main([*command, "--help"]) == 0, (command, capsys.readouterr().err)


def test_the_pages_have_commands() -> None:
    assert sum(len(list(commands(page))) for page in PAGES) > 40


def test_the_questions_of_the_readme_can_be_asked(tmp_path: Path) -> None:
    (sample,) = blocks(ROOT / "README.md", "json")
    (tmp_path / "questions.jsonl").write_text(sample, "utf-8")
    questions = read_questions(tmp_path / "questions.jsonl")
    assert len(questions) == 2
    assert list(quote_faults(questions, corpus_text(ROOT / "corpus"))) == []


def test_the_sources_of_the_page_can_be_read() -> None:
    (sample,) = blocks(ROOT / "docs" / "corpus.md", "toml")
    read = read_sources(sample)
    assert ([source.slug for source in read.sources], read.faults) == (["burn", "ml5-js"], [])


def test_the_keys_of_the_page_are_keys() -> None:
    page = (ROOT / "docs" / "terminal.md").read_text("utf-8")
    (sample,) = blocks(ROOT / "docs" / "terminal.md", "toml")
    assert [name for name in tomllib.loads(sample) if f"| `{name}` |" not in page] == []


def test_an_agent_is_given_a_command_that_there_is(capsys, no_settings) -> None:
    (sample,) = blocks(ROOT / "docs" / "api" / "agents.md", "json")
    server = json.loads(sample)["mcpServers"]["mlsurvey"]
    assert server["command"] == "mlsurvey" and main([*server["args"], "--help"]) == 0


def test_the_targets_of_make_are_those_of_the_pages() -> None:
    there = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    pages = "".join((ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md"))
    told = set(re.findall(r"(?:^|`)make ([a-z]+)", pages, flags=re.MULTILINE))
    assert told == there, "the pages and the Makefile differ"
