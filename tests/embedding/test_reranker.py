from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from mlsurvey.embedding import models
from mlsurvey.embedding.reranker import Reranker
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.errors import EngineError

QUERY = "does it run on a gpu"
TEXTS = ["", "it runs on cuda", "the licence is mit", "a", *sample_texts(16)]


@pytest.fixture(scope="module")
def reranker(cross_encoder: Path) -> Reranker:
    return Reranker(str(cross_encoder), "cpu")


def judged_by_transformers(folder: Path, texts: list[str]) -> np.ndarray:
    """The model's own scores for each pair, without sentence-transformers."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        logits = [
            model(**tokenizer([QUERY], [text], truncation=True, max_length=128, return_tensors="pt")).logits[0, 0]
            for text in texts
        ]
    return torch.sigmoid(torch.stack(logits)).numpy()


def test_scores_are_the_models_own_between_nothing_and_one(reranker: Reranker, cross_encoder: Path) -> None:
    scores = reranker.scores(QUERY, TEXTS)
    assert (scores.shape, scores.dtype) == ((len(TEXTS),), np.float32)
    assert scores.min() >= 0 and scores.max() <= 1 and len(set(scores.tolist())) > 10
    np.testing.assert_allclose(scores, judged_by_transformers(cross_encoder, TEXTS), atol=1e-5)


def test_a_text_has_the_same_score_in_any_company(reranker: Reranker) -> None:
    together = reranker.scores(QUERY, TEXTS)
    np.testing.assert_allclose(reranker.scores(QUERY, TEXTS[::-1])[::-1], together, atol=1e-5)
    np.testing.assert_allclose([reranker.scores(QUERY, [text])[0] for text in TEXTS], together, atol=1e-5)
    assert reranker.scores(QUERY, []).shape == (0,)


def test_a_model_that_leaves_its_logits_raw_is_brought_to_the_same_range(
    reranker: Reranker, cross_encoder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(cross_encoder, tmp_path / "raw"))
    config = json.loads((folder / "config.json").read_text("utf-8"))
    raw = {"sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"}}
    (folder / "config.json").write_text(json.dumps({**config, **raw}), "utf-8")
    np.testing.assert_allclose(
        Reranker(str(folder), "cpu").scores(QUERY, TEXTS), reranker.scores(QUERY, TEXTS), atol=1e-6
    )


def test_a_missing_folder_is_named_with_what_to_do() -> None:
    with pytest.raises(EngineError, match=r"no folder \./nowhere; correct the setting `reranker`, or leave .* empty"):
        Reranker("./nowhere", "cpu")


def test_a_hub_model_that_cannot_be_fetched_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EngineError, match=r"the reranker 'nobody/nothing' is neither .* HF_HUB_OFFLINE=0.*`reranker`"):
        Reranker("nobody/nothing", "cpu")


def test_several_labels_are_refused(make_cross_encoder: Callable[[int], Path]) -> None:
    with pytest.raises(EngineError, match="gives 3 labels for a pair, not one score; choose a cross-encoder"):
        Reranker(str(make_cross_encoder(3)), "cpu")


def test_an_embedding_model_is_not_given_a_head_of_random_weights() -> None:
    with pytest.raises(EngineError, match=r"is not a cross-encoder .architecture: BertModel.; choose"):
        Reranker(str(models.locate(models.DEFAULT_MODEL)), "cpu")


def test_a_cross_encoder_that_sentence_transformers_wrote_is_taken(
    reranker: Reranker, cross_encoder: Path, tmp_path: Path
) -> None:
    CrossEncoder(str(cross_encoder), device="cpu").save_pretrained(str(tmp_path / "saved"))
    saved = Reranker(str(tmp_path / "saved"), "cpu")
    np.testing.assert_allclose(saved.scores(QUERY, TEXTS), reranker.scores(QUERY, TEXTS), atol=1e-6)


def test_a_folder_without_a_model_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"is not a cross-encoder .architecture: none named.; choose"):
        Reranker(str(tmp_path), "cpu")
    (tmp_path / "config.json").write_text("{", "utf-8")
    with pytest.raises(EngineError, match=r"config\.json cannot be read .*; choose"):
        Reranker(str(tmp_path), "cpu")


def test_broken_weights_are_an_error_with_the_folder(cross_encoder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(cross_encoder, tmp_path / "broken"))
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(EngineError, match=r"cannot be loaded from .*broken"):
        Reranker(str(folder), "cpu")
