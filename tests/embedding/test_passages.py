from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mlsurvey.embedding import batches, models, passages
from mlsurvey.embedding.passages import PassageEmbedder, choose_device, unit_rows
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.errors import EngineError

TEXTS = sample_texts(20)
HOSTILE = ["", "   \n\t", "\x00\x01\x02\x7f", "\u202e\u200b\ufeff", "🙂" * 300, "[CLS] [SEP] [MASK]", "a" * 1_000_000]


@pytest.fixture(scope="module")
def embedder() -> Iterator[PassageEmbedder]:
    yield PassageEmbedder(models.DEFAULT_MODEL, "cpu")


@pytest.fixture(scope="module")
def expected(embedder: PassageEmbedder) -> NDArray[np.float32]:
    """The rows of the texts, embedded as usual."""
    return embedder.embed(TEXTS)


def test_it_says_what_it_is(embedder: PassageEmbedder) -> None:
    assert embedder.id == f"{models.model_id(models.DEFAULT_MODEL)}:fp32"
    assert (embedder.device, embedder.precision, embedder.dimension) == ("cpu", "fp32", 384)


def test_rows_are_float32_of_length_one(embedder: PassageEmbedder, expected: NDArray[np.float32]) -> None:
    assert (expected.shape, expected.dtype) == ((len(TEXTS), 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(expected, axis=1), 1, atol=1e-6)
    assert embedder.embed([]).shape == (0, 384)


def test_meaning_decides_the_cosine(embedder: PassageEmbedder) -> None:
    gpu, cuda, licence = embedder.embed(
        ["It trains on the GPU.", "Training runs on NVIDIA graphics cards.", "It is under the MIT licence."]
    )
    assert gpu @ cuda > 0.6 > 0.3 > gpu @ licence


def test_known_vectors_stay(embedder: PassageEmbedder) -> None:
    """The published model's values for this sentence; a different result means a different model."""
    (row,) = embedder.embed(["This is an example sentence"])
    np.testing.assert_allclose(row[:4], [0.067657, 0.063496, 0.048713, 0.079305], atol=2e-5)


def test_a_text_has_the_same_vector_in_any_company(embedder: PassageEmbedder, expected: NDArray[np.float32]) -> None:
    backwards = embedder.embed(TEXTS[::-1])[::-1]
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(expected, backwards, atol=1e-5)
    np.testing.assert_allclose(expected, alone, atol=1e-5)


def test_progress_adds_up_to_the_number_of_texts(embedder: PassageEmbedder) -> None:
    told: list[int] = []
    embedder.embed(TEXTS, told.append)
    assert sum(told) == len(TEXTS)
    assert len(told) > 1


def test_a_text_beyond_the_limit_is_cut_there(embedder: PassageEmbedder) -> None:
    at_limit, beyond = embedder.embed(["gpu " * 254, "gpu " * 254 + "licence " * 500])
    np.testing.assert_allclose(at_limit, beyond, atol=1e-5)


def test_hostile_texts_have_finite_unit_vectors(embedder: PassageEmbedder) -> None:
    rows = embedder.embed(HOSTILE)
    assert np.isfinite(rows).all()
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


@pytest.mark.slow
def test_bf16_keeps_the_vectors(embedder: PassageEmbedder) -> None:
    short = PassageEmbedder(models.DEFAULT_MODEL, "cpu", "bf16")
    rows = short.embed(TEXTS)
    assert short.id.endswith(":bf16")
    assert rows.dtype == np.float32
    assert np.sum(rows * embedder.embed(TEXTS), axis=1).min() >= models.MIN_BF16_COSINE


def test_the_vectors_are_those_of_sentence_transformers(embedder: PassageEmbedder) -> None:
    texts = [*TEXTS, *HOSTILE]
    expected = unit_rows(embedder._model.encode_document(texts, batch_size=4, show_progress_bar=False))
    np.testing.assert_allclose(embedder.embed(texts), expected, atol=1e-5)


@pytest.mark.parametrize("budget", [1, 100, 1000, 50_000])
def test_any_budget_gives_the_same_rows(
    embedder: PassageEmbedder, expected: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    monkeypatch.setattr(embedder, "_budget", budget)
    np.testing.assert_allclose(embedder.embed(TEXTS), expected, atol=1e-5)


def test_many_windows_give_the_same_rows(
    embedder: PassageEmbedder, expected: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "WINDOW", 3)
    np.testing.assert_allclose(embedder.embed(TEXTS), expected, atol=1e-5)


def test_rows_that_are_fetched_together_keep_their_places(
    embedder: PassageEmbedder, expected: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Done on a GPU to save copies; here with the CPU's vectors."""
    monkeypatch.setitem(passages._TOGETHER, "cpu", 3)
    monkeypatch.setattr(embedder, "_budget", 300)
    np.testing.assert_allclose(embedder.embed(TEXTS), expected, atol=1e-5)


def test_padding_to_a_multiple_changes_no_row(
    embedder: PassageEmbedder, expected: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(passages._MULTIPLE, "cpu", 8)
    np.testing.assert_allclose(embedder.embed(TEXTS), expected, atol=1e-5)


def test_a_full_gpu_halves_the_budget_and_loses_nothing(
    embedder: PassageEmbedder, expected: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lack of memory is simulated; the test checks that work continues in halves."""
    forward, sizes = embedder._forward, []

    def small_memory(ids: np.ndarray, mask: np.ndarray) -> torch.Tensor:
        sizes.append(ids.size)
        if ids.size > 600:
            raise torch.OutOfMemoryError
        return forward(ids, mask)

    monkeypatch.setattr(embedder, "_forward", small_memory)
    monkeypatch.setattr(embedder, "_budget", 2048)
    np.testing.assert_allclose(embedder.embed(TEXTS), expected, atol=1e-5)
    assert sizes[0] > sizes[1] > 600 >= max(sizes[2:])
    assert embedder._budget <= 600


def test_a_gpu_without_room_for_one_text_is_told(embedder: PassageEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(ids: np.ndarray, mask: np.ndarray) -> torch.Tensor:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(embedder, "_forward", no_memory)
    monkeypatch.setattr(embedder, "_budget", 512)
    with pytest.raises(EngineError, match="too little memory for one passage; set device = cpu"):
        embedder.embed(TEXTS)


def test_a_prompt_stands_before_every_passage(tmp_path: Path) -> None:
    """A model with a prompt for documents, which it excludes from pooling."""
    folder = Path(shutil.copytree(models.locate(models.DEFAULT_MODEL), tmp_path / "prompted"))
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {"document": "passage of a survey: "}}')
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling | {"include_prompt": False}))
    prompted = PassageEmbedder(str(folder), "cpu")
    expected = unit_rows(prompted._model.encode_document(TEXTS, batch_size=4, show_progress_bar=False))
    np.testing.assert_allclose(prompted.embed(TEXTS), expected, atol=1e-5)


def test_a_tokenizer_that_reads_otherwise_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(models.locate(models.DEFAULT_MODEL), tmp_path / "cased"))
    config = json.loads((folder / "tokenizer.json").read_text())
    config["normalizer"] |= {"lowercase": False}
    (folder / "tokenizer.json").write_text(json.dumps(config))
    shouting = PassageEmbedder(models.DEFAULT_MODEL, "cpu")._model
    with pytest.raises(EngineError, match=r"differently from its tokenizer\.json"):
        passages._reader(str(folder), shouting)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.slow
def test_half_the_bits_keep_the_vectors(embedder: PassageEmbedder, dtype: torch.dtype) -> None:
    """The CUDA configuration, here on the CPU: 16 bits in the transformer, 32 in pooling and normalising."""
    seen: list[torch.dtype] = []
    halved = PassageEmbedder(models.DEFAULT_MODEL, "cpu")
    passages.halve(halved._model, dtype)
    halved._model[1].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]["token_embeddings"].dtype))
    rows = halved.embed(TEXTS)
    assert next(halved._model[0].parameters()).dtype == dtype
    assert set(seen) == {torch.float32}
    assert np.sum(rows * embedder.embed(TEXTS), axis=1).min() >= models.MIN_BF16_COSINE


@pytest.mark.parametrize(("capability", "dtype"), [((7, 5), torch.float16), ((8, 0), torch.bfloat16)])
def test_a_card_without_bf16_takes_fp16(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], dtype: torch.dtype
) -> None:
    """Tests the choice only; no card is queried."""
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert passages.half_format("cuda") == dtype


def test_attention_is_torchs_own_kernel(embedder: PassageEmbedder) -> None:
    assert embedder._model.config._attn_implementation == "sdpa"


def test_cuda_without_a_number_is_every_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests the choice only; no GPU is queried."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert passages._gpus("cuda") == ["cuda:0", "cuda:1"]
    assert passages._gpus("cuda:1") == ["cuda:1"]
    assert passages._gpus("cpu") == ["cpu"]


@pytest.mark.slow
def test_a_pool_of_processes_gives_the_same_rows(embedder: PassageEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool is real, although its processes share the CPU instead of having a GPU each."""
    expected = embedder.embed(TEXTS)
    monkeypatch.setattr(passages, "POOL_FROM", len(TEXTS))
    monkeypatch.setattr(passages, "_gpus", lambda device: ["cpu", "cpu"])
    shared, told = PassageEmbedder(models.DEFAULT_MODEL, "cpu"), []
    np.testing.assert_allclose(shared.embed(TEXTS, told.append), expected, atol=1e-5)
    np.testing.assert_allclose(shared.embed(TEXTS), expected, atol=1e-5)
    assert told == [len(TEXTS)]
    processes = shared._pool["processes"]
    assert len(processes) == 2
    shared._closing()
    with pytest.raises(ValueError, match="closed"):
        processes[0].is_alive()


def test_a_device_that_is_not_here_is_refused() -> None:
    with pytest.raises(EngineError, match=r"'tpu' is not available.*cpu"):
        choose_device("tpu")


def test_auto_finds_a_device() -> None:
    assert choose_device("auto") in ("cuda", "mps", "cpu")


@pytest.fixture
def cuda() -> str:
    if not torch.cuda.is_available():
        pytest.skip("torch sees no CUDA device here")
    return "cuda:0"


@pytest.mark.gpu
def test_the_gpu_gives_the_same_vectors(embedder: PassageEmbedder, cuda: str) -> None:
    on_gpu = PassageEmbedder(models.DEFAULT_MODEL, cuda).embed(TEXTS)
    assert np.sum(on_gpu * embedder.embed(TEXTS), axis=1).min() >= 0.9999


@pytest.mark.gpu
def test_half_the_bits_on_the_gpu_keep_the_vectors(embedder: PassageEmbedder, cuda: str) -> None:
    texts = sample_texts(5000)
    on_gpu = PassageEmbedder(models.DEFAULT_MODEL, cuda, "bf16")
    rows = on_gpu.embed(texts)
    assert next(on_gpu._model[0].parameters()).dtype in (torch.bfloat16, torch.float16)
    assert np.sum(rows[:200] * embedder.embed(texts[:200]), axis=1).min() >= models.MIN_BF16_COSINE
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


@pytest.mark.gpu
def test_a_gpu_that_really_is_full_loses_nothing(embedder: PassageEmbedder, cuda: str) -> None:
    on_gpu = PassageEmbedder(models.DEFAULT_MODEL, cuda, "bf16")
    on_gpu._budget = 1 << 40  # all windows in one batch, more than any card can hold at once
    texts = sample_texts(2000) * 20
    torch.cuda.set_per_process_memory_fraction(0.02, cuda)
    try:
        rows = on_gpu.embed(texts)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, cuda)
    assert on_gpu._budget < 1 << 40
    assert np.sum(rows[-200:] * embedder.embed(texts[-200:]), axis=1).min() >= models.MIN_BF16_COSINE


@pytest.mark.gpu
def test_two_gpus_share_the_texts(embedder: PassageEmbedder, cuda: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if torch.cuda.device_count() < 2:
        pytest.skip("torch sees one CUDA device only")
    monkeypatch.setattr(passages, "POOL_FROM", len(TEXTS))
    rows = PassageEmbedder(models.DEFAULT_MODEL, "cuda", "bf16").embed(TEXTS)
    assert np.sum(rows * embedder.embed(TEXTS), axis=1).min() >= models.MIN_BF16_COSINE


def test_broken_weights_are_named(tmp_path: Path) -> None:
    whole = models.locate(models.DEFAULT_MODEL)
    broken = tmp_path / "broken"
    shutil.copytree(whole, broken, ignore=shutil.ignore_patterns("model.safetensors"))
    (broken / "model.safetensors").write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00{cut off")
    with pytest.raises(EngineError, match="cannot load the model"):
        PassageEmbedder(str(broken), "cpu")
