from __future__ import annotations

import asyncio
import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.api.conftest import QUESTION, hosted

from mlsurvey import errors
from mlsurvey.client import (
    AsyncClient,
    Client,
    ConditionProblemError,
    RefusedError,
    UnreachableError,
)
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer, Citation, Statement
from mlsurvey.wire import parts
from mlsurvey.wire.requests import FilterRequest

BURN = "rust/burn.md"


def untimed(answer: Answer) -> Answer:
    return replace(answer, timings_ms={})


def test_it_answers_as_the_library_does(client, indexed) -> None:
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        expected = survey.ask(QUESTION)
    answer = client.ask(QUESTION)
    assert [s.text for s in answer.statements] == [s.text for s in expected.statements]
    assert [(c.document, c.start, c.end, c.quote) for c in answer.citations] == [
        (c.document, c.start, c.end, c.quote) for c in expected.citations
    ]
    assert type(answer) is type(expected) and (answer.index, answer.schema) == (expected.index, 1)


def test_parts_come_in_order_and_end_with_the_answer(client) -> None:
    found = list(client.parts(QUESTION, max_statements=2))
    assert [type(part) for part in found[:2]] == [parts.Understood, parts.Passages]
    assert {type(part) for part in found[2:-1]} <= {Statement, Citation, parts.Missing, parts.Conflict}
    assert untimed(found[-1]) == untimed(client.ask(QUESTION, max_statements=2))


def test_a_stream_may_be_left_early(client) -> None:
    stream = client.parts(QUESTION)
    assert isinstance(next(stream), parts.Understood)
    stream.close()
    assert client.health().status == "alive"


def test_what_can_only_be_read(client) -> None:
    hits = client.search("GPU", limit=2, mode="keyword", filters=FilterRequest(language=["rust"]), explain=True)
    assert [hit.rank for hit in hits.hits] == [1, 2]
    assert all(hit.explanation and hit.explanation.terms for hit in hits.hits)
    comparison = client.compare(["burn", "candle"], ["gpu"])
    assert comparison.matrix.entities == ("burn", "candle") == comparison.answer.entities
    covered = client.coverage(aspects=["gpu"], order="name", limit=5, filters=FilterRequest(language=["rust"]))
    assert [point.slug for point in covered.points] == ["gpu"] and len(covered.rows) == 5
    assert {"burn", "candle"} <= {entity.slug for entity in client.entities().entities}
    assert client.entity("burn").name == "Burn"
    assert "gpu" in {aspect.slug for aspect in client.aspects().aspects}
    page = client.documents(limit=1, offset=1, filters=FilterRequest(path=["rust/"]))
    assert (page.total, [row.path for row in page.documents]) == (2, ["rust/candle.md"])
    state = client.document(BURN)
    assert (state.stale, state.file_sha256) == (False, state.indexed and state.indexed.sha256)
    citation = client.ask(QUESTION).citations[0]
    text = client.text(citation.document, mark_start=citation.start, mark_end=citation.end)
    assert text.mark and text.mark.text == citation.quote
    assert client.index().generation and client.ready().index == page.index
    assert "mlsurvey_requests" in client.metrics()
    assert client.jobs().jobs == []
    assert client.problem("busy").status == 409
    assert {"busy", "not-found"} <= {kind.type.rpartition("/")[2] for kind in client.problems().problems}


def test_errors_are_those_of_the_library(client) -> None:
    with pytest.raises(errors.NotFoundError, match="nowhere") as caught:
        client.text("nowhere.md")
    assert caught.value.problem.status == 404  # type: ignore[attr-defined]
    with pytest.raises(errors.NotFoundError):
        client.compare(["burn", "zorblatt"])
    with pytest.raises(errors.UsageError, match="limit"):
        client.search("GPU", limit=0)  # never sent
    with pytest.raises(errors.NotFoundError, match="ends at"):
        client.text(BURN, start=10_000_000)
    with pytest.raises(errors.NotFoundError):
        next(client.parts(QUESTION, filters=FilterRequest(entity=["zorblatt"])))
    with pytest.raises(errors.NotFoundError):
        next(client.follow("20260101T000000-00000000"))


@pytest.mark.slow
def test_documents_are_stored_indexed_and_deleted(serve, home) -> None:
    data = b"# Dfdx\n\nDfdx supports CUDA for GPU acceleration.\n"
    sha256 = hashlib.sha256(data).hexdigest()
    with Client(serve(home).url) as client:
        stored = client.store("new/dfdx & more.md", data, if_absent=True)
        assert (stored.created, stored.sha256, stored.indexed) == (True, sha256, False)
        with pytest.raises(ConditionProblemError, match="already exists"):
            client.store("new/dfdx & more.md", b"# Other\n", if_absent=True)
        with pytest.raises(errors.UsageError, match="another version"):
            client.store("new/dfdx & more.md", b"# Other\n", if_sha256="0" * 64)
        with pytest.raises(errors.UnreadableError):
            client.store("new/program.exe", data)
        with pytest.raises(errors.UsageError, match="not a document path"):
            client.store("../out.md", data)  # never sent
        batch = client.store_all({"new/a.md": b"# A\n", "new/b.md": b"# B\n"}, replace=True)
        assert [one.path for one in batch.documents] == ["new/a.md", "new/b.md"]
        *_, end = client.follow(client.refresh().id)
        assert (end.state, end.result and end.result["added"]) == (
            "succeeded",
            ["new/a.md", "new/b.md", "new/dfdx & more.md"],
        )
        assert client.job(end.id) == end
        assert client.document("new/dfdx & more.md").stale is False
        assert "Dfdx" in client.ask("Does Dfdx support CUDA?").statements[0].text
        client.delete("new/dfdx & more.md", if_sha256=sha256)
        assert client.document("new/dfdx & more.md").file_sha256 is None
        with pytest.raises(errors.UsageError, match="already"):
            client.cancel(end.id)
        figures = client.evaluate('{"id": "q1", "question": "Does Zorblatt learn?", "kind": "unanswerable"}')
        *_, end = client.follow(figures.id)
        assert end.state == "succeeded", end


def test_a_token_says_what_may_be_done(indexed, tmp_path) -> None:
    (tmp_path / "tokens").write_text("read:reading\nwrite:writing\n")
    with hosted(indexed, tmp_path) as url, Client(url) as nobody, Client(url, token="reading") as reader:
        with pytest.raises(RefusedError, match="mlsurvey token"):
            nobody.ask(QUESTION)
        assert reader.ask(QUESTION).statements
        with pytest.raises(RefusedError, match="read-only"):
            reader.delete(BURN)


def test_the_asynchronous_one_does_the_same(server, client) -> None:
    async def flow() -> None:
        async with AsyncClient(server) as other:
            answers = await asyncio.gather(*(other.ask(QUESTION) for _ in range(4)))
            assert {len(answer.statements) for answer in answers} == {len(client.ask(QUESTION).statements)}
            found = [part async for part in other.parts(QUESTION)]
            assert untimed(found[-1]) == untimed(client.ask(QUESTION))
            assert await other.entities() == client.entities()
            assert await other.document(BURN) == client.document(BURN)
            with pytest.raises(errors.NotFoundError):
                await other.document("nowhere.md")
            with pytest.raises(errors.NotFoundError):
                await anext(other.parts(QUESTION, filters=FilterRequest(entity=["zorblatt"])))

    asyncio.run(flow())


def test_the_page_works_as_pasted(home, tmp_path, capsys) -> None:
    page = (Path(__file__).parents[2] / "docs/api/client.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    with hosted(home, tmp_path) as url:
        exec(code.replace("http://127.0.0.1:8642", url), {})
    told = capsys.readouterr().out
    assert "Understood" in told and "succeeded" in told and "notes/mine.md" in told


def test_nobody_there() -> None:
    with Client("http://127.0.0.1:9", retries=0) as client:
        with pytest.raises(UnreachableError, match="mlsurvey serve"):
            client.health()
        with pytest.raises(UnreachableError, match="mlsurvey serve"):
            next(client.parts(QUESTION))


def test_it_needs_nothing_of_the_server() -> None:
    script = (
        "import sys, mlsurvey.client; print(*sorted({'fastapi', 'starlette', 'torch', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
