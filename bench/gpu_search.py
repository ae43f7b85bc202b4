"""Search part of the GPU benchmark: exact search with torch, and FAISS's GPU indexes, over generated vectors."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gpu_report import Report, timed
from numpy.typing import NDArray

try:
    import faiss
except ModuleNotFoundError:
    faiss = None

DIMENSION = 384
BATCHES = (1, 32, 1024)
K = 10
CANDIDATES = 100  # returned by a compressed index for exact rescoring
ENOUGH = 0.98  # recall at which tuning stops
GAIN = 0.005  # minimum recall gained by more effort
CHUNK = 1 << 20  # vectors generated at a time
SCORES = 1 << 28  # scores that torch holds at a time: 1 GiB
SPREAD = 0.7  # length of the noise around a centre of length 1: cosines of about 0.67 within a cluster
TRAINED_ON = 64  # training vectors per list of an IVF

Found = tuple[NDArray[np.float32], NDArray[np.int64]]
Search = Callable[[NDArray[np.float32], int], Found]


@dataclass(frozen=True)
class Data:
    """Unit vectors and queries near some of them, with the exact answers."""

    rows: NDArray[np.float32]
    queries: NDArray[np.float32]
    truth: NDArray[np.int64]


@dataclass(frozen=True)
class Index:
    """A searchable index; ``efforts`` are tried in turn until recall reaches :data:`ENOUGH`."""

    search: Search
    name: str
    efforts: Sequence[int] = ()
    try_effort: Callable[[int], None] = field(default=lambda effort: None)


def measure(report: Report, sizes: Sequence[int], cuda: bool, runs: int) -> None:
    """Measure every system at every size that memory and time allow."""
    if faiss is None:
        report.note("faiss is not installed, so torch alone searches; for the rest: pip install faiss-gpu")
    elif cuda and not _has_gpu():
        report.note(f"faiss {faiss.__version__} here is a build without GPU support; type: pip install faiss-gpu")
    for size in sizes:
        if report.has_time(20 + size / 2e5, f"search among {size:,} vectors") and _has_room(report, size, cuda):
            _measure_size(report, size, "cuda" if cuda else "cpu", runs)
            gc.collect()
            torch.cuda.empty_cache()


def _measure_size(report: Report, size: int, device: str, runs: int) -> None:
    data = with_truth(report, size, device, runs)
    torch.cuda.empty_cache()
    if faiss is None:
        return
    reference = None
    if 1.2 * data.rows.nbytes < _available():
        reference = _flat_on_cpu(report, data, runs)
    for name, build in _systems(size, device):
        if report.has_time(15 + size / 1.5e5, f"{name} among {size:,} vectors"):
            _measure_index(report, name, build, data, reference, runs)


def _measure_index(
    report: Report, name: str, build: Callable[[Data], Index], data: Data, reference: Found | None, runs: int
) -> None:
    """Measure one index from build to recall. Failures of this FAISS build or card become notes."""
    before, started = _gpu_used(), time.perf_counter()
    try:
        index = build(data)
        seconds, used = time.perf_counter() - started, _gpu_used() - before
        label = f"{name}{_tuned(index, data)}"
        report.add("search: build", len(data.rows), label, [seconds], "s")
        if used > 0:
            report.add("search: GPU memory", len(data.rows), label, [used / 1e9], "GB")
        measure_speed(report, label, index.search, data, runs)
        if reference is not None and "Flat fp32" in name and "IVF" not in name:
            same = agreement(index.search(data.queries[: len(reference[1])], K), reference)
            report.add("search: same as FAISS on the CPU, but for ties", len(data.rows), label, [same], "")
    except (RuntimeError, AttributeError, TypeError, MemoryError) as error:
        report.note(f"{name} among {len(data.rows):,} vectors failed: {str(error).strip()[:300]}")
    finally:
        index = None
        gc.collect()


def measure_speed(report: Report, label: str, search: Search, data: Data, runs: int) -> None:
    for batch in BATCHES:
        queries = data.queries[:batch]
        taken = timed(lambda queries=queries: search(queries, K), runs * (10 if batch == 1 else 3), 6.0)
        report.add(f"search, {batch} at a time", len(data.rows), label, [batch / s for s in taken], "queries/s")
        report.add(f"search, {batch} at a time", len(data.rows), label, [1000 * s for s in taken], "ms")
    report.add("search: recall@10", len(data.rows), label, [recall(search(data.queries, K)[1], data.truth)], "")


def recall(found: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    """Share of the true ids found."""
    return float(np.mean([len(np.intersect1d(f, t)) / len(t) for f, t in zip(found, truth, strict=True)]))


def agreement(found: Found, reference: Found) -> float:
    """Share of positions with the same id, or with a score that differs only by rounding."""
    (scores, ids), (expected_scores, expected) = found, reference
    return float(np.mean((ids == expected) | (np.abs(scores - expected_scores) <= 1e-5)))


# Vectors and exact answers


class Clusters:
    """Unit vectors around centres, deterministic for a given size and device type."""

    def __init__(self, size: int, device: str) -> None:
        self.size = size
        self.device = device
        self.centres = _unit(torch.randn(max(16, min(size // 256, 8192)), DIMENSION, **self._source(0)))

    def chunks(self) -> Iterator[torch.Tensor]:
        """The vectors to search."""
        for start in range(0, self.size, CHUNK):
            yield self._some(min(CHUNK, self.size - start), start + 1)

    def queries(self) -> NDArray[np.float32]:
        """As many queries as the largest batch, none of them among the searched vectors."""
        return self._some(max(BATCHES), self.size + 1).cpu().numpy()

    def _some(self, count: int, seed: int) -> torch.Tensor:
        source = self._source(seed)
        of = torch.randint(len(self.centres), (count,), **source)
        noise = torch.randn(count, DIMENSION, **source)
        return _unit(self.centres[of] + noise * (SPREAD / DIMENSION**0.5))

    def _source(self, seed: int) -> dict[str, Any]:
        return {"device": self.device, "generator": torch.Generator(device=self.device).manual_seed(seed)}


def _unit(rows: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(rows, dim=1)


def with_truth(report: Report, size: int, device: str, runs: int) -> Data:
    """The vectors and their exact answers; also measures torch's search on the device."""
    rows, placed = np.empty((size, DIMENSION), dtype=np.float32), torch.empty(size, DIMENSION, device=device)
    clusters = Clusters(size, device)
    for number, chunk in enumerate(clusters.chunks()):
        place = slice(number * CHUNK, number * CHUNK + len(chunk))
        placed[place] = chunk
        rows[place] = chunk.cpu().numpy()
    queries = clusters.queries()
    data = Data(rows, queries, exact_search(placed)(queries, K)[1])
    measure_speed(report, f"torch, exact, fp32, {device}", exact_search(placed), data, runs)
    if device == "cuda":
        measure_speed(report, "torch, matrix product in fp16, cuda", exact_search(placed.half()), data, runs)
    return data


def exact_search(placed: torch.Tensor) -> Search:
    """Search by all inner products, in chunks that fit in memory, merging the best of each chunk."""

    def search(queries: NDArray[np.float32], k: int) -> Found:
        asked = torch.from_numpy(queries).to(placed.device, placed.dtype)
        step = max(k, SCORES // len(queries))
        parts = []
        for start in range(0, len(placed), step):
            chunk = placed[start : start + step]
            scores, ids = (asked @ chunk.T).topk(min(k, len(chunk)), dim=1)
            parts.append((scores, ids + start))
        scores, ids = (torch.cat(columns, dim=1) for columns in zip(*parts, strict=True))
        best, order = scores.topk(k, dim=1)
        return best.float().cpu().numpy(), ids.gather(1, order).cpu().numpy()

    return search


# FAISS


def _systems(size: int, device: str) -> Iterator[tuple[str, Callable[[Data], Index]]]:
    """Names and builders of the indexes that this FAISS can build on the device."""
    lists = 2 ** round(math.log2(4 * math.sqrt(size)))
    if device == "cuda" and not _has_gpu():
        return
    where = "GPU" if device == "cuda" else "CPU"
    if device == "cuda":
        yield f"faiss {where} Flat fp32", _factory("Flat", device)
        yield f"faiss {where} Flat fp16", _factory("Flat", device, fp16=True)
    yield f"faiss {where} IVF{lists} Flat fp32", _factory(f"IVF{lists},Flat", device)
    yield f"faiss {where} IVF{lists} SQ8", _factory(f"IVF{lists},SQ8", device)
    yield f"faiss {where} IVF{lists} SQ8, re-ranked", _factory(f"IVF{lists},SQ8", device, rerank=True)
    if device == "cuda":  # training a product quantizer takes minutes on a CPU
        pq = _factory(f"IVF{lists},PQ48", device, fp16=True, rerank=True)
        yield f"faiss {where} IVF{lists} PQ48 fp16, re-ranked", pq
        yield f"faiss {where} CAGRA", _cagra


def _factory(key: str, device: str, *, fp16: bool = False, rerank: bool = False) -> Callable[[Data], Index]:
    """A builder of the index with FAISS factory string ``key``, moved to the GPU by FAISS's own cloner."""

    def build(data: Data) -> Index:
        index = faiss.index_factory(DIMENSION, key, faiss.METRIC_INNER_PRODUCT)
        resources = None
        if device == "cuda":
            resources = faiss.StandardGpuResources()
            index = faiss.downcast_index(faiss.index_cpu_to_gpu(resources, 0, index, _options(key, fp16)))
        if not index.is_trained:
            index.train(data.rows[:: max(1, len(data.rows) // (TRAINED_ON * index.nlist))])
        index.add(data.rows)

        def search(queries: NDArray[np.float32], k: int, keep: Any = resources) -> Found:
            if not rerank:
                return index.search(queries, k)
            return _reranked(data.rows, queries, index.search(queries, CANDIDATES)[1], k)

        if not hasattr(index, "nprobe"):
            return Index(search, key)
        return Index(search, key, (4, 8, 16, 32, 64, 128, 256), lambda probes: setattr(index, "nprobe", probes))

    return build


def _options(key: str, fp16: bool) -> Any:
    options = faiss.GpuClonerOptions()
    options.useFloat16 = fp16
    if "SQ" in key:  # cuVS has no scalar quantizer, and the cloner fails instead of falling back
        options.use_cuvs = False
    return options


def _cagra(data: Data) -> Index:
    """The graph index of cuVS, with squared distance, which ranks unit vectors like the inner product."""
    if not hasattr(faiss, "GpuIndexCagra"):
        raise AttributeError("this build of FAISS has no cuVS, which CAGRA is part of")
    resources = faiss.StandardGpuResources()
    index = faiss.GpuIndexCagra(resources, DIMENSION, faiss.METRIC_L2)
    index.train(data.rows)
    parameters = faiss.SearchParametersCagra()

    def search(queries: NDArray[np.float32], k: int, keep: Any = resources) -> Found:
        return index.search(queries, k, params=parameters)

    return Index(search, "CAGRA", (32, 64, 128, 256, 512), lambda kept: setattr(parameters, "itopk_size", kept))


def _reranked(rows: NDArray[np.float32], queries: NDArray[np.float32], ids: NDArray[np.int64], k: int) -> Found:
    """The best k candidates by exact inner product; the vectors are read from main memory."""
    scores = np.einsum("qcd,qd->qc", rows[ids], queries)
    scores[ids < 0] = -np.inf
    order = np.argsort(-scores, axis=1)[:, :k]
    return np.take_along_axis(scores, order, 1), np.take_along_axis(ids, order, 1)


def _tuned(index: Index, data: Data) -> str:
    """Set the lowest effort with sufficient recall, or the last that improved it; returns its name for the label."""
    reached, label = -1.0, ""
    for effort in index.efforts:
        index.try_effort(effort)
        now, before = recall(index.search(data.queries, K)[1], data.truth), reached
        reached, label = now, f", effort {effort}"
        if now >= ENOUGH or now - before < GAIN:
            break
    return label


def _flat_on_cpu(report: Report, data: Data, runs: int) -> Found:
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(data.rows)
    label = f"faiss CPU Flat, {faiss.omp_get_max_threads()} threads"
    for batch in BATCHES[:2]:
        taken = timed(lambda batch=batch: index.search(data.queries[:batch], K), runs, 10.0)
        report.add(f"search, {batch} at a time", len(data.rows), label, [batch / s for s in taken], "queries/s")
        report.add(f"search, {batch} at a time", len(data.rows), label, [1000 * s for s in taken], "ms")
    scores, ids = index.search(data.queries[: BATCHES[1]], K)
    same = recall(ids, data.truth[: len(ids)])
    report.add("search: recall@10", len(data.rows), label, [same], "")
    return scores, ids


def _has_gpu() -> bool:
    return hasattr(faiss, "StandardGpuResources") and faiss.get_num_gpus() > 0


def _has_room(report: Report, size: int, cuda: bool) -> bool:
    """Whether the vectors fit: twice in main memory, and on the GPU with a 16-bit copy and the scores."""
    here = _available()
    need = size * DIMENSION * 4
    there = torch.cuda.mem_get_info()[0] if cuda else here
    if 2 * need < here and 1.5 * need + 4e9 * cuda < there:
        return True
    report.note(f"left out for lack of memory: {size:,} vectors ({here / 1e9:.0f} GB here, {there / 1e9:.0f} GB there)")
    return False


def _available() -> float:
    """Available main memory in bytes, including file caches."""
    info = Path("/proc/meminfo").read_text().splitlines()
    return next(1024 * float(line.split()[1]) for line in info if line.startswith("MemAvailable:"))


def _gpu_used() -> int:
    """Bytes in use on the first GPU, by any library."""
    if not torch.cuda.is_available():
        return 0
    torch.cuda.synchronize()
    torch.cuda.empty_cache()
    free, total = torch.cuda.mem_get_info()
    return total - free
