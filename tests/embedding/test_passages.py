from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from mlsurvey.embedding import models
from mlsurvey.embedding.passages import PassageEmbedder, choose_device
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.errors import EngineError

TEXTS = sample_texts(20)
HOSTILE = ["", "   \n\t", "\x00\x01\x02\x7f", "\u202e\u200b\ufeff", "🙂" * 300, "[CLS] [SEP] [MASK]", "a" * 1_000_000]


@pytest.fixture(scope="module")
def embedder() -> Iterator[PassageEmbedder]:
    yield PassageEmbedder(models.DEFAULT_MODEL, "cpu")


def test_it_says_what_it_is(embedder: PassageEmbedder) -> None:
    assert embedder.id == f"{models.model_id(models.DEFAULT_MODEL)}:fp32"
    assert (embedder.device, embedder.precision, embedder.dimension) == ("cpu", "fp32", 384)


def test_rows_are_float32_of_length_one(embedder: PassageEmbedder) -> None:
    rows = embedder.embed(TEXTS)
    assert (rows.shape, rows.dtype) == ((len(TEXTS), 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert embedder.embed([]).shape == (0, 384)


def test_meaning_decides_the_cosine(embedder: PassageEmbedder) -> None:
    gpu, cuda, licence = embedder.embed(
        ["It trains on the GPU.", "Training runs on NVIDIA graphics cards.", "It is under the MIT licence."]
    )
    assert gpu @ cuda > 0.6 > 0.3 > gpu @ licence


def test_known_vectors_stay(embedder: PassageEmbedder) -> None:
    """The published model's figures for this sentence; another result means another model."""
    (row,) = embedder.embed(["This is an example sentence"])
    np.testing.assert_allclose(row[:4], [0.067657, 0.063496, 0.048713, 0.079305], atol=2e-5)


def test_a_text_has_the_same_vector_in_any_company(embedder: PassageEmbedder) -> None:
    together = embedder.embed(TEXTS)
    backwards = embedder.embed(TEXTS[::-1])[::-1]
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(together, backwards, atol=1e-5)
    np.testing.assert_allclose(together, alone, atol=1e-5)


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


def test_bf16_keeps_the_vectors(embedder: PassageEmbedder) -> None:
    short = PassageEmbedder(models.DEFAULT_MODEL, "cpu", "bf16")
    rows = short.embed(TEXTS)
    assert short.id.endswith(":bf16")
    assert rows.dtype == np.float32
    assert np.sum(rows * embedder.embed(TEXTS), axis=1).min() >= models.MIN_BF16_COSINE


def test_a_full_gpu_halves_the_batch_and_loses_nothing(
    embedder: PassageEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, encode, sizes = embedder.embed(TEXTS), embedder._model.encode_document, []

    def small_memory(batch: list[str], **options: object) -> object:
        sizes.append(len(batch))
        if len(batch) > 5:
            raise torch.OutOfMemoryError
        return encode(batch, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(embedder._model, "encode_document", small_memory)
    monkeypatch.setattr(embedder, "_batch", 16)
    np.testing.assert_allclose(embedder.embed(TEXTS), expected, atol=1e-5)
    assert sizes[:3] == [16, 8, 4]


def test_a_device_that_is_not_here_is_refused() -> None:
    with pytest.raises(EngineError, match=r"'tpu' is not here.*cpu"):
        choose_device("tpu")


def test_auto_finds_a_device() -> None:
    assert choose_device("auto") in ("cuda", "mps", "cpu")


@pytest.mark.gpu
def test_the_gpu_gives_the_same_vectors(embedder: PassageEmbedder) -> None:
    if not torch.cuda.is_available():
        pytest.skip("torch sees no CUDA device here")
    on_gpu = PassageEmbedder(models.DEFAULT_MODEL, "cuda").embed(TEXTS)
    assert np.sum(on_gpu * embedder.embed(TEXTS), axis=1).min() >= 0.9999


def test_broken_weights_are_named(tmp_path: Path) -> None:
    whole = models.locate(models.DEFAULT_MODEL)
    broken = tmp_path / "broken"
    shutil.copytree(whole, broken, ignore=shutil.ignore_patterns("model.safetensors"))
    (broken / "model.safetensors").write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00{cut off")
    with pytest.raises(EngineError, match="cannot load the model"):
        PassageEmbedder(str(broken), "cpu")
