from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mlsurvey.embedding import models
from mlsurvey.embedding.exported import CONFIG, GRAPH, read_config
from mlsurvey.embedding.questions import QuestionEncoder
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.errors import EngineError

TEXTS = sample_texts(20)


@pytest.fixture(scope="module")
def encoder(question_model: Path) -> QuestionEncoder:
    return QuestionEncoder(question_model)


def test_it_is_the_model_that_embeds_passages(encoder: QuestionEncoder) -> None:
    assert encoder.id == models.model_id(models.DEFAULT_MODEL)
    assert encoder.dimension == models.dimension(models.DEFAULT_MODEL)


def test_rows_are_float32_of_length_one_in_order(encoder: QuestionEncoder) -> None:
    rows = encoder.embed(TEXTS)
    assert (rows.shape, rows.dtype) == ((len(TEXTS), 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(encoder.embed(TEXTS[::-1])[::-1], rows, atol=1e-5)
    assert encoder.embed([]).shape == (0, 384)


def test_questions_and_passages_share_one_space(encoder: QuestionEncoder) -> None:
    from mlsurvey.embedding.passages import PassageEmbedder

    passages = PassageEmbedder(models.DEFAULT_MODEL, "cpu").embed(TEXTS)
    assert np.sum(encoder.embed(TEXTS) * passages, axis=1).min() >= 0.99999


def test_a_question_beyond_the_limit_is_cut_there(encoder: QuestionEncoder) -> None:
    at_limit, beyond = encoder.embed(["gpu " * 254, "gpu " * 254 + "licence " * 500])
    np.testing.assert_allclose(at_limit, beyond, atol=1e-5)


@pytest.mark.parametrize("text", ["", "\x00\x07", "a" * 1_000_000, "\udcff not UTF-8 \ud800", "\u202e[MASK]"])
def test_hostile_questions_have_finite_vectors(encoder: QuestionEncoder, text: str) -> None:
    assert np.isfinite(encoder.embed([text])).all()


def test_each_word_piece_has_a_vector(encoder: QuestionEncoder) -> None:
    pieces, vectors = encoder.embed_tokens("Gorgonia trains")
    assert (pieces[0], pieces[-1], pieces[-2]) == ("[CLS]", "[SEP]", "trains")
    assert vectors.shape == (len(pieces), 384)
    mean = vectors.mean(axis=0)
    np.testing.assert_allclose(mean / np.linalg.norm(mean), encoder.embed(["Gorgonia trains"])[0], atol=1e-5)


def test_a_missing_export_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="type: mlsurvey refresh"):
        QuestionEncoder(tmp_path / "none")


@pytest.mark.parametrize("config", ["{", "[]", '{"model": "x"}', '{"unknown": 1}'])
def test_a_broken_configuration_says_what_to_type(tmp_path: Path, config: str) -> None:
    (tmp_path / CONFIG).write_text(config)
    with pytest.raises(EngineError, match="type: mlsurvey refresh"):
        read_config(tmp_path)


def test_an_export_of_another_version_is_not_read(question_model: Path, tmp_path: Path) -> None:
    config = json.loads((question_model / CONFIG).read_text()) | {"schema": 0}
    (tmp_path / CONFIG).write_text(json.dumps(config))
    with pytest.raises(EngineError, match="another version"):
        read_config(tmp_path)


def test_a_broken_graph_is_named(question_model: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(question_model, tmp_path / "model"))
    (folder / GRAPH).write_bytes((folder / GRAPH).read_bytes()[:1000])
    with pytest.raises(EngineError, match=r"model\.onnx"):
        QuestionEncoder(folder)


def test_a_question_never_loads_torch(question_model: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from mlsurvey.embedding.questions import QuestionEncoder;"
        "QuestionEncoder(Path(sys.argv[1])).embed(['gpu?']);"
        "assert not {'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(question_model)], check=True)
