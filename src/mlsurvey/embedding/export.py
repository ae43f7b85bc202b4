"""A sentence-transformers model written as one ONNX graph, pooling and normalising included, and checked before use.

Importing this module loads PyTorch.
"""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor

from mlsurvey.embedding import models
from mlsurvey.embedding.passages import PassageEmbedder, load, unit_rows
from mlsurvey.embedding.questions import CONFIG, GRAPH, TOKENIZER, ExportConfig, QuestionEncoder
from mlsurvey.embedding.samples import sample_texts
from mlsurvey.errors import EngineError, StorageError

MIN_COSINE: Final = 0.99999
"""Between the graph and sentence-transformers, for the worst of the checked texts."""

CHECKED_TEXTS: Final = 200
_CHECKED_IN_BF16: Final = 32
_OPSET: Final = 18
"""What torch's exporter writes without converting."""
_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")
_LIBRARIES: Final = ("torch", "sentence-transformers", "transformers", "onnx", "onnxscript")


def export(name: str, folder: Path) -> None:
    """Put the model ``name`` into ``folder`` as a graph for :class:`mlsurvey.embedding.questions.QuestionEncoder`.

    Written beside the folder and moved into place only when the check has passed; an older export there is replaced.

    Raises:
        EngineError: the model cannot be exported, or its graph gives other vectors.
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
    """Graph, tokenizer and configuration; the configuration last, since an export without one does not count."""
    model = load(name, "cpu")
    _write_graph(name, model, draft / GRAPH)
    models.tokenizer(name).save(str(draft / TOKENIZER))
    config = ExportConfig(
        model=models.model_id(name),
        dimension=models.dimension(name),
        max_tokens=models.sequence_limit(name),
        prompt=models.prompt(name, "query"),
        bf16_cosine=_bf16_cosine(name),
        made_with={library: version(library) for library in _LIBRARIES},
    )
    (draft / CONFIG).write_text(json.dumps(asdict(config), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    _check(name, model, draft)


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
        raise EngineError(f"cannot export the model {name!r} to ONNX ({reason}); choose another `model`") from error


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
    cosines = np.sum(QuestionEncoder(draft, threads=torch.get_num_threads()).embed(texts) * expected, axis=1)
    worst = int(np.argmin(cosines))
    if not cosines[worst] >= MIN_COSINE:
        raise EngineError(
            f"the ONNX graph of {name!r} gives other vectors than sentence-transformers: cosine {cosines[worst]:.6f} "
            f"for {texts[worst][:60]!r}, at least {MIN_COSINE} is needed; choose another `model`"
        )


def _bf16_cosine(name: str) -> float:
    """Worst cosine between the passages' vectors in bf16 and in fp32."""
    texts = sample_texts(_CHECKED_IN_BF16)
    exact, short = (PassageEmbedder(name, "cpu", precision).embed(texts) for precision in ("fp32", "bf16"))
    return round(float(np.min(np.sum(exact * short, axis=1))), 6)


def _put_in_place(draft: Path, folder: Path) -> None:
    """Swap the folders. Between the two renames there is no export, which a reader reports and a refresh mends."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
