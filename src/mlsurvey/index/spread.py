"""Embeds on the workers of a Ray cluster, or on several of this machine.

Ray Data hands batches of texts to a pool of actors, each with its own model, and gives back vectors as they are made,
in any order. What a worker had that dies is given to another. What has come back is written by the process that
refreshes, at the latest every :data:`mlsurvey.index.embed.CHECKPOINT_SECONDS`: if it dies, the next refresh finds what
it wrote and embeds the rest. A vector is stored under the digest of its text, so none is doubled.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlsurvey.embedding.cores import cores
from mlsurvey.errors import EngineError, UsageError, needing
from mlsurvey.index.engine import Embedder

LOCAL = "ray"
_BATCH = 256
"""Texts that a worker embeds at once."""
_BLOCK = 1_024
"""Texts that a worker is given at once: what its death costs."""
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DISABLE_IMPORT_WARNING": "1"}
"""Ray reports its use over the network unless told not to."""

Made = tuple[list[str], NDArray[np.float32]]


class SpreadEmbedder:
    """An embedder of many workers, see :class:`mlsurvey.index.embed.Streaming`.

    Args:
        make: makes the embedder of one worker, there; sent by value.
        identity: of the embedder that it makes.
        dimension: of its vectors.
        on: ``ray`` for this machine, or the address of a cluster, such as ``ray://head:10001``.
        workers: number of workers; one for each core by default.
        gpus: GPUs that each worker takes.

    Raises:
        UsageError: ``on`` is neither.
    """

    portion = _BATCH

    def __init__(
        self,
        make: Callable[[], Embedder],
        identity: str,
        dimension: int,
        *,
        on: str = LOCAL,
        workers: int | None = None,
        gpus: float = 0.0,
    ) -> None:
        if on != LOCAL and not on.startswith("ray://"):
            raise UsageError(
                f"--on {on!r} is unknown; type --on ray, or the address of a cluster: --on ray://head:10001"
            )
        self.id, self.dimension = identity, dimension
        self._make, self._on, self._gpus = make, on, gpus
        self.workers = workers or max(1, cores())
        self.device = f"{self.workers} workers of {on}"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, shape (n, dimension), in the order of the texts."""
        found: dict[str, NDArray[np.float32]] = {}
        for keys, rows in self.stream([(str(n), text) for n, text in enumerate(texts)]):
            found |= dict(zip(keys, rows, strict=True))
        rows = np.array([found[str(n)] for n in range(len(texts))], dtype=np.float32)
        return rows.reshape(len(texts), self.dimension)

    def stream(self, items: Sequence[tuple[str, str]]) -> Iterator[Made]:
        """Yield the vectors of pairs (key, text) as they are made, in any order.

        Raises:
            EngineError: Ray is not installed or cannot be reached, or a batch failed on every worker.
        """
        with _cluster(self._on, self.workers) as ray:
            yield from self._streamed(ray, items)

    def _streamed(self, ray: Any, items: Sequence[tuple[str, str]]) -> Iterator[Made]:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        rows = [{"key": key, "text": text} for key, text in items]
        blocks = max(self.workers, -(-len(rows) // _BLOCK))
        texts = ray.data.from_items(rows, override_num_blocks=min(blocks, len(rows)))
        made = texts.map_batches(
            _Worker,
            fn_constructor_args=(self._make, self.id),
            batch_size=_BATCH,
            compute=ray.data.ActorPoolStrategy(size=self.workers),
            num_cpus=1,
            num_gpus=self._gpus,
        )
        try:
            for batch in made.iter_batches(batch_size=None, batch_format="numpy"):
                yield [str(key) for key in batch["key"]], np.stack(batch["vector"]).astype(np.float32)
        except (ray.exceptions.RayError, OSError) as error:
            first = str(error).strip().split("\n")[-1][:200]
            raise EngineError(f"embedding on {self._on} failed ({first})") from error


class _Worker:
    """One worker, with its own model."""

    def __init__(self, make: Callable[[], Embedder], identity: str) -> None:
        self._embedder = make()
        if self._embedder.id != identity:
            raise EngineError(f"a worker has the embedder {self._embedder.id}, not {identity}; install the same there")

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        """The vectors of a batch of texts."""
        rows = self._embedder.embed([str(text) for text in batch["text"]])
        return {"key": batch["key"], "vector": np.asarray(rows, dtype=np.float32)}


@contextmanager
def _cluster(on: str, workers: int) -> Iterator[Any]:
    """Ray, connected; a cluster of this machine ends with the work."""
    os.environ.update({name: value for name, value in _QUIET.items() if name not in os.environ})
    with needing("cluster", f"--on {on}"):
        import ray
        import ray.data
    is_ours = not ray.is_initialized()
    if is_ours:
        # "local", since without an address Ray joins a cluster that is running here or named in RAY_ADDRESS
        ours = {"address": "local", "num_cpus": workers + 1, "include_dashboard": False}
        place = ours if on == LOCAL else {"address": on}
        try:
            ray.init(**place, log_to_driver=False, logging_level=logging.ERROR)
        except Exception as error:  # whatever its transport raises
            raise EngineError(
                f"Ray at {on} does not answer ({type(error).__name__}); start a cluster (ray start --head), or type:"
                " mlsurvey refresh --on ray"
            ) from error
    try:
        yield ray
    finally:
        if is_ours:
            ray.shutdown()
