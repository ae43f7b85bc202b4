"""Shared by the reading tests: the real tokenizer, a small gazetteer, and a helper from text to passages."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from mlsurvey.embedding.exported import CARRIED, TOKENIZER
from mlsurvey.reading.documents import document
from mlsurvey.reading.passages import TokenCounter, passages
from mlsurvey.types import Document, Entity, Passage
from mlsurvey.vocabulary.gazetteer import Gazetteer

LIMIT = 254  # word pieces: the model's 256 without its two special tokens

Chunk = Callable[..., tuple[Document, tuple[Passage, ...]]]


@pytest.fixture(scope="session")
def counter() -> TokenCounter:
    tokenizer = Tokenizer.from_file(str(CARRIED / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count(texts: Sequence[str]) -> list[int]:
        return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    return count


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer([
        Entity("ember", "Ember", plain_words=("ember",), language="rust"),
        Entity("wax-rs", "wax-rs", aliases=("wax",), language="rust"),
        Entity("glow-js", "Glow.js", aliases=("glowjs",), language="javascript"),
        Entity("sigma-net", "Sigma.NET", aliases=("SG.NET",), language="dotnet"),
        Entity("beta-net", "Beta.NET", language="dotnet"),
        Entity("tensorix", "Tensorix", language="python"),
    ])  # fmt: skip


@pytest.fixture(scope="session")
def chunk(counter: TokenCounter, gazetteer: Gazetteer) -> Chunk:
    def run(text: str | bytes, path: str = "notes/a.md") -> tuple[Document, tuple[Passage, ...]]:
        data = text.encode() if isinstance(text, str) else text
        read = document(path, data, hashlib.sha256(data).hexdigest(), gazetteer)
        return read, passages(read, gazetteer, counter, LIMIT)

    return run


@pytest.fixture(scope="session")
def shared_documents() -> Path:
    """The real documents next to the checkout; if absent, skips and names the location searched."""
    beside = Path(__file__).parents[2].parent / "shared"
    folder = Path(os.environ.get("MLSURVEY_SHARED", beside)) / "documents"
    if not folder.is_dir():
        pytest.skip(f"no real documents in {folder}; set MLSURVEY_SHARED to the folder that holds documents/")
    return folder
