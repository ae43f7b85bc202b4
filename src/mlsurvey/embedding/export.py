"""Exports a sentence-transformers model as one ONNX graph, including pooling and normalisation, and verifies it.

Importing this module loads PyTorch.
"""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from torch import Tensor

from mlsurvey.embedding import models
from mlsurvey.embedding.exported import CONFIG, GRAPH, TOKENIZER, ExportConfig, libraries
from mlsurvey.embedding.passages import PassageEmbedder, load, unit_rows
from mlsurvey.embedding.processor import ProcessorEmbedder
from mlsurvey.embedding.questions import QuestionEncoder
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.errors import EngineError, StorageError

MIN_COSINE: Final = 0.99999
"""Minimum cosine between the graph and sentence-transformers, over all checked texts."""

CHECKED_TEXTS: Final = 200
_CHECKED_AS_PASSAGES: Final = 32
_OPSET: Final = 18
"""Native opset of torch's exporter, which needs no conversion."""
_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")


def export(name: str, folder: Path) -> None:
    """Export the model ``name`` to ``folder`` as a graph for :class:`mlsurvey.embedding.questions.QuestionEncoder`.

    Written next to the folder and moved into place only after the check passed; replaces an older export.
    If the model cannot be exported, or its graph gives different vectors, only a configuration stating the reason
    is written.

    Raises:
        EngineError: the model cannot be loaded.
        StorageError: a write failed.
    """
    draft = folder.with_name(f".{folder.name}.draft")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        _write(name, draft)
        _put_in_place(draft, folder)
    except OSError as error:
        raise StorageError(f"cannot write the question model to {folder}: {error}; free some space") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(name: str, draft: Path) -> None:
    """Write graph, tokenizer and configuration, or only the configuration with the reason for the failure."""
    model = load(name, "cpu")
    exact, short = (PassageEmbedder(name, "cpu", precision).embed(_passages()) for precision in ("fp32", "bf16"))
    config = ExportConfig(
        name=name,
        model=models.model_id(name),
        dimension=models.dimension(name),
        max_tokens=models.sequence_limit(name),
        room=models.max_tokens(name),
        prompt=models.prompt(name, "query"),
        passage_prompt=models.prompt(name, "document", "passage", "corpus"),
        passage_cosine=0.0,
        bf16_cosine=_worst(exact, short),
        made_with=libraries(),
    )
    try:
        _write_graph(name, model, draft / GRAPH)
        models.tokenizer(name).save(str(draft / TOKENIZER))
        _save(config, draft)
        _check(name, model, draft)
        passages = ProcessorEmbedder(draft, "fp32", ["onnxruntime"]).embed(_passages())
        _save(replace(config, passage_cosine=_worst(exact, passages)), draft)
    except EngineError as error:
        (draft / GRAPH).unlink(missing_ok=True)
        _save(replace(config, failure=str(error)), draft)


def _save(config: ExportConfig, draft: Path) -> None:
    (draft / CONFIG).write_text(json.dumps(asdict(config), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _passages() -> list[str]:
    return sample_texts(_CHECKED_AS_PASSAGES)


def _worst(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Lowest cosine between rows of the same texts."""
    return round(float(np.min(np.sum(one * other, axis=1))), 6)


def _write_graph(name: str, model: SentenceTransformer, file: Path) -> None:
    features = model.preprocess(["Two texts, so that both axes", "are free."])
    inputs = [key for key in _INPUTS if key in features]
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    # Silences a false alarm: the exporter reports that torchvision is missing, which is not needed.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            # Torch warns about its own internals during export; the result is checked numerically below.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                _Whole(model, inputs),
                tuple(features[key] for key in inputs),
                str(file),
                input_names=inputs,
                output_names=["sentence_embedding", "token_embeddings"],
                dynamic_shapes=(tuple(free for _ in inputs),),
                opset_version=_OPSET,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    except Exception as error:  # the exporter raises all kinds of exceptions
        reason = str(error).strip().split("\n", 1)[0]
        raise EngineError(f"{name} cannot be exported as an ONNX graph: {reason}") from error


class _Whole(torch.nn.Module):
    """Wraps all modules of the model into one, with tensor arguments instead of a dictionary."""

    def __init__(self, model: SentenceTransformer, inputs: Sequence[str]) -> None:
        super().__init__()
        self.model = model
        self.inputs = inputs

    def forward(self, *columns: Tensor) -> tuple[Tensor, Tensor]:
        features: Mapping[str, Tensor] = self.model(dict(zip(self.inputs, columns, strict=True)))
        sentence = torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)  # (batch, dimension)
        return sentence, features["token_embeddings"]  # (batch, tokens, width)


def _check(name: str, model: SentenceTransformer, draft: Path) -> None:
    texts = sample_texts(CHECKED_TEXTS)
    expected = unit_rows(model.encode_query(texts, batch_size=16, show_progress_bar=False))
    cosines = np.sum(QuestionEncoder(draft).embed(texts) * expected, axis=1)
    worst = int(np.argmin(cosines))
    if not cosines[worst] >= MIN_COSINE:
        raise EngineError(
            f"its ONNX graph gives different vectors from sentence-transformers: cosine {cosines[worst]:.6f} for "
            f"{texts[worst][:60]!r}, at least {MIN_COSINE} is needed"
        )


def _put_in_place(draft: Path, folder: Path) -> None:
    """Swap the folders. Between the two renames there is no export; a reader reports that and a refresh fixes it."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
