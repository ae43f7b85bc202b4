from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mlsurvey.embedding import export as exporting
from mlsurvey.embedding import models
from mlsurvey.embedding.export import export
from mlsurvey.embedding.exported import CONFIG, GRAPH, TOKENIZER, read_config
from mlsurvey.embedding.passages import PassageEmbedder
from mlsurvey.embedding.questions import QuestionEncoder
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.embedding.unexported import UnexportedQuestions
from mlsurvey.errors import EngineError, StorageError


@pytest.mark.parametrize("is_carried", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_the_configuration_tells_what_was_exported(is_carried: bool, question_model: Path, tmp_path: Path) -> None:
    folder = question_model
    if not is_carried:
        folder = tmp_path / "model"
        export(models.DEFAULT_MODEL, folder)
        assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert {path.name for path in folder.iterdir()} == {GRAPH, TOKENIZER, CONFIG}
    config = read_config(folder)
    assert config.model == models.model_id(models.DEFAULT_MODEL)
    assert (config.dimension, config.max_tokens, config.prompt) == (384, 256, "")
    assert config.bf16_cosine >= models.MIN_BF16_COSINE
    assert config.passage_cosine >= models.MIN_PASSAGE_COSINE
    assert config.failure is None
    assert "torch" in config.made_with


@pytest.mark.slow
def test_pooling_and_prompt_are_the_models_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "CHECKED_TEXTS", 20)
    monkeypatch.setattr(exporting, "_CHECKED_AS_PASSAGES", 4)
    source = Path(shutil.copytree(models.locate(models.DEFAULT_MODEL), tmp_path / "source"))
    modes = {f"pooling_mode_{mode}": mode == "cls_token" for mode in ("cls_token", "mean_tokens", "max_tokens")}
    (source / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 384, **modes}))
    prompts = {"prompts": {"query": "query: ", "document": "query: "}}
    (source / "config_sentence_transformers.json").write_text(json.dumps(prompts))

    export(str(source), tmp_path / "model")

    texts = sample_texts(20)
    expected = PassageEmbedder(str(source), "cpu").embed(texts)
    other = PassageEmbedder(models.DEFAULT_MODEL, "cpu").embed(texts)
    rows = QuestionEncoder(tmp_path / "model").embed(texts)
    assert np.sum(rows * expected, axis=1).min() >= exporting.MIN_COSINE
    assert np.sum(rows * other, axis=1).max() < 0.999


@pytest.mark.slow
def test_a_graph_that_differs_is_left_out_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_CHECKED_AS_PASSAGES", 4)
    monkeypatch.setattr(exporting, "CHECKED_TEXTS", 3)
    monkeypatch.setattr(exporting, "MIN_COSINE", 1.1)
    export(models.DEFAULT_MODEL, tmp_path / "model")
    failure = read_config(tmp_path / "model").failure
    assert failure is not None and "different vectors" in failure
    assert not (tmp_path / "model" / GRAPH).exists()
    with pytest.raises(EngineError, match="type: mlsurvey refresh"):
        QuestionEncoder(tmp_path / "model")


def test_a_finished_export_replaces_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "left over").touch()
    monkeypatch.setattr(exporting, "_write", lambda name, draft: (draft / CONFIG).write_text("new"))
    export(models.DEFAULT_MODEL, folder)
    assert [path.name for path in folder.iterdir()] == [CONFIG]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_model_that_cannot_be_exported_still_embeds_questions(
    question_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise RuntimeError("operator not known\nand a long story")

    monkeypatch.setattr(exporting, "_CHECKED_AS_PASSAGES", 4)
    monkeypatch.setattr("torch.onnx.export", refuse)
    export(models.DEFAULT_MODEL, tmp_path / "model")
    failure = read_config(tmp_path / "model").failure
    assert failure is not None and failure.endswith("operator not known")
    encoder, exported = UnexportedQuestions(tmp_path / "model"), QuestionEncoder(question_model)
    texts = sample_texts(6)
    assert np.sum(encoder.embed(texts) * exported.embed(texts), axis=1).min() >= exporting.MIN_COSINE
    (pieces, vectors), (same, expected) = (e.embed_tokens("Gorgonia trains") for e in (encoder, exported))
    assert pieces == same
    np.testing.assert_allclose(vectors, expected, atol=2e-3)  # 16-bit weights
    assert encoder.embed([]).shape == (0, 384)


def test_a_disk_that_refuses_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot write the question model"):
        export(models.DEFAULT_MODEL, tmp_path / "file" / "model")
