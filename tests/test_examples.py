"""The examples work as described."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mlsurvey.evaluation.questions import quote_faults, read_questions
from mlsurvey.evaluation.run import corpus_text

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


def run(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def test_a_corpus_of_ones_own_is_asked_and_asked_again(tmp_path: Path) -> None:
    out = run(str(EXAMPLES / "own_corpus.py"), str(tmp_path))
    assert "rowfile: Rowfile is under the MIT licence.  (rowfile.md:" in out
    assert "tablehub.md:" in out
    assert "1 document changed" in out
    assert "Rowfile runs in the browser since version 2." in out


def test_the_questions_are_about_the_shipped_corpus() -> None:
    questions = read_questions(EXAMPLES / "questions.jsonl")
    assert len(questions) == 3
    assert list(quote_faults(questions, corpus_text(ROOT / "corpus"))) == []


def test_an_agent_starts_the_command_that_there_is() -> None:
    entry = json.loads((EXAMPLES / "mcp.json").read_text("utf-8"))["mcpServers"]["mlsurvey"]
    assert entry["command"] == "mlsurvey"
    assert "Model Context Protocol" in " ".join(run("-m", "mlsurvey", *entry["args"], "--help").split())
