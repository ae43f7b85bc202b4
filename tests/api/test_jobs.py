from __future__ import annotations

import json
import time

import pytest
from tests.api.conftest import QUESTION, events, wait_for
from tests.api.test_problems import problem

from mlsurvey.api.jobs import KEPT, Jobs
from mlsurvey.api.problems import RefusalError
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey


def add_many(home) -> None:
    """Add enough text that embedding takes several seconds."""
    for number in range(160):
        lines = (f"Library {number} has feature {line} of kind {number * line}.\n\n" for line in range(60))
        (home.corpus / f"{number}.md").write_text(f"# Library {number}\n\n" + "".join(lines), "utf-8")


def test_an_upload_is_found_after_a_refresh(writing) -> None:
    before = writing.get("/v1/index").json()
    assert before["pending"] == {"added": 0, "changed": 0, "removed": 0} and before["jobs"] == []
    body = {"query": "gradient boosted quokkas", "mode": "keyword"}
    assert writing.post("/v1/search", json=body).json()["hits"] == []
    assert writing.put("/v1/documents/new.md", content=b"# New\n\nGradient boosted quokkas.\n").status_code == 201
    assert writing.get("/v1/index").json()["pending"]["added"] == 1
    response = writing.post("/v1/index/refresh")
    assert response.status_code == 202 and response.headers["location"].startswith("/v1/jobs/")
    told = events(writing.get(f"{response.headers['location']}/events").text)
    assert told[-1].name == "done" and {event.name for event in told[:-1]} <= {"progress"}
    job = writing.get(response.headers["location"]).json()
    assert job == told[-1].value and job["state"] == "succeeded" and job["result"]["added"] == ["new.md"]
    hits = writing.post("/v1/search", json=body).json()
    assert hits["hits"][0]["document"] == "new.md" and hits["index"] == job["result"]["generation"]
    counted, until = 'mlsurvey_jobs_total{kind="refresh",outcome="succeeded"} 1.0', time.monotonic() + 10
    while counted not in writing.get("/metrics").text:
        assert time.monotonic() < until


def test_a_dry_run_writes_nothing(writing) -> None:
    writing.put("/v1/documents/new.md", content=b"# New\n")
    job = wait_for(writing, writing.post("/v1/index/refresh", json={"dry_run": True}).headers["location"])
    assert job["result"]["dry_run"] and job["result"]["added"] == ["new.md"]
    assert writing.get("/v1/index").json()["pending"]["added"] == 1


@pytest.mark.slow
def test_one_refresh_at_a_time_and_it_can_be_cancelled(writing, home) -> None:
    add_many(home)
    route = writing.post("/v1/index/refresh").headers["location"]
    busy = problem(writing.post("/v1/index/refresh"), 409, "busy")
    assert busy["job"] == route and route in writing.get("/v1/index").json()["jobs"]
    while (now := writing.get(route).json().get("progress", {})).get("phase") != "embed" or not now["done"]:
        time.sleep(0.02)
    assert writing.post("/v1/ask", json={"question": QUESTION}).status_code == 200, "questions are answered meanwhile"
    assert writing.post(f"{route}/cancel").status_code == 202
    job = wait_for(writing, route)
    assert job["state"] == "cancelled" and "nothing is lost" in job["problem"]["detail"]
    problem(writing.post(f"{route}/cancel"), 409, "finished")
    assert writing.get("/v1/jobs").json()["jobs"][0]["id"] == job["id"]
    with Survey(Settings(corpus=home.corpus, index=home.index)) as survey:
        assert survey.refresh(dry_run=True).embedded < 2400, "what was embedded is kept"


def test_a_refresh_that_another_process_is_at_fails_by_name(writing, home) -> None:
    from mlsurvey.index.layout import Layout
    from mlsurvey.index.lock import writer_lock

    writing.put("/v1/documents/new.md", content=b"# New\n")
    with writer_lock(Layout(home.index), 0):
        job = wait_for(writing, writing.post("/v1/index/refresh").headers["location"])
    assert job["state"] == "failed" and job["problem"]["type"] == "/v1/problems/busy"


def test_questions_of_a_file_are_measured(writing) -> None:
    quote = "Candle supports GPUs through CUDA and Metal."
    cell = {"entity": "candle", "aspect": "gpu", "evidence": [{"document": "rust/candle.md", "quote": quote}]}
    gold = {"id": "q1", "question": "Does Candle support GPUs?", "kind": "lookup", "entities": ["candle"]}
    text = json.dumps({**gold, "cells": [cell]}) + "\n"
    job = wait_for(writing, writing.post("/v1/eval", json={"questions": text}).headers["location"])
    assert job["state"] == "succeeded", job
    assert job["parameters"] == {"questions": 1} and job["result"]["figures"] and job["result"]["warnings"] == []


def test_a_question_file_is_checked_at_once(writing) -> None:
    value = problem(writing.post("/v1/eval", json={"questions": '{"id": "q"}\n'}), 422, "invalid")
    assert value["detail"].startswith("line 1:")
    assert writing.get("/v1/jobs").json() == {"jobs": []}


def test_a_job_whose_process_is_gone_has_failed(tmp_path) -> None:
    jobs = Jobs(tmp_path)
    job = jobs.create("refresh", {}, alone=True)
    with pytest.raises(RefusalError, match="is already running"):
        jobs.create("refresh", {}, alone=True)
    with jobs.working(job.id):
        assert jobs.get(job.id).state == "running"
    left = jobs.get(job.id)
    assert left.state == "failed" and "its process ended unexpectedly" in left.problem.detail
    assert jobs.running() == [] and jobs.create("refresh", {}, alone=True).state == "queued"


def test_old_jobs_make_room(tmp_path) -> None:
    jobs = Jobs(tmp_path)
    for _ in range(KEPT + 3):
        jobs.fail(jobs.create("refresh", {}, alone=True, text="x").id, "tested")
    assert len(jobs.all()) <= KEPT + 1
    assert len(list(jobs.folder.glob("*.jsonl"))) <= KEPT + 1


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a/b", "20260131T120000-0a1b2c3d", "\0"])
def test_a_job_that_is_none_is_not_found(name, client) -> None:
    assert client.get(f"/v1/jobs/{name}".replace("\0", "%00")).status_code == 404
