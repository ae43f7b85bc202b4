"""Every home of an index: a folder, and Milvus.

Milvus Lite stands for Milvus, in this process. ``TEST_MILVUS_URL=milvus://host:19530/prefix`` names a real one, in
which collections with that prefix are made and dropped.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "index"))

from index_doubles import World

from mlsurvey.address import Address, address_of

NEEDED = "pymilvus" if os.environ.get("TEST_MILVUS_URL") else "milvus_lite"
MISSING = "not installed; type: pip install 'mlsurvey[cluster]'"
needs_engine = pytest.mark.skipif(not find_spec(NEEDED), reason=f"{NEEDED} is {MISSING}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Address:
    """Where the tests of this process make their collections."""
    if url := os.environ.get("TEST_MILVUS_URL"):
        return address_of(url)
    if not find_spec(NEEDED):
        pytest.skip(f"{NEEDED} is {MISSING}")
    return address_of(f"milvus+lite://{tmp_path_factory.mktemp('milvus')}/index.db")


@pytest.fixture
def address(server: Address) -> Iterator[Address]:
    """An index of its own, dropped afterwards."""
    from mlsurvey.milvus.engine import Engine

    name = f"{server.name}_{secrets.token_hex(4)}"
    yield Address(server.text, server.uri, name, server.database, is_embedded=server.is_embedded)
    engine = Engine(Address(server.text, server.uri, name, server.database, is_embedded=server.is_embedded))
    for collection in engine.collections():
        engine.write("drop_collection", collection)
    engine.close()


@pytest.fixture(params=["folder", pytest.param("milvus", marks=needs_engine)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """A corpus and its index, in each home."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    return World(corpus, tmp_path / "index" if request.param == "folder" else request.getfixturevalue("address"))


@pytest.fixture
def far(address: Address, tmp_path: Path) -> World:
    """A corpus and its index in Milvus."""
    corpus = tmp_path / "corpus"
    corpus.mkdir(exist_ok=True)
    return World(corpus, address)
