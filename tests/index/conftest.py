from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # subprocesses import the same module by its bare name

from index_doubles import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    return World(corpus, tmp_path / "index")
