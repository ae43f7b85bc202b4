from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.api.conftest import QUESTION, events

from mlsurvey.rendering.json import answer_value, hits_value, to_json
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer
from mlsurvey.wire import answers


@pytest.fixture(scope="module")
def survey(indexed):
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        yield survey


def untimed(value: dict) -> dict:
    return {**value, "timings_ms": None}


@pytest.mark.parametrize("question", [QUESTION, "Does Zorblatt support GPUs?", "Which libraries support GPUs?"])
def test_an_answer_is_the_same_object_as_on_the_command_line(question, client, survey) -> None:
    response = client.post("/v1/ask", json={"question": question})
    assert response.status_code == 200
    answer = survey.ask(question)
    value = answer_value(answer, survey.stale(answer))
    assert list(response.json()) == list(value)
    assert near(untimed(response.json())) == untimed(_plain(value))


def near(value: Any) -> Any:
    """The value with rounded scores: a service embeds questions at the precision of the passages."""
    if isinstance(value, dict):
        return {key: near(one) for key, one in value.items()}
    if isinstance(value, list):
        return [near(one) for one in value]
    return pytest.approx(value, rel=0.02) if isinstance(value, float) else value


def _plain(value: dict) -> dict:
    return json.loads(to_json(value))


@pytest.mark.parametrize("question", [QUESTION, "Does Zorblatt support GPUs?", "Which libraries support GPUs?"])
def test_the_models_of_the_contract_lose_no_field_of_an_answer(question, client) -> None:
    value = client.post("/v1/ask", json={"question": question}).json()
    assert _again(TypeAdapter(Answer).validate_python(value)) == value


def _again(answer: Answer) -> dict:
    """The JSON of an answer that was read from JSON."""
    stale = {citation.number: citation.stale for citation in (*answer.citations, *answer.nearest) if citation.stale}
    return _plain(answer_value(answer, stale))


def test_the_models_of_the_contract_lose_no_field_of_a_search(client) -> None:
    value = client.post("/v1/search", json={"query": "GPU", "explain": True}).json()
    assert answers.Hits.model_validate(value).model_dump(mode="json", exclude_unset=True) == value


def test_every_quote_stands_where_it_says(client, indexed) -> None:
    for citation in client.post("/v1/ask", json={"question": QUESTION}).json()["citations"]:
        with (indexed.corpus / citation["document"]).open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_filters_and_limits_reach_the_answer(client) -> None:
    body = {"question": QUESTION, "max_statements": 1, "filters": {"path": ["*/burn.md"]}}
    answer = client.post("/v1/ask", json=body).json()
    assert {c["document"] for c in answer["citations"]} == {"rust/burn.md"}


@pytest.mark.parametrize("how", ["field", "header"])
def test_a_stream_tells_the_parts_in_order_and_the_whole_at_its_end(how, client) -> None:
    body = {"question": QUESTION, "stream": how == "field"}
    headers = {"Accept": "text/event-stream"} if how == "header" else {}
    response = client.post("/v1/ask", json=body, headers=headers)
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    names = [event.name for event in told]
    assert names[:3] == ["understood", "passages", "statement"] and names[3] == "citation" and names[-1] == "done"
    whole = told[-1].value
    assert untimed(whole) == untimed(client.post("/v1/ask", json={"question": QUESTION}).json())
    assert [e.value for e in told if e.name == "statement"] == whole["statements"]
    assert [e.value for e in told if e.name == "citation"] == whole["citations"]
    assert told[1].value["read"] >= len(told[1].value["best"]) > 0


def test_a_stream_that_cannot_begin_is_a_problem_with_a_status(client) -> None:
    body = {"question": QUESTION, "stream": True, "filters": {"entity": ["Zorblatt"]}}
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 404 and response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "extra"), [("get", {}), ("post", {})])
def test_a_search_is_the_same_by_either_method_as_on_the_command_line(method, extra, client, survey) -> None:
    found = survey.search("GPU support", limit=3)
    expected = _plain(hits_value("GPU support", "hybrid", found.generation.id, found.hits))
    if method == "get":
        response = client.get("/v1/search", params={"q": "GPU support", "limit": 3})
    else:
        response = client.post("/v1/search", json={"query": "GPU support", "limit": 3})
    assert near(response.json()) == expected


def test_a_search_takes_every_option_in_the_query_string(client) -> None:
    parameters = {
        "q": "GPU", "limit": 5, "offset": 1, "mode": "keyword", "min_score": 0.1, "explain": "true",
        "entity": ["burn", "candle"], "language": "rust", "path": "rust/", "heading": "hardware",
        "updated_after": "2001-01-01",
    }  # fmt: skip
    hits = client.get("/v1/search", params=parameters).json()["hits"]
    assert hits and all("Hardware" in hit["heading_path"] and hit["explanation"]["terms"] for hit in hits)
    assert [hit["rank"] for hit in hits] == list(range(2, len(hits) + 2))


def test_a_comparison_is_a_matrix_with_its_answer(client) -> None:
    body = {"entities": ["Burn", "candle"], "aspects": ["gpu", "licence"]}
    value = client.post("/v1/compare", json=body).json()
    matrix, answer = value["matrix"], value["answer"]
    assert (matrix["entities"], matrix["aspects"]) == (["burn", "candle"], ["gpu", "licence"])
    assert matrix["rows"][1][1]["missing"]["entity"] == "candle"
    assert [s for row in matrix["rows"] for cell in row for s in cell["statements"]] != []
    assert answer["kind"] == "compare"
    read = answers.Comparison.model_validate(value)
    assert {"answer": _again(read.answer), "matrix": _plain(asdict(read.matrix))} == value


def test_names_are_listed(client) -> None:
    entities = client.get("/v1/entities").json()["entities"]
    assert {"burn", "candle"} <= {entity["slug"] for entity in entities}
    assert client.get("/v1/entities/burn").json() == next(e for e in entities if e["slug"] == "burn")
    assert client.get("/v1/entities/zorblatt").status_code == 404
    assert {"slug": "gpu", "name": "GPU support"} in client.get("/v1/aspects").json()["aspects"]


@pytest.mark.parametrize("route", ["/v1/ask", "/v1/search", "/v1/compare"])
def test_a_client_that_has_the_result_is_told_so(route, client) -> None:
    body = {
        "/v1/ask": {"question": QUESTION},
        "/v1/search": {"query": "GPU"},
        "/v1/compare": {"entities": ["burn", "candle"]},
    }[route]
    first = client.post(route, json=body)
    tag = first.headers["etag"]
    again = client.post(route, json=body, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.post(route, json=body, headers={"If-None-Match": '"other"'}).status_code == 200


def test_what_was_answered_is_remembered(client) -> None:
    def hits() -> float:
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith('mlsurvey_cache_total{result="hit"'))

    before = hits()
    for _ in range(3):
        client.post("/v1/ask", json={"question": "Does Burn support GPUs?"})
    assert hits() >= before + 2


def test_a_changed_source_is_marked_at_once_and_changes_the_tag(writing, home) -> None:
    first = writing.post("/v1/ask", json={"question": QUESTION})
    burn = home.corpus / "rust" / "burn.md"
    burn.write_text("One more line.\n" + burn.read_text("utf-8"), "utf-8")
    again = writing.post("/v1/ask", json={"question": QUESTION}, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert any("changed" in citation.get("stale", "") for citation in again.json()["citations"])


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_hit_whose_file_changed_is_marked_at_once_and_changes_the_tag(method, writing, home) -> None:
    def search(**headers: str):
        if method == "get":
            return writing.get("/v1/search", params={"q": "GPU"}, headers=headers)
        return writing.post("/v1/search", json={"query": "GPU"}, headers=headers)

    first = search()
    assert not any("stale" in hit for hit in first.json()["hits"])
    (home.corpus / "rust" / "candle.md").unlink()
    again = search(**{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    stale = {hit.document: hit.stale for hit in answers.Hits.model_validate(again.json()).hits}
    assert stale["rust/candle.md"] == "source is no longer there" and stale["rust/burn.md"] is None


def test_a_follow_up_takes_from_the_questions_before_it(client) -> None:
    body = {"question": "and what about its licence?", "after": [QUESTION]}
    answer = client.post("/v1/ask", json=body).json()
    assert (answer["entities"], answer["carried"]) == (["burn", "candle"], ["libraries"])
    alone = client.post("/v1/ask", json=body | {"after": []}).json()
    assert alone["carried"] == [] and alone["entities"] == []


def test_questions_before_that_make_no_sense_are_refused(client) -> None:
    response = client.post("/v1/ask", json={"question": QUESTION, "after": [" "]})
    assert response.status_code == 422 and response.json()["errors"][0]["place"][-2] == "after"


def test_a_quoted_phrase_is_demanded_and_its_absence_noted(client) -> None:
    found = client.post("/v1/search", json={"query": '"CUDA, Metal and WebGPU"'}).json()
    assert [hit["document"] for hit in found["hits"]] == ["rust/burn.md"] and "note" not in found
    missed = client.get("/v1/search", params={"q": '"Metal and CUDA" GPU', "mode": "dense"}).json()
    assert missed["hits"] == [] and missed["note"].startswith('no passage contains the phrase "Metal and CUDA"')
