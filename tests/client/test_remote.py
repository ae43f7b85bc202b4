"""The terminal interface's engine through a real service: the same nouns as from an index on this machine."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.api.conftest import QUESTION

from mlsurvey.client import Client
from mlsurvey.errors import IndexingError, Interrupted, NotFoundError, UsageError
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer, Filters
from mlsurvey_tui.app import MlsurveyApp
from mlsurvey_tui.engine import Engine
from mlsurvey_tui.remote import RemoteEngine


def engine_of(url: str) -> RemoteEngine:
    return RemoteEngine(Client(url), url=url)


@pytest.fixture
def remote(server):
    engine = engine_of(server.url)
    yield engine
    engine.close()


@pytest.fixture
def local(indexed):
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        yield survey


def untimed(answer: Answer) -> Answer:
    return replace(answer, timings_ms={})


@pytest.mark.parametrize("question", [QUESTION, "Does Zorblatt support GPUs?", "Which libraries support GPUs?"])
def test_an_answer_is_the_same(remote, local, question) -> None:
    engine: Engine = remote  # as mypy sees it too
    far, near = list(engine.parts(question)), list(local.parts(question))
    assert [type(part) for part in far] == [type(part) for part in near]
    assert untimed(far[-1]) == untimed(near[-1])
    assert far[2:-1] == near[2:-1]
    assert (far[0].entities, far[0].kind, far[0].terms) == (near[0].entities, near[0].kind, near[0].terms)
    assert remote.stale(far[-1]) == local.stale(near[-1]) == {}


def test_the_rest_is_the_same(remote, local) -> None:
    wanted = {"filters": Filters(languages=("rust",)), "max_statements": 1}
    assert untimed(remote.compare(["burn", "candle"], ["gpu"], **wanted)) == untimed(
        local.compare(["burn", "candle"], ["gpu"], **wanted)
    )
    far, near = remote.search("GPU support", limit=3), local.search("GPU support", limit=3)
    assert far.generation == near.generation
    assert [(h.passage_id, h.score, h.passage.text, h.passage.trail) for h in far.hits] == [
        (h.passage_id, h.score, h.passage.text, h.passage.trail) for h in near.hits
    ]
    (explained,), (expected,) = remote.explain("GPU support", far.hits[:1]), local.explain("GPU support", near.hits[:1])
    assert explained.terms == expected.terms
    assert explained.tokens == pytest.approx(expected.tokens) if not expected.tokens else True
    assert explained.cosine == pytest.approx(expected.cosine, abs=1e-5)
    with pytest.raises(IndexingError, match="search again"):
        remote.explain("GPU", [replace(far.hits[0], passage_id=10**6)])
    assert remote.entities() == local.entities()
    assert remote.aspects() == local.aspects()
    assert remote.documents() == local.documents()
    document = remote.document("hostile.md")
    assert document == local.document("hostile.md")
    assert not remote.is_stale(document)
    assert remote.is_stale(replace(document, sha256="0" * 64))
    assert remote.generation() == local.generation()
    assert remote.status().generation == local.status().generation
    with pytest.raises(NotFoundError):
        remote.document("nowhere.md")


def test_it_can_be_stopped(remote) -> None:
    with pytest.raises(Interrupted):
        list(remote.parts(QUESTION, cancelled=lambda: True))


def test_documents_come_and_go(serve, home, tmp_path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "dfdx.md").write_text("# Dfdx\n\nDfdx supports CUDA for GPU acceleration.\n")
    (new / "picture.png").write_bytes(b"\x89PNG")
    remote = engine_of(serve(home).url)
    placed = remote.add([new], into="more")
    assert (placed.added, placed.skipped) == (("more/new/dfdx.md",), 1)
    assert remote.add([new], into="more", replace=True).unchanged == ("more/new/dfdx.md",)
    with pytest.raises(UsageError, match="there already"):
        remote.add([new], into="more")
    seen: list[str] = []
    report = remote.refresh(progress=lambda phase, done, total: seen.append(phase))
    assert report.added == ("more/new/dfdx.md",) and report.is_change and seen
    answer = list(remote.parts("Does Dfdx support CUDA?"))[-1]
    assert isinstance(answer, Answer) and answer.citations
    (home.corpus / "more/new/dfdx.md").write_text("# Dfdx\n\nAnother text.\n")
    assert remote.stale(answer) == {1: "source changed since it was indexed"}
    assert remote.remove(["more/"]) == ("more/new/dfdx.md",)
    assert remote.stale(answer) == {1: "source is no longer there"}
    with pytest.raises(NotFoundError):
        remote.remove(["nowhere.md"])

    def stop(phase: str, done: int, total: int) -> None:
        raise Interrupted("enough")

    with pytest.raises(Interrupted, match="enough"):
        remote.refresh(rebuild=True, progress=stop)
    remote.close()


def test_the_screens_work_through_it(server, tmp_path) -> None:
    async def flow() -> None:
        app = MlsurveyApp(lambda: engine_of(server.url), corpus=None, state=tmp_path, keys=tmp_path / "keys.toml")
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            app.engine()
            await pilot.press(*"Does Burn support GPUs?", "enter")
            for _ in range(100):
                await pilot.pause(0.1)
                if app.history.entries():
                    break
            assert app.history.entries()[0].question == "Does Burn support GPUs?"
            assert app.generation

    asyncio.run(flow())
