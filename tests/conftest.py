"""Shared by several areas. Nothing may access the network or write to the user's cache folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock

# Without the extra ``models``, as in `make lowest`, the tests of what runs on PyTorch are left out.
collect_ignore = [] if find_spec("torch") else ["embedding", "retrieval/test_rerank.py", "test_encoding.py"]

os.environ.setdefault("HF_HUB_OFFLINE", "1")
_CACHE = tempfile.TemporaryDirectory(prefix="mlsurvey-cache-")
os.environ["XDG_CACHE_HOME"] = _CACHE.name

DOCUMENTS = {
    "rust/burn.md": """---
slug: burn
name: Burn
language: rust
---
# Burn

## Hardware

Burn supports GPUs through CUDA, Metal and WebGPU. On the CPU Burn has a back-end in pure Rust.

## Licence

Burn is dual licensed under MIT and Apache 2.0.
""",
    "rust/candle.md": """---
slug: candle
name: Candle
language: rust
---
# Candle

## Hardware

Candle supports GPUs through CUDA and Metal. Candle runs in the browser by way of WebAssembly.
""",
    "go/gorgonia.md": """# Gorgonia

Gorgonia supports CUDA for GPU acceleration. Gorgonia builds a graph of expressions and runs it on a virtual machine.
""",
    "hostile.md": "# Linfa\n\nLinfa has \x1b[31mred \x1b]0;titles\x07, and Linfa supports GPUs \u202ebackwards.\n",
}


@dataclass(frozen=True)
class Home:
    """A corpus folder and the index built from it."""

    corpus: Path
    index: Path


@pytest.fixture(scope="session")
def question_model() -> Path:
    """Folder of the default model's export, which is bundled with the program."""
    from mlsurvey.embedding.exported import CARRIED

    return CARRIED


def opened_once(opens: Callable[..., object], folder: Path) -> Callable[..., object]:
    """Opens what is in that folder once; all else as ever."""
    once = cache(opens)
    return lambda place, *rest, **more: (once if place == folder else opens)(place, *rest, **more)


@pytest.fixture(scope="session", autouse=True)
def bundled_models_are_opened_once() -> Iterator[None]:
    """Hundreds of tests open an index of their own; opening the same models each time takes longer than the tests."""
    from mlsurvey.embedding import onnx_engine, questions
    from mlsurvey.embedding.exported import CARRIED
    from mlsurvey.learned import artefact, network

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "Network", opened_once(network.Network, artefact.folder()))
        runtime = opened_once(onnx_engine.OnnxRuntime, CARRIED)
        patch.setattr(onnx_engine, "OnnxRuntime", runtime)
        patch.setattr(questions, "OnnxRuntime", runtime)
        if find_spec("openvino"):
            from mlsurvey.embedding import openvino_engine

            patch.setattr(openvino_engine, "compiled", opened_once(openvino_engine.compiled, CARRIED))
        yield


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """A folder that the first process of the test run to want it builds, and the others share; never change it."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with FileLock(f"{folder}.lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a build that failed has left
            folder.mkdir()
            build(folder)
            (folder / "complete").touch()
    return folder


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A small corpus with a real index, for read-only tests; other tests use :func:`home`."""
    from mlsurvey.settings import Settings
    from mlsurvey.survey import Survey

    root = tmp_path_factory.mktemp("indexed")
    built = Home(root / "corpus", root / "index")
    for name, text in DOCUMENTS.items():
        (built.corpus / name).parent.mkdir(parents=True, exist_ok=True)
        (built.corpus / name).write_text(text, "utf-8", newline="")
    with Survey(Settings(corpus=built.corpus, index=built.index)) as survey:
        survey.refresh()
    return built


@pytest.fixture
def home(indexed: Home, tmp_path: Path) -> Home:
    """A copy of corpus and index that a test may change."""
    copy = Home(tmp_path / "corpus", tmp_path / "index")
    shutil.copytree(indexed.corpus, copy.corpus)  # keeps timestamps; the files are new, so a refresh reads them
    shutil.copytree(indexed.index, copy.index)
    return copy


@pytest.fixture(scope="session")
def make_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Writes a tiny cross-encoder with random but fixed weights and the given number of labels."""

    def make(labels: int = 1) -> Path:
        torch = pytest.importorskip("torch")
        from tokenizers import Tokenizer, models, pre_tokenizers, processors
        from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

        folder = tmp_path_factory.mktemp("cross_encoder") / f"labels-{labels}"
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
        vocabulary = {piece: number for number, piece in enumerate(pieces)}
        tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
        PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
        ).save_pretrained(folder)
        config = BertConfig(
            vocab_size=len(pieces),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=128,
            num_labels=labels,
            initializer_range=0.5,  # wide enough for scores to differ between texts
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            BertForSequenceClassification(config).save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def cross_encoder(make_cross_encoder: Callable[[int], Path]) -> Path:
    """Folder of a tiny cross-encoder with one label."""
    return make_cross_encoder(1)


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, without settings in the environment or in the user's own folders."""
    for name in [name for name in os.environ if name.startswith("MLSURVEY_") and name != "MLSURVEY_SHARED"]:
        monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
