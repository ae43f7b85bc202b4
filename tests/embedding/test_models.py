from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from mlsurvey.embedding import models
from mlsurvey.errors import EngineError, SettingsError

MODEL = "all-MiniLM-L6-v2-00000000"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the default model in a folder, under its own name."""
    return Path(shutil.copytree(models.locate(models.DEFAULT_MODEL), tmp_path / models.DEFAULT_MODEL))


def edit(file: Path, **changes: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_the_default_model_comes_with_the_installation() -> None:
    assert (models.locate(models.DEFAULT_MODEL) / "model.safetensors").is_file()
    assert models.locate("sentence-transformers/all-MiniLM-L6-v2") == models.locate(models.DEFAULT_MODEL)


def test_its_figures_are_read_from_its_files() -> None:
    assert models.dimension(models.DEFAULT_MODEL) == 384
    assert models.sequence_limit(models.DEFAULT_MODEL) == 256
    assert models.max_tokens(models.DEFAULT_MODEL) == 254


def test_the_id_follows_content_and_not_place(copy: Path) -> None:
    assert models.model_id(str(copy)) == models.model_id(models.DEFAULT_MODEL)
    assert models.model_id(f"{copy}/") == models.model_id(models.DEFAULT_MODEL)


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json", "modules.json"])
def test_the_id_changes_with_every_file_that_shapes_the_vectors(copy: Path, file: str) -> None:
    before = models.model_id(str(copy))
    with (copy / file).open("ab") as end:
        end.write(b"\n")
    assert models.model_id(str(copy)) != before


def test_the_id_ignores_what_does_not(copy: Path) -> None:
    before = models.model_id(str(copy))
    (copy / "README.md").write_text("another text")
    (copy / "onnx").mkdir()
    (copy / "onnx" / "model.onnx").write_bytes(b"x")
    assert models.model_id(str(copy)) == before


def test_a_prompt_for_documents_leaves_less_room(copy: Path) -> None:
    edit(copy / "config_sentence_transformers.json", prompts={"query": "query: ", "passage": "passage: "})
    assert models.prompt(str(copy), "query") == "query: "
    assert models.max_tokens(str(copy)) == 254 - 2


def test_the_limit_is_found_where_the_model_has_no_file_for_it(copy: Path) -> None:
    (copy / "sentence_bert_config.json").unlink()
    assert models.sequence_limit(str(copy)) == 512


def test_word_pieces_are_counted_without_cutting_padding_or_special_tokens() -> None:
    count = models.token_counter(models.tokenizer_file(models.DEFAULT_MODEL))
    assert count(["", "word", "tokenization", "word " * 1000]) == [0, 1, 2, 1000]
    assert count([]) == []


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(EngineError, match=r"no folder \./nowhere"):
        models.locate("./nowhere")


def test_a_folder_that_is_no_model_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"no modules\.json"):
        models.locate(str(tmp_path))


def test_an_unknown_hub_model_says_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(EngineError, match=r"'example/no-such-model'.*HF_HUB_OFFLINE=0"):
        models.locate("example/no-such-model")


def test_a_broken_tokenizer_is_named(copy: Path) -> None:
    (copy / "tokenizer.json").write_text("{")
    with pytest.raises(EngineError, match=r"tokenizer\.json"):
        models.max_tokens(str(copy))


def test_a_model_without_a_dimension_is_refused(copy: Path) -> None:
    (copy / "1_Pooling" / "config.json").write_text("{}")
    with pytest.raises(EngineError, match="no embedding dimension"):
        models.dimension(str(copy))


def test_auto_keeps_the_precision_of_the_index() -> None:
    for precision in ("fp32", "bf16"):
        existing = models.embedder_id(MODEL, precision)  # type: ignore[arg-type]
        assert models.choose_precision("auto", model=MODEL, existing=existing, bf16_cosine=1.0) == precision


def test_auto_takes_bf16_only_where_processor_and_model_bear_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_has_bf16", lambda: True)
    assert models.choose_precision("auto", model=MODEL, existing=None, bf16_cosine=0.9995) == "bf16"
    assert models.choose_precision("auto", model=MODEL, existing=None, bf16_cosine=0.9985) == "fp32"
    assert models.choose_precision("auto", model=MODEL, existing=None, bf16_cosine=None) == "fp32"
    monkeypatch.setattr(models, "_has_bf16", lambda: False)
    assert models.choose_precision("auto", model=MODEL, existing=None, bf16_cosine=1.0) == "fp32"


def test_another_models_index_does_not_bind_auto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_has_bf16", lambda: False)
    assert models.choose_precision("auto", model=MODEL, existing="other-11111111:bf16", bf16_cosine=1.0) == "fp32"


def test_a_wish_is_granted_and_a_typing_error_refused() -> None:
    assert models.choose_precision("bf16", model=MODEL, existing=f"{MODEL}:fp32", bf16_cosine=None) == "bf16"
    with pytest.raises(SettingsError, match="choose one of auto, fp32, bf16"):
        models.choose_precision("fp16", model=MODEL, existing=None, bf16_cosine=None)


def test_model_and_precision_come_apart_again() -> None:
    assert models.model_of(models.embedder_id(MODEL, "bf16")) == MODEL


@pytest.fixture
def small_model(tmp_path: Path) -> Path:
    """A folder that looks like a model, last modified long ago."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, text in {"modules.json": '[{"idx": 0, "path": ""}]', "config.json": "{}", "w.safetensors": "w"}.items():
        (folder / name).write_text(text)
        os.utime(folder / name, ns=(10**18, 10**18))
    return folder


def test_weights_are_read_once_while_they_stay_the_same(
    small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = tmp_path / "index" / "digests.json"
    first = models.remembered_id(str(small_model), memory)
    assert first == models.model_id(str(small_model))
    with monkeypatch.context() as patch:
        patch.setattr(models, "_sha256", None)  # hashing again would fail
        assert models.remembered_id(str(small_model), memory) == first
    (small_model / "w.safetensors").write_text("other")
    assert models.remembered_id(str(small_model), memory) == models.model_id(str(small_model)) != first


def test_weights_that_may_still_change_are_not_remembered(small_model: Path, tmp_path: Path) -> None:
    memory = tmp_path / "digests.json"
    (small_model / "w.safetensors").write_text("fresh")
    models.remembered_id(str(small_model), memory)
    assert not memory.exists()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": 1}'])
def test_a_memory_that_cannot_be_read_costs_time_only(small_model: Path, tmp_path: Path, content: str) -> None:
    memory = tmp_path / "digests.json"
    memory.write_text(content)
    assert models.remembered_id(str(small_model), memory) == models.model_id(str(small_model))


def test_a_gpu_is_looked_for_without_torch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(models.sys, "platform", "linux")
    monkeypatch.setattr(models.shutil, "which", lambda name: None)
    monkeypatch.setattr(models, "_GPU_DEVICES", (str(tmp_path / "none"),))
    assert not models.may_have_gpu()
    (tmp_path / "nvidiactl").touch()
    monkeypatch.setattr(models, "_GPU_DEVICES", (str(tmp_path / "nvidiactl"),))
    assert models.may_have_gpu()
