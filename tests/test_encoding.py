"""Which model is opened for which work, and when."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mlsurvey.answering.features import NAMES
from mlsurvey.embedding import models
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
from mlsurvey.survey import building, encoding
from mlsurvey.survey.encoding import LazyEncoder, LazyNetwork

MODEL = models.model_id(models.DEFAULT_MODEL)


@pytest.fixture
def index(question_model: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "models" / MODEL
    folder.mkdir(parents=True)
    for file in question_model.iterdir():
        (folder / file.name).symlink_to(file)
    return tmp_path


@pytest.fixture
def configure(index: Path) -> Callable[..., Path]:
    """Writes other values into the configuration of the export; gives its folder."""

    def write(**values: object) -> Path:
        file = index / "models" / MODEL / CONFIG
        config = json.loads(file.read_text()) | values
        file.unlink()
        file.write_text(json.dumps(config))
        return file.parent

    return write


def test_a_lone_question_is_embedded_by_what_starts_fastest(index: Path) -> None:
    encoder = LazyEncoder(index, f"{MODEL}:bf16")
    encoder.embed(["GPU?"])
    assert isinstance(encoder._encoder, QuestionEncoder)


def test_a_server_embeds_questions_together_and_alike(index: Path) -> None:
    pytest.importorskip("openvino")
    lone, server = LazyEncoder(index, f"{MODEL}:fp32"), LazyEncoder(index, f"{MODEL}:fp32", lasting=True)
    questions = ["Does it run on the GPU?", "licence"]
    assert np.sum(lone.embed(questions) * server.embed(questions), axis=1).min() >= 0.99999
    assert isinstance(server._encoder, Together)
    pieces, _ = server.embed_tokens("GPU")
    assert pieces == ("[CLS]", "gp", "##u", "[SEP]")


def test_a_model_without_a_graph_is_run_by_torch(index: Path, configure: Callable[..., Path]) -> None:
    configure(failure="no operator for it")
    encoder = LazyEncoder(index, f"{MODEL}:fp32")
    assert encoder.embed(["GPU?"]).shape == (1, 384)
    assert isinstance(encoder._encoder, UnexportedQuestions)


def test_it_can_be_opened_ahead_and_is_opened_once(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[threading.Thread] = []
    real = encoding.export_folder
    monkeypatch.setattr(encoding, "export_folder", lambda *a: opened.append(threading.current_thread()) or real(*a))
    encoder = LazyEncoder(index, f"{MODEL}:bf16")
    encoder.prepare()
    encoder.embed(["GPU?"])
    encoder.prepare()
    assert len(opened) == 1


def test_what_goes_wrong_ahead_is_told_to_who_embeds(tmp_path: Path) -> None:
    encoder = LazyEncoder(tmp_path, f"{MODEL}:bf16")
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


def embedder_for(index: Path, count: int = 10, precision: models.Precision = "fp32", **settings: object) -> object:
    chosen = Settings(corpus=index, index=index, **settings)
    return building._embedder(chosen, index / "models" / MODEL, precision, count)


def test_passages_are_embedded_without_torch_where_no_gpu_is(index: Path) -> None:
    embedder = embedder_for(index, device="cpu", engine="onnxruntime")
    assert isinstance(embedder, ProcessorEmbedder)
    assert embedder.engine == "onnxruntime"


def test_torch_is_taken_where_it_is_asked_for_or_the_graph_is_not_the_model(
    index: Path, configure: Callable[..., Path]
) -> None:
    assert isinstance(embedder_for(index, device="cpu", engine="torch"), PassageEmbedder)
    configure(passage_cosine=0.98)
    assert isinstance(embedder_for(index, device="cpu"), PassageEmbedder)


def test_many_passages_are_worth_looking_for_a_gpu(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building.models, "may_have_gpu", lambda: True)
    assert isinstance(embedder_for(index, building.WORTH_A_GPU - 1), ProcessorEmbedder)
    assert isinstance(embedder_for(index, building.WORTH_A_GPU), PassageEmbedder)


def test_the_refresh_says_that_a_model_could_not_be_exported(configure: Callable[..., Path]) -> None:
    assert building._notes(building._config(configure())) == []
    (note,) = building._notes(building._config(configure(failure="no operator for it")))
    assert "no operator for it" in note and "PyTorch" in note


def test_a_failed_export_is_tried_again_with_other_libraries(configure: Callable[..., Path]) -> None:
    folder = configure(failure="no operator for it")
    assert building._is_exported(folder)
    assert not building._is_exported(configure(made_with={"torch": "0"}))
