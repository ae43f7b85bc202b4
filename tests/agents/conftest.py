from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.conftest import Server, serve, serving

__all__ = ["serve"]


@pytest.fixture(scope="module")
def server(indexed: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server, for read-only tests."""
    with serving(tmp_path_factory.mktemp("server")) as start:
        yield start(indexed)
