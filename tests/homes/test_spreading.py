"""Embedding on Ray: the same index, with nothing lost or doubled when workers or drivers die."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from index_doubles import World, page

from mlsurvey.errors import EngineError, UsageError
from mlsurvey.index.spread import SpreadEmbedder, _cluster

needs_ray = pytest.mark.skipif(
    not find_spec("ray"), reason="ray is not installed; type: pip install 'mlsurvey[cluster]'"
)
DIMENSION = 32
WORKERS = 2


def maker(deaths: Path | None = None) -> Any:
    """What makes the embedder of a worker; each file in ``deaths`` kills one worker as it embeds."""

    class Local:  # sent to the workers by value
        id, dimension, device, portion = "hash", DIMENSION, "cpu", 64

        def embed(self, texts: Sequence[str]) -> Any:
            if deaths and (left := sorted(deaths.iterdir())):
                left[0].unlink(missing_ok=True)
                os.kill(os.getpid(), signal.SIGKILL)
            rows = np.stack([random_row(text) for text in texts])
            return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def random_row(text: str) -> Any:
        return np.array([random.Random(f"{text}/{n}").uniform(-1, 1) for n in range(DIMENSION)], dtype=np.float32)

    return Local


@pytest.fixture(scope="module")
def ray() -> Iterator[None]:
    """One cluster of this machine for all tests."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    ray.init(num_cpus=WORKERS + 1, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@needs_ray
@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # those of Ray about itself
@pytest.mark.usefixtures("ray")
def test_workers_that_die_lose_and_double_nothing(world: World, tmp_path: Path) -> None:
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    for number in range(3):
        (deaths / f"{number}").touch()
    for number in range(40):
        world.write(f"n{number}.md", page(f"word{number}", f"other{number}"))
    report = world.refresh(lambda: SpreadEmbedder(maker(deaths), "hash", DIMENSION, workers=WORKERS))
    assert not list(deaths.iterdir())
    assert (report.embedded, report.passages) == (report.passages, 40)
    make = maker()
    with world.snapshot() as snapshot:
        ids = [int(one) for one in snapshot.select(filters_of_all())]
        wanted = make().embed([passage.embedding_text for passage in snapshot.passages(ids)])
        assert snapshot.vectors(ids) == pytest.approx(wanted, abs=1e-5)


def filters_of_all() -> Any:
    from mlsurvey.types import Filters

    return Filters(paths=("*",))


def test_another_place_to_embed_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--on 'spark' is unknown; type --on ray, or the address of a cluster"):
        SpreadEmbedder(maker(), "hash", DIMENSION, on="spark")


@needs_ray
@pytest.mark.filterwarnings("default")
def test_this_machine_is_used_whatever_cluster_is_running(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    monkeypatch.setattr("ray.init", lambda **options: asked.update(options))
    monkeypatch.setattr("ray.shutdown", lambda: None)
    with _cluster("ray", WORKERS):
        assert (asked["address"], asked["num_cpus"]) == ("local", WORKERS + 1)
    asked.clear()
    with _cluster("ray://head:10001", WORKERS):
        assert (asked["address"], asked.get("num_cpus")) == ("ray://head:10001", None)


def test_without_ray_the_extra_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    world.write("a.md", page("one"))
    with pytest.raises(EngineError, match=r"--on ray needs the package ray.* pip install 'mlsurvey\[cluster\]'"):
        world.refresh(lambda: SpreadEmbedder(maker(), "hash", DIMENSION, workers=1))
