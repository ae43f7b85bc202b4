"""What the pages show of commands over the shipped corpus is what the commands print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.test_pages import PAGES, ROOT, blocks, commands

from mlsurvey.cli import main

pytestmark = pytest.mark.slow

READING = ("ask", "search", "show", "status")
ELSEWHERE = {"--follow", "--index", "--jsonl", "-"}
"""Options by which a command reads something that a page does not show."""


@pytest.fixture
def place(survey) -> list[str]:
    return ["--corpus", str(survey.settings.corpus), "--index", str(survey.settings.index)]


def shown(page: Path) -> list[tuple[str, str]]:
    """Each command of a page and the output shown below it."""
    found = [re.split(r"^\$ ", block, flags=re.MULTILINE)[1:] for block in blocks(page, "console")]
    return [tuple(sample.split("\n", 1)) for samples in found for sample in samples]  # type: ignore[misc]


def test_the_output_of_a_page_is_that_of_the_command(place, no_settings, capsys) -> None:
    samples = [sample for page in PAGES for sample in shown(page)]
    assert samples
    for command, output in samples:
        assert main([*place, *shlex.split(command)[1:]]) == 0
        lines = [".*?" if line.strip() == "…" else re.escape(line) for line in output.strip().splitlines()]
        told = capsys.readouterr().out.strip()
        assert re.fullmatch(r"\n".join(lines), told, flags=re.DOTALL), f"{command}\n{told}"


OWN = ROOT / "docs" / "subjects.md"
"""The page that works through a folder of its own."""


def test_the_folder_of_the_page_about_subjects_is_answered(no_settings, monkeypatch, capfd) -> None:
    making, found, asking, *_ = re.findall(r"^```\w+\n(.*?)^```", OWN.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    monkeypatch.setenv("HOME", str(no_settings))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    subprocess.run(["sh", "-ec", making + asking], check=True)
    told = capfd.readouterr().out
    assert found.strip() in told
    for quote in ("42,000 messages per second", "310,000 messages per second", "900,000 messages per second"):
        assert quote in told


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page != OWN], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_what_a_page_asks_of_the_shipped_corpus_is_answered(page: Path, place, no_settings, capsys) -> None:
    for command in commands(page):
        if command[:1] and command[0] in READING and not ELSEWHERE & set(command):
            assert main([*place, *command]) == 0, (command, capsys.readouterr())
