from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlsurvey.syncing.fetch import Limits
from mlsurvey.syncing.sources import Source
from mlsurvey.syncing.sync import Hosts, Outcome, sync

from .upstream import Upstream, running

QUICK = Limits(
    document=20_000,
    package=200_000,
    unpacked=2_000_000,
    connect=2.0,
    silence=0.4,
    total=1.5,
    attempts=3,
    backoff=0.01,
    longest_pause=1.5,
    redirects=3,
    at_once=3,
)
BURN = Source(slug="burn", licence="MIT", repository="tracel-ai/burn", paths=("README.md",))
README = "/tracel-ai/burn/HEAD/README.md"
PLACE = "upstream/rust/burn/README.md"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running() as server:
        yield server


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def fetch(upstream: Upstream, corpus: Path) -> Callable[..., dict[str, Outcome]]:
    """One run over the given sources; returns outcomes by path."""

    def fetch(*sources: Source, limits: Limits = QUICK) -> dict[str, Outcome]:
        hosts = Hosts(upstream.base, f"{upstream.base}/npm", f"{upstream.base}/py")
        languages = {"burn": "rust", "ml5-js": "javascript", "numpy": "python"}
        report = sync(corpus, sources or (BURN,), languages, hosts, limits=limits)
        return {outcome.path: outcome for outcome in report.outcomes}

    return fetch
