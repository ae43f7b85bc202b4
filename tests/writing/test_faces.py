"""The summary is shown on every face, above the quotes, and says what was dropped."""

from __future__ import annotations

import html
import re
import threading
import time
from contextlib import ExitStack
from dataclasses import replace

import pytest
from starlette.testclient import TestClient
from tests.api.conftest import BASE, events
from tests.rendering.samples import NAMES, comparison
from tests.tui.conftest import asked, play, text_of, until
from tests.writing.model_server import chunk, says, serving, silent, status

from mlsurvey.api.app import create_app
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.mcp.tools import TOOLS, plain
from mlsurvey.page.answers import answer_view
from mlsurvey.rendering.formats import FORMATS
from mlsurvey.rendering.json import answer_value
from mlsurvey.settings import Settings
from mlsurvey.types import Answer
from mlsurvey.wire.requests import QuestionRequest
from mlsurvey.written import Summary, SummarySentence
from mlsurvey_tui.start import application

QUESTION = "How do Burn and Candle differ in GPU support?"
SAID = "Burn supports GPUs through CUDA, Metal and WebGPU."
REPLY = (f"{SAID} [1]", "Burn is the best. [1]")
DROPPED = "1 of 2 sentences dropped, as their quotes do not support them."


@pytest.fixture
def serve(indexed, tmp_path):
    """A service whose writer is a server with a behaviour."""
    with ExitStack() as stack:

        def started(behaviour, **more):
            model = stack.enter_context(serving(behaviour))
            writer = {"writer": "openai-compatible", "writer_url": model.url, "writer_model": "toy"} | more
            settings = Settings(corpus=indexed.corpus, index=indexed.index, **writer)
            app = create_app(settings, ServiceSettings(tokens_file=tmp_path / "tokens"))
            client = stack.enter_context(TestClient(app, base_url=BASE))
            while client.get("/v1/ready").status_code == 503:
                time.sleep(0.02)
            return client, model

        yield started


def summarised() -> Answer:
    summary = Summary((SummarySentence("Burn has _CUDA_ <b>.", (1, 2)),), 3, 2, None, 1.5)
    return replace(comparison(), summary=summary, writer="openai-compatible/toy")


def test_the_api_streams_the_quotes_first_and_the_whole_is_the_same(serve) -> None:
    client, _ = serve(says(*REPLY))
    response = client.post("/v1/ask", json={"question": QUESTION, "stream": True})
    names = [event.name for event in events(response.text)]
    assert names.index("summary") > max(place for place, name in enumerate(names) if name == "citation")
    assert names[-3:] == ["waiting", "summary", "done"]
    told = {event.name: event.value for event in events(response.text)}
    draft, done = told["waiting"]["answer"], told["done"]
    assert told["waiting"]["use"] == "summary" and 0 < told["waiting"]["seconds"] <= 30
    assert draft == {name: value for name, value in done.items() if name != "summary"}
    assert told["summary"] == {"text": SAID, "citations": [1]} == told["done"]["summary"]["sentences"][0]
    whole = client.post("/v1/ask", json={"question": QUESTION}).json()
    assert whole["writer"] == "openai-compatible/toy" and whole["summary"]["dropped"] == 1
    assert client.post("/v1/compare", json={"entities": ["burn", "candle"]}).json()["answer"]["summary"]["written"] == 2


def test_the_log_says_that_the_model_failed_and_holds_no_question(serve, caplog) -> None:
    client, _ = serve(status(401))
    client.post("/v1/ask", json={"question": QUESTION})
    (record,) = [one for one in caplog.records if one.message == "writer"]
    assert record.levelname == "WARNING" and record.writer == "openai-compatible/toy"
    assert len(record.notes) == 1 and "HTTP 401" in record.notes[0]
    assert "Burn" not in str(vars(record))


def test_a_failure_is_not_cached_and_a_summary_is(serve) -> None:
    behaviours = [status(500), says(*REPLY)]
    client, model = serve(lambda handler: behaviours[min(len(model_of(handler)), 2) - 1](handler))
    ask = lambda: client.post("/v1/ask", json={"question": QUESTION}).json()["summary"]  # noqa: E731
    assert "HTTP 500" in ask()["note"]
    assert ask()["note"] is None and ask()["note"] is None
    assert len(model.requests) == 2


def model_of(handler) -> list:
    return handler.server.model.requests


def test_a_chat_says_what_the_model_wrote_and_marks_it(serve) -> None:
    client, _ = serve(says(*REPLY))
    body = {"model": "mlsurvey", "messages": [{"role": "user", "content": QUESTION}]}
    message = client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]
    text = message["content"]
    assert f"**Summary**\n\n- {SAID} [1]\n" in text and DROPPED in text
    assert "*Summary by openai-compatible/toy: 1 of 2 sentences" in text
    assert client.get("/v1/models").json()["data"][0]["description"].startswith("With the help of a language model")
    assert "The summary is by a language model" in text and "no language model wrote this" not in text
    start = text.index(f"- {SAID}") + len(f"- {SAID} ")
    assert start in [one["url_citation"]["start_index"] for one in message["annotations"]]


def test_a_chat_without_a_kept_sentence_says_that_it_is_all_quotes(serve) -> None:
    client, _ = serve(says("Burn is the best. [1]"))
    body = {"model": "mlsurvey", "messages": [{"role": "user", "content": QUESTION}]}
    text = client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["content"]
    assert "no language model wrote this" in text and "No summary" in text and "Burn is the best" not in text


def page_of(client, address: str = "/", **parameters: str) -> str:
    return client.get(address, params=parameters or None, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(("address", "asked"), [("/", {"q": QUESTION}), ("/compare", {"entity": ["burn", "candle"]})])
def test_the_page_shows_the_quotes_and_asks_for_the_summary_later(serve, address, asked) -> None:
    client, model = serve(says(*REPLY))
    page = page_of(client, address, **asked)
    assert 'class="matrix' in page and DROPPED not in page and not model.requests
    assert "toy is writing a summary, 30 s at most…" in page
    (later,) = set(re.findall(r'data-summary="([^"]+)"', page))
    page = page_of(client, html.unescape(later))
    assert DROPPED in page and page.index("Summary by openai-compatible/toy") < page.index('class="matrix')
    assert "data-summary" not in page and len(model.requests) == 1


def test_the_page_waits_for_a_model_that_has_a_part_in_the_quotes(serve) -> None:
    client, model = serve(says("{}"), writer_uses="choose, summary")
    page = page_of(client, q=QUESTION)
    assert "waiting for the language model, 30 s at most" in page and "data-summary" not in page
    assert 'id="summary"' in page and len(model.requests) == 1


def test_the_page_offers_no_summary_of_nothing(serve) -> None:
    client, model = serve(says(*REPLY))
    page = page_of(client, q="Does Zorblatt support GPUs?")
    assert "data-summary" not in page and 'id="summary"' not in page and not model.requests


def test_the_tools_for_agents_return_it(start) -> None:
    survey, _ = start(says(*REPLY))
    ask = next(tool for tool in TOOLS if tool.name == "ask")
    value, _ = plain(ask.work(survey, QuestionRequest(question=QUESTION), lambda: False))
    assert value["summary"]["sentences"] == [{"text": SAID, "citations": [1]}]


@pytest.mark.parametrize("name", ["Markdown", "HTML", "JSON"])
def test_an_export_has_the_summary_first_and_escapes_it(name: str) -> None:
    answer = summarised()
    text = next(one for one in FORMATS if one.name == name).write(answer, NAMES, {})
    assert "openai-compatible/toy" in text and ("2 of 3 sentences dropped" in text or name == "JSON")
    assert {"Markdown": r"\_CUDA\_ \<b\>", "HTML": "_CUDA_ &lt;b&gt;", "JSON": "_CUDA_ <b>"}[name] in text


def test_without_a_writer_nothing_names_one() -> None:
    answer = comparison()
    value = answer_value(answer)
    assert "summary" not in value and value["writer"] == "extractive"
    assert not [one.name for one in FORMATS if "summary" in one.write(answer, NAMES, {}).casefold()]
    assert answer_view(answer, NAMES, {}).summary is None


def terminal(home, model, tmp_path):
    """The terminal interface, whose writer is the model."""
    writer = {"writer": "openai-compatible", "writer_url": model.url, "writer_model": "toy"}
    settings = Settings(corpus=home.corpus, index=home.index, **writer)
    return application(settings, keys=tmp_path / "keys.toml", state=tmp_path / "state")


def test_the_terminal_interface_shows_it_above_the_quotes(tmp_path, home) -> None:
    with serving(says(*REPLY)) as model:
        app = terminal(home, model, tmp_path)

        async def story(app, pilot) -> None:
            await asked(app, pilot, QUESTION)
            await until(pilot, lambda: DROPPED in text_of(app))
            shown = text_of(app)
            title, said = shown.index("Summary by openai-compatible/toy"), shown.index(SAID)
            assert title < said < shown.index("Candle supports GPUs") and shown.count(SAID) == 2
            assert DROPPED in shown

        play(app, story, (120, 60))


def test_the_terminal_interface_shows_the_quotes_while_the_summary_is_written(tmp_path, home) -> None:
    goes_on = threading.Event()

    def behave(handler) -> None:
        handler.head()
        handler.send(chunk(f"{SAID} [1]\n"))
        goes_on.wait(30)
        handler.send(chunk("Candle supports GPUs through CUDA and Metal. [2]\n", "stop"))

    with serving(behave) as model:
        app = terminal(home, model, tmp_path)

        async def story(app, pilot) -> None:
            await asked(app, pilot, QUESTION)
            await until(pilot, lambda: "Summary by" in text_of(app))
            assert "waiting for the model to write a summary" in text_of(app)
            assert "Candle supports GPUs" in text_of(app) and not app.history.questions()
            await pilot.press("j")
            pointed = app.screen.focused.text
            goes_on.set()
            await until(pilot, lambda: "waiting for" not in text_of(app))
            await until(pilot, lambda: getattr(app.screen.focused, "text", "") == pointed)
            assert " · summary " in text_of(app)
            assert app.history.questions() == [QUESTION] and app.screen.shown.answer.summary.written == 2
            assert not app.screen.conversation.earlier

        play(app, story, (120, 60))


def test_an_answer_left_while_its_summary_is_written_is_in_the_history(tmp_path, home) -> None:
    with serving(silent()) as model:
        app = terminal(home, model, tmp_path)

        async def story(app, pilot) -> None:
            await asked(app, pilot, QUESTION)
            app.screen.workers.cancel_group(app.screen, "ask")
            await until(pilot, lambda: app.history.questions() == [QUESTION])

        play(app, story)
