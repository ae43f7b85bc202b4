from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.conftest import hosted, serve

from mlsurvey.client import Client

__all__ = ["serve"]


@pytest.fixture(scope="module")
def server(indexed: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a service, for read-only tests."""
    with hosted(indexed, tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def client(server: str) -> Iterator[Client]:
    with Client(server) as client:
        yield client
