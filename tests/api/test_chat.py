from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.api.conftest import QUESTION
from tests.page.test_pages import marked

from mlsurvey.api.chat import Writer, address_of
from mlsurvey.rendering.layout import Names
from mlsurvey.types import Answer, Citation, Kind, Statement, Status

ABSTAINING = "Does Zorblatt support GPUs?"


def body(question: str = QUESTION, **more: object) -> dict:
    return {"model": "mlsurvey", "messages": [{"role": "user", "content": question}], **more}


def post(client, value: dict):
    return client.post("/v1/chat/completions", json=value)


def test_the_text_quotes_and_marks_lead_to_the_quotes(client) -> None:
    value = post(client, body(temperature=0.2, max_tokens=5, stop=["x"], n=1, user="me", tools=[])).json()
    (choice,) = value["choices"]
    text, notes = choice["message"]["content"], choice["message"]["annotations"]
    assert value["answer"]["citations"] == client.post("/v1/ask", json={"question": QUESTION}).json()["citations"]
    assert "no language model" in text
    assert choice["finish_reason"] == "stop"
    assert len(notes) == sum(len(statement["citations"]) for statement in value["answer"]["statements"])
    for note in (note["url_citation"] for note in notes):
        mark = text[note["start_index"] : note["end_index"]]
        citation = value["answer"]["citations"][int(mark.strip("[]")) - 1]
        shown = client.get(note["url"], headers={"Accept": "text/html"}).text
        assert marked(shown) == citation["quote"]
        assert note["url"] in text


@pytest.mark.parametrize("question", [QUESTION, ABSTAINING, "Which libraries support GPUs?"])
def test_a_stream_is_the_same_text(client, question) -> None:
    whole = post(client, body(question)).json()["choices"][0]["message"]
    response = post(client, body(question, stream=True, stream_options={"include_usage": True}))
    assert response.headers["content-type"].startswith("text/event-stream")
    *pieces, usage, done = [line.removeprefix("data: ") for line in response.text.split("\n") if line[:5] == "data:"]
    assert done == "[DONE]"
    assert json.loads(usage)["usage"]["total_tokens"] == 0 and json.loads(usage)["choices"] == []
    deltas = [json.loads(piece)["choices"][0]["delta"] for piece in pieces]
    assert deltas[0]["role"] == "assistant"
    assert "".join(delta.get("content", "") for delta in deltas) == whole["content"]
    assert deltas[-1]["annotations"] == whole["annotations"]
    assert json.loads(pieces[-1])["choices"][0]["finish_reason"] == "stop"


def test_the_last_message_of_the_user_is_the_question(client) -> None:
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": ABSTAINING},
        {"role": "assistant", "content": "No idea.", "annotations": [], "refusal": None},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    assert post(client, body(messages=messages)).json()["answer"]["question"] == QUESTION


@pytest.mark.parametrize("stream", [False, True])
def test_a_follow_up_takes_from_the_messages_before_it(client, stream) -> None:
    messages = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": "Both run on GPUs."},
        {"role": "user", "content": "   "},
        {"role": "user", "content": "and what about its licence?"},
    ]
    response = post(client, body(messages=messages, stream=stream))
    told = "Taken from the previous question: the libraries (Burn, Candle)."
    assert told in response.text
    if not stream:
        assert response.json()["answer"]["carried"] == ["libraries"]
        assert response.json()["choices"][0]["message"]["content"].startswith(f"*{told}*\n")


HISTORY = [
    {"role": "developer", "content": [{"type": "text", "text": "Be brief."}], "name": "ops"},
    {"role": "user", "content": QUESTION, "name": "ann"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    },
    {"role": "tool", "tool_call_id": "1", "content": "42"},
    {"role": "function", "name": "f", "content": None},
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}], "reasoning_content": "hm"},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "and what about", "prompt_cache_breakpoint": {"mode": "explicit"}},
            {"type": "image_url", "image_url": {"url": "data:,"}},
            {"type": "text", "text": "its licence?"},
        ],
    },
]
ASKED_FOR = {
    "n": 2,
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "response_format": {"type": "json_object"},
}


@pytest.mark.parametrize("stream", [False, True])
def test_a_history_of_the_official_client_is_taken(client, stream) -> None:
    more = {"tool_choice": "auto", "max_completion_tokens": 9, "seed": 1, "metadata": {"a": "b"}, "temperature": None}
    response = post(client, body(messages=HISTORY, stream=stream, **ASKED_FOR, **more))
    assert response.status_code == 200, response.text
    ignored = ["messages.reasoning_content", "messages.content.image_url"]
    last = json.loads(response.text.split("data: ")[-2]) if stream else response.json()
    assert last["ignored"] == [*sorted(ASKED_FOR.keys() | more.keys() - {"temperature"}), *ignored]
    assert "Taken from the previous question: the libraries (Burn, Candle)." in response.text
    assert "Ignored: n, tools," in response.text and "image" in response.text.rpartition("Ignored: n")[2]
    if not stream:
        assert response.json()["answer"]["question"] == "and what about\nits licence?"


def test_what_asks_for_nothing_else_is_only_listed(client) -> None:
    value = post(client, body(temperature=0.2, stop=["x"], n=1, tools=[], response_format={"type": "text"})).json()
    assert value["ignored"] == ["n", "response_format", "stop", "temperature", "tools"]
    assert "Ignored" not in value["choices"][0]["message"]["content"]


def test_an_abstention_says_so_and_shows_what_is_near(client) -> None:
    value = post(client, body(ABSTAINING)).json()
    assert value["answer"]["abstained"]
    assert value["choices"][0]["message"]["annotations"] == []
    assert "Zorblatt" in value["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("more", "status", "param", "code"),
    [
        ({"model": "gpt-9"}, 404, None, "model_not_found"),
        ({"speed": 1}, 422, "speed", "invalid"),
        ({"messages": []}, 422, "messages", "invalid"),
        ({"messages": [{"role": "system", "content": "x"}]}, 422, None, "invalid"),
        ({"messages": [{"role": "user", "content": " "}]}, 422, None, "invalid"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 422, None, "invalid"),
        ({"messages": [{"role": "narrator", "content": "x"}]}, 422, "messages.0.role", "invalid"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_error_has_both_forms(client, more, status, param, code, stream) -> None:
    response = post(client, body(stream=stream) | more)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    value = response.json()
    assert value["status"] == status
    assert {"param": None, **value["error"]} == {
        "message": value["detail"],
        "type": "invalid_request_error",
        "param": param,
        "code": code,
    }


def test_the_model_says_what_it_is(client) -> None:
    (model,) = client.get("/v1/models").json()["data"]
    assert model == client.get("/v1/models/mlsurvey").json()
    assert model["description"].startswith("No language model")
    assert client.get("/v1/models/gpt-9").json()["error"]["code"] == "model_not_found"


def test_no_document_shapes_the_text() -> None:
    citation = Citation(1, "a [b].md", "0" * 64, "T", ("![x](http://evil)",), 700, 710, 3, 3, "quote", 1.0)
    answer = Answer(
        question="?",
        kind=Kind.LOOKUP,
        status=Status.ANSWERED,
        abstained=False,
        reason=None,
        entities=("a",),
        aspects=(),
        statements=(Statement("a", None, "![x](http://evil)\n# <b>hi</b>", (1, 1)),),
        citations=(citation,),
        missing=(),
        conflicts=(),
        index="i",
        model="m",
    )
    writer = Writer(Names(), lambda _: {1: "source changed"}, address_of("http://host/"))
    text = "".join(writer.pieces(iter([*answer.statements, answer])))
    assert "![" not in text and "<b>" not in text and "\n#" not in text
    assert "](http://host/documents/a%20%5Bb%5D.md?start=700&end=710#mark)" in text
    assert "(source changed)" in text
    notes = [note.url_citation for note in writer.annotations(answer)]
    assert [text[note.start_index : note.end_index] for note in notes] == ["[1]", "[1]"]
    assert writer.annotations(replace(answer, citations=())) == []
