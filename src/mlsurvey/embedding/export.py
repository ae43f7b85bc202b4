"""A sentence-transformers model written as one ONNX graph, pooling and normalising included, and checked before use.

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
"""Between the graph and sentence-transformers, for the worst of the checked texts."""

CHECKED_TEXTS: Final = 200
_CHECKED_AS_PASSAGES: Final = 32
_OPSET: Final = 18
"""What torch's exporter writes without converting."""
_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")


def export(name: str, folder: Path) -> None:
    """Put the model ``name`` into ``folder`` as a graph for :class:`mlsurvey.embedding.questions.QuestionEncoder`.

    Written beside the folder and moved into place only when the check has passed; an older export there is replaced.
    A model that cannot be exported, or whose graph gives other vectors, leaves a configuration alone that says so.

    Raises:
        EngineError: the model cannot be loaded.
        StorageError: the disk refused.
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
    """Graph, tokenizer and configuration, or the configuration alone with what stood in the way."""
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
    """Worst cosine between rows of the same texts."""
    return round(float(np.min(np.sum(one * other, axis=1))), 6)


def _write_graph(name: str, model: SentenceTransformer, file: Path) -> None:
    features = model.preprocess(["Two texts, so that both axes", "are free."])
    inputs = [key for key in _INPUTS if key in features]
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    # Not an error: it would report that torchvision, which nothing here needs, is absent.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            # Torch warns about its own internals while exporting; what counts is checked by number below.
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
    except Exception as error:  # the exporter fails with whatever its many parts raise
        reason = str(error).strip().split("\n", 1)[0]
        raise EngineError(f"{name} does not become an ONNX graph: {reason}") from error


class _Whole(torch.nn.Module):
    """All modules of the model as one, with tensors for arguments instead of a dictionary."""

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
            f"its ONNX graph gives other vectors than sentence-transformers: cosine {cosines[worst]:.6f} for "
            f"{texts[worst][:60]!r}, at least {MIN_COSINE} is needed"
        )


def _put_in_place(draft: Path, folder: Path) -> None:
    """Swap the folders. Between the two renames there is no export, which a reader reports and a refresh mends."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
