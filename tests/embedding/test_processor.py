"""The exported model on the CPU: the same vectors with every engine, and the requested engine is used."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mlsurvey.embedding import models, processor
from mlsurvey.embedding.exported import CONFIG
from mlsurvey.embedding.passages import PassageEmbedder
from mlsurvey.embedding.processor import ProcessorEmbedder, engines_for, open_engine
from mlsurvey.embedding.questions import QuestionEncoder
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.embedding.together import Together
from mlsurvey.errors import EngineError

TEXTS = sample_texts(80)


@pytest.fixture(scope="module")
def expected() -> NDArray[np.float32]:
    return PassageEmbedder(models.DEFAULT_MODEL, "cpu").embed(TEXTS)


@pytest.mark.parametrize(("engine", "precision"), [("onnxruntime", "fp32"), ("openvino", "fp32"), ("openvino", "bf16")])
def test_every_engine_gives_the_models_vectors(engine, precision, question_model: Path, expected) -> None:
    if engine == "openvino":
        pytest.importorskip("openvino")
    embedder = ProcessorEmbedder(question_model, precision, [engine])
    rows = embedder.embed(TEXTS)
    assert (embedder.engine, embedder.device) == (engine, "cpu")
    assert embedder.id == f"{models.model_id(models.DEFAULT_MODEL)}:{precision}"
    assert (rows.shape, rows.dtype) == (expected.shape, np.float32)
    least = 0.99999 if precision == "fp32" else models.MIN_BF16_COSINE
    assert np.sum(rows * expected, axis=1).min() >= least
    assert embedder.embed([]).shape == (0, 384)


def test_openvino_gives_a_row_whatever_batch_it_is_in(question_model: Path) -> None:
    pytest.importorskip("openvino")
    encoder = QuestionEncoder(question_model, open_engine("openvino", question_model, "bf16", wide=False))
    questions = [text for text in TEXTS if len(text) < 200]
    together = encoder.embed(questions)
    alone = np.concatenate([encoder.embed([question]) for question in questions])
    assert np.sum(together * alone, axis=1).min() > 0.9999  # some CPUs sum a batch of bf16 in another order


def test_prompts_of_passages_are_put_before_them(question_model: Path, tmp_path: Path) -> None:
    for file in question_model.iterdir():
        (tmp_path / file.name).symlink_to(file)
    config = json.loads((question_model / CONFIG).read_text()) | {"passage_prompt": "passage: "}
    (tmp_path / CONFIG).unlink()
    (tmp_path / CONFIG).write_text(json.dumps(config))
    with_prompt = ProcessorEmbedder(tmp_path, "fp32", ["onnxruntime"]).embed(TEXTS[:3])
    written_out = ProcessorEmbedder(question_model, "fp32", ["onnxruntime"]).embed([f"passage: {t}" for t in TEXTS[:3]])
    np.testing.assert_allclose(with_prompt, written_out, atol=1e-6)


def test_the_setting_decides_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "has_openvino", lambda: True)
    assert engines_for("auto", "fp32") == ["openvino", "onnxruntime"]
    assert engines_for("auto", "bf16") == ["openvino"]
    assert engines_for("onnxruntime", "fp32") == ["onnxruntime"]
    with pytest.raises(EngineError, match="onnxruntime does not support bf16"):
        engines_for("onnxruntime", "bf16")


def test_an_engine_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "has_openvino", lambda: False)
    assert engines_for("auto", "fp32") == ["onnxruntime"]
    assert engines_for("auto", "bf16") == []
    with pytest.raises(EngineError, match="mlsurvey\\[openvino\\]"):
        engines_for("openvino", "fp32")


def test_of_several_engines_the_fastest_is_kept(question_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openvino")
    speeds = {"openvino": 1.0, "onnxruntime": 2.0}
    monkeypatch.setattr(ProcessorEmbedder, "_speed", lambda self, engine: speeds[engine.name])
    assert ProcessorEmbedder(question_model, "fp32", ["openvino", "onnxruntime"]).engine == "onnxruntime"


@pytest.mark.slow
def test_a_trial_measures_each_engine(question_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openvino")
    monkeypatch.setattr(processor, "_TRIAL_SECONDS", 0.0)
    assert ProcessorEmbedder(question_model, "fp32", ["openvino", "onnxruntime"]).engine in ("openvino", "onnxruntime")


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_embedding_passages_on_the_processor_never_loads_torch(engine, question_model: Path) -> None:
    pytest.importorskip(engine)
    script = (
        "import sys; from pathlib import Path; from mlsurvey.embedding.processor import ProcessorEmbedder;"
        "ProcessorEmbedder(Path(sys.argv[1]), 'fp32', [sys.argv[2]]).embed(['gpu?', 'Burn runs on GPUs.'] * 40);"
        "assert not {'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(question_model), engine], check=True)


class Counting:
    """An encoder whose batches can be observed and held up."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.entered, self.go_on = threading.Event(), threading.Event()

    def embed(self, texts) -> NDArray[np.float32]:
        self.batches.append(list(texts))
        self.entered.set()
        self.go_on.wait(30)
        if "bad" in texts:
            raise EngineError("no memory")
        return np.array([[float(text)] for text in texts], dtype=np.float32)

    def embed_tokens(self, text: str, *, prompt: bool = True):
        raise NotImplementedError


def test_questions_that_wait_are_computed_together() -> None:
    encoder = Counting()
    together = Together(encoder)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(together.embed, ["0"])
        assert encoder.entered.wait(30)
        others = [pool.submit(together.embed, [str(n), str(n + 10)]) for n in range(1, 6)]
        while len(together._waiting) < 10:
            threading.Event().wait(0.001)
        encoder.go_on.set()
        assert first.result().tolist() == [[0.0]]
        assert [future.result().tolist() for future in others] == [[[n], [n + 10.0]] for n in range(1, 6)]
    assert encoder.batches[0] == ["0"], "a lone question waits for nobody"
    assert sorted(encoder.batches[1], key=int) == [str(n) for n in (*range(1, 6), *range(11, 16))]
    assert len(encoder.batches) == 2


def test_an_error_reaches_everybody_in_the_batch_and_nobody_else() -> None:
    encoder = Counting()
    encoder.go_on.set()
    together = Together(encoder)
    with pytest.raises(EngineError, match="no memory"):
        together.embed(["bad"])
    assert together.embed(["3"]).tolist() == [[3.0]]
