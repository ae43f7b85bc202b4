from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.api.conftest import client_of

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client(indexed: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service as a browser sees it, for read-only tests."""
    with client_of(indexed, tmp_path_factory.mktemp("service")) as client:
        client.headers.update(BROWSER)
        yield client
