from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from mlsurvey.curation.check import Checked, check

CORPUS = Path(__file__).parents[2] / "corpus"
PATHS = sorted((CORPUS / "libraries").rglob("*.md"))
SURVEYS = [CORPUS / "DISAGREEMENTS.md", *sorted((CORPUS / "surveys").glob("*.md"))]
LISTS = [CORPUS / "entities.toml", CORPUS / "sources.toml"]
STARTER = {
    "burn", "candle", "tch-rs", "linfa", "tensorflow-js", "brain-js", "ml_algo", "gorgonia", "ml-net", "torchsharp",
}  # fmt: skip


@cache
def checked() -> Checked:
    return check(CORPUS)


def test_the_starter_libraries_have_profiles():
    assert {path.stem for path in PATHS} >= STARTER


def test_every_library_and_every_overview_is_checked():
    assert checked().profiles == len(PATHS)
    assert checked().surveys == len(SURVEYS)
    assert checked().sourced == checked().sentences


@pytest.mark.parametrize("path", [*PATHS, *SURVEYS, *LISTS], ids=lambda path: path.stem)
def test_nothing_is_found_in(path: Path):
    place = path.relative_to(CORPUS).as_posix()
    assert [f"{place}:{f.line} {f.rule}: {f.problem}; {f.advice}" for f in checked().findings if f.path == place] == []


def test_nothing_is_found_anywhere_else():
    known = {path.relative_to(CORPUS).as_posix() for path in (*PATHS, *SURVEYS, *LISTS)}
    assert [finding for finding in checked().findings if finding.path not in known] == []
