"""Questions while the corpus changes and the index is refreshed repeatedly."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field

import pytest
from tests.api.conftest import QUESTION, wait_for

from mlsurvey.client import AsyncClient, Client
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="POSIX signals")]

REFRESHES = 4
CONNECTIONS = 4
CHANGING = "rust/burn.md"
QUESTIONS = (QUESTION, "Does Burn support GPUs?", "Which libraries support GPUs?", "Does Zorblatt support GPUs?")


@dataclass
class Versions:
    """Every version of every document so far, by path and digest."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)

    def keep(self, path: str, data: bytes) -> None:
        self.texts[path, hashlib.sha256(data).hexdigest()] = data.decode("utf-8-sig")

    def is_true(self, answer: Answer) -> bool:
        """Whether each quote matches, character for character, the version that its citation names."""
        return all(
            self.texts[citation.document, citation.sha256][citation.start : citation.end] == citation.quote
            for citation in (*answer.citations, *answer.nearest)
        )


def test_every_answer_is_of_one_generation_and_quotes_what_its_digests_name(serve, home) -> None:
    server, versions = serve(home), Versions()
    for path in home.corpus.rglob("*.md"):
        versions.keep(path.relative_to(home.corpus).as_posix(), path.read_bytes())
    answers: list[Answer] = []
    stop = asyncio.Event()

    async def ask(number: int, client: AsyncClient) -> None:
        while not stop.is_set():
            answers.append(await client.ask(QUESTIONS[number % 4], max_statements=1 + len(answers) % 20))
            number += 1

    async def change(client: AsyncClient) -> None:
        text = (home.corpus / CHANGING).read_text("utf-8")
        for number in range(REFRESHES):
            data = f"{text}\n{'More. ' * number}Burn {number} supports GPUs through driver {number}.\n".encode()
            versions.keep(CHANGING, data)
            await client.store(CHANGING, data)
            started = await client.refresh()
            last = [job async for job in client.follow(started.id)][-1]
            assert last.state == "succeeded", last
            new = (await client.index()).generation
            assert new is not None
            while new.id not in {answer.index for answer in answers}:  # a refresh may finish before an answer does
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        stop.set()

    async def flow() -> None:
        async with AsyncClient(server.url, retries=0) as client:
            await asyncio.gather(change(client), *(ask(number, client) for number in range(CONNECTIONS)))

    asyncio.run(flow())
    assert len({answer.index for answer in answers}) == REFRESHES + 1
    assert len(answers) > 50
    assert all(versions.is_true(answer) for answer in answers)
    assert any(citation.quote.startswith("Burn 3 ") for answer in answers for citation in answer.citations)
    assert {line["status"] for line in server.lines() if line.get("route") == "/v1/ask"} == {200}


def children(process: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return [pid for pid, parent in pairs if parent == process]


@pytest.mark.parametrize("delay", [0.0, 1.0, 2.0, 3.0])
def test_a_refresh_that_is_killed_leaves_the_index_as_it_was(serve, home, delay) -> None:
    server = serve(home)
    before = server.client.post("/v1/ask", json={"question": QUESTION}).json()
    (home.corpus / CHANGING).write_text("# Burn\n\nBurn supports GPUs through one more driver.\n")
    route = server.client.post("/v1/index/refresh").headers["location"]
    while not (workers := children(server.process.pid)):
        time.sleep(0.01)
    time.sleep(delay)
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):  # it has already ended
            os.kill(worker, signal.SIGKILL)
    state = wait_for(server.client, route)["state"]
    with Client(server.url) as client:
        answer = client.ask(QUESTION)
        if state == "failed" and answer.index == before["index"]:  # else killed after it was published
            assert len(answer.citations) == len(before["citations"])
        elif state == "failed":
            assert any("one more driver" in citation.quote for citation in answer.citations)
        *_, again = client.follow(client.refresh().id)
        assert again.state == "succeeded", again
        assert any("one more driver" in citation.quote for citation in client.ask(QUESTION).citations)
    with Survey(Settings(corpus=home.corpus, index=home.index)) as survey:
        survey.verify()
