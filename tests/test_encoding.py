"""Which model is opened for which task, and when."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mlsurvey.answering.features import NAMES
from mlsurvey.embedding import exported, models
from mlsurvey.embedding.exported import CONFIG
from mlsurvey.embedding.passages import PassageEmbedder
from mlsurvey.embedding.processor import ProcessorEmbedder
from mlsurvey.embedding.questions import QuestionEncoder
from mlsurvey.embedding.together import Together
from mlsurvey.embedding.unexported import UnexportedQuestions
from mlsurvey.errors import EngineError
from mlsurvey.learned import network
from mlsurvey.learned.pieces import Pair
from mlsurvey.settings import Settings
from mlsurvey.survey import building
from mlsurvey.survey.encoding import LazyEncoder, LazyNetwork

MODEL = models.model_id(models.DEFAULT_MODEL)


@pytest.fixture
def folder(question_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export of the default model that a test may modify, in place of the bundled one."""
    for file in question_model.iterdir():
        (tmp_path / file.name).symlink_to(file)
    monkeypatch.setattr(exported, "export_folder", lambda model: tmp_path)
    return tmp_path


@pytest.fixture
def configure(folder: Path) -> Callable[..., Path]:
    """Overrides values in the configuration of the export; returns its folder."""

    def write(**values: object) -> Path:
        file = folder / CONFIG
        config = json.loads(file.read_text()) | values
        file.unlink()
        file.write_text(json.dumps(config))
        return folder

    return write


def test_a_lone_question_is_embedded_by_what_starts_fastest() -> None:
    encoder = LazyEncoder(f"{MODEL}:bf16")
    encoder.embed(["GPU?"])
    assert isinstance(encoder._encoder, QuestionEncoder)


def test_a_server_embeds_questions_together_and_alike() -> None:
    pytest.importorskip("openvino")
    lone, server = LazyEncoder(f"{MODEL}:fp32"), LazyEncoder(f"{MODEL}:fp32", lasting=True)
    questions = ["Does it run on the GPU?", "licence"]
    assert np.sum(lone.embed(questions) * server.embed(questions), axis=1).min() >= 0.99999
    assert isinstance(server._encoder, Together)
    pieces, _ = server.embed_tokens("GPU")
    assert pieces == ("[CLS]", "gp", "##u", "[SEP]")


def test_a_model_without_a_graph_is_run_by_torch(configure: Callable[..., Path]) -> None:
    configure(failure="no operator for it")
    encoder = LazyEncoder(f"{MODEL}:fp32")
    assert encoder.embed(["GPU?"]).shape == (1, 384)
    assert isinstance(encoder._encoder, UnexportedQuestions)


def test_it_can_be_opened_ahead_and_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[threading.Thread] = []
    real = exported.export_folder
    monkeypatch.setattr(exported, "export_folder", lambda *a: opened.append(threading.current_thread()) or real(*a))
    encoder = LazyEncoder(f"{MODEL}:bf16")
    encoder.prepare()
    encoder.embed(["GPU?"])
    encoder.prepare()
    assert len(opened) == 1


def test_what_goes_wrong_ahead_is_told_to_who_embeds() -> None:
    encoder = LazyEncoder("never-exported-00000000:bf16")
    encoder.prepare()
    with pytest.raises(EngineError, match="type: mlsurvey refresh"):
        encoder.embed(["GPU?"])


def test_the_network_can_be_opened_ahead_and_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    real = network.Network
    monkeypatch.setattr(network, "Network", lambda folder: opened.append(folder) or real(folder))
    lazy = LazyNetwork()
    lazy.prepare()
    assert lazy.read("Does Burn run on the GPU?").words and lazy.judge(
        [Pair("GPU?", "It runs on GPUs.", (0.0,) * len(NAMES))]
    ).shape == (1, 2)
    lazy.prepare()
    assert len(opened) == 1


def embedder_for(folder: Path, count: int = 10, precision: models.Precision = "fp32", **settings: object) -> object:
    return building._embedder(Settings(corpus=folder, index=folder, **settings), folder, precision, count)


def test_passages_are_embedded_without_torch_where_no_gpu_is(folder: Path) -> None:
    embedder = embedder_for(folder, device="cpu", engine="onnxruntime")
    assert isinstance(embedder, ProcessorEmbedder)
    assert embedder.engine == "onnxruntime"


def test_torch_is_taken_where_it_is_asked_for_or_the_graph_is_not_the_model(
    folder: Path, configure: Callable[..., Path]
) -> None:
    assert isinstance(embedder_for(folder, device="cpu", engine="torch"), PassageEmbedder)
    configure(passage_cosine=0.98)
    assert isinstance(embedder_for(folder, device="cpu"), PassageEmbedder)


def test_many_passages_are_worth_looking_for_a_gpu(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building.models, "may_have_gpu", lambda: True)
    assert isinstance(embedder_for(folder, building.WORTH_A_GPU - 1), ProcessorEmbedder)
    assert isinstance(embedder_for(folder, building.WORTH_A_GPU), PassageEmbedder)
    monkeypatch.setattr(building.models, "has_torch", lambda: False)
    assert isinstance(embedder_for(folder, building.WORTH_A_GPU), ProcessorEmbedder)


def test_the_refresh_says_that_a_gpu_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(corpus=folder, index=folder)
    monkeypatch.setattr(building.models, "may_have_gpu", lambda: True)
    monkeypatch.setattr(building.models, "has_torch", lambda: False)
    assert building._notes(settings, None, building.WORTH_A_GPU - 1) == []
    (note,) = building._notes(settings, None, building.WORTH_A_GPU)
    assert "pip install 'mlsurvey[gpu]'" in note


def test_the_refresh_says_that_a_model_could_not_be_exported(configure: Callable[..., Path]) -> None:
    settings = Settings(corpus=configure(), index=configure())
    assert building._notes(settings, building._config(configure()), 0) == []
    (note,) = building._notes(settings, building._config(configure(failure="no operator for it")), 0)
    assert "no operator for it" in note and "PyTorch" in note


def test_a_failed_export_is_tried_again_with_other_libraries(configure: Callable[..., Path]) -> None:
    folder = configure(failure="no operator for it")
    assert building._is_exported(folder)
    assert not building._is_exported(configure(made_with={"torch": "0"}))
