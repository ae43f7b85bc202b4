from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.writing.model_server import Behaviour, Model, serving

from mlsurvey.settings import Settings
from mlsurvey.survey import Survey

Start = Callable[..., tuple[Survey, Model]]


@pytest.fixture
def start(indexed) -> Iterator[Start]:
    """Opens a survey whose writer is a server with a behaviour."""
    with ExitStack() as stack:

        def opened(behaviour: Behaviour, corpus: Path | None = None, index: Path | None = None, **more):
            model = stack.enter_context(serving(behaviour))
            place = {"corpus": corpus or indexed.corpus, "index": index or indexed.index}
            writer = {"writer": "openai-compatible", "writer_url": model.url, "writer_model": "toy"}
            return stack.enter_context(Survey(Settings(**place, **{**writer, **more}))), model

        yield opened


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLSURVEY_WRITER_KEY", raising=False)
