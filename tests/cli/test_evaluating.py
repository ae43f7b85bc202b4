from __future__ import annotations

import json

import pytest

QUESTIONS = [
    {
        "id": "both",
        "question": "How do Burn and Candle differ in GPU support?",
        "kind": "compare",
        "entities": ["burn", "candle"],
        "cells": [
            {
                "entity": "burn",
                "aspect": "gpu",
                "evidence": [
                    {"document": "rust/burn.md", "quote": "Burn supports GPUs through CUDA, Metal and WebGPU."}
                ],
            },
            {
                "entity": "candle",
                "aspect": "gpu",
                "evidence": [{"document": "rust/candle.md", "quote": "Candle supports GPUs through CUDA and Metal."}],
            },
        ],
    },
    {"id": "cheese", "question": "Which cheese is best with Zorblatt?", "kind": "unanswerable"},
]


@pytest.fixture
def questions(tmp_path) -> str:
    return written(tmp_path / "questions.jsonl", QUESTIONS)


def written(path, records) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return str(path)


def test_figures_come_with_intervals(run, indexed, questions) -> None:
    done = run("eval", questions, home=indexed)
    assert (done.code, done.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines()[2:]}
    assert rows["verbatim"][0] == rows["cell_recall"][0] == rows["abstain_right"][0] == "1.000"
    assert rows["cell_recall"] == ["1.000", "1.000", "to", "1.000", "2"]
    assert rows["recall@10"][0] == "1.000" and rows["list_f1"][0] == "-"


def test_questions_are_told_one_by_one_if_asked(run, indexed, questions) -> None:
    out = run("eval", questions, "--per-question", home=indexed).out
    assert out.startswith("Questions\n") and "cheese" in out and "both" in out


def test_json_is_what_is_saved(run, indexed, questions, tmp_path) -> None:
    saved = tmp_path / "run.json"
    done = run("eval", questions, "--json", "--save", str(saved), home=indexed)
    assert done.value == json.loads(saved.read_text("utf-8"))
    assert done.value["figures"]["cell_recall"]["value"] == 1.0
    assert [question["id"] for question in done.value["questions"]] == ["both", "cheese"]


def test_a_run_is_compared_with_a_saved_one(run, indexed, questions, tmp_path) -> None:
    saved = tmp_path / "run.json"
    run("eval", questions, "--save", str(saved), home=indexed)
    out = run("eval", questions, "--compare", str(saved), home=indexed).out
    assert "Won: 0\nLost: 0\nDifference to the saved run\n" in out
    older = saved.read_text("utf-8").replace('"missed": []', '"missed": ["burn/gpu"]', 1)
    saved.write_text(older, "utf-8")
    comparison = run("eval", questions, "--compare", str(saved), "--json", home=indexed).value["comparison"]
    assert [(change["question"], change["cell"]) for change in comparison["won"]] == [("both", "burn/gpu")]


def test_bounds_decide_the_exit_code(run, indexed, questions) -> None:
    assert run("eval", questions, "--min", "cell_recall=1", "--max", "abstain_wrong=0", home=indexed).code == 0
    done = run("eval", questions, "--min", "cell_recall=1", "--min", "list_f1=0.5", home=indexed)
    assert (done.code, done.err) == (1, "list_f1 cannot be measured: no question contributes to it\n")


def test_regions_bring_the_figure_of_misattribution(run, indexed, questions, tmp_path) -> None:
    regions = tmp_path / "regions.tsv"
    regions.write_text("rust/burn.md\t1\t99\tburn\nrust/candle.md\t1\t99\tcandle\n", "utf-8")
    done = run("eval", questions, "--regions", str(regions), "--max", "misattributed=0", "--json", home=indexed)
    assert done.code == 0 and done.value["figures"]["misattributed"]["count"] > 0


def test_a_faulty_line_is_an_error_of_usage(run, indexed, tmp_path) -> None:
    file = written(tmp_path / "q.jsonl", [QUESTIONS[0], {"id": "x", "kind": "lookup"}])
    done = run("eval", file, home=indexed)
    assert done.code == 2 and "q.jsonl, line 2: 'question' is missing" in done.err and done.out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--min", "speed=1"), 2, "no figure 'speed'"),
        (("--save", "nowhere/run.json"), 4, "no folder"),
        (("--compare", "nowhere.json"), 4, "with a run that --save wrote"),
        (("--regions", "nowhere.tsv"), 4, "with regions"),
    ],
)
def test_what_was_typed_is_checked_before_anything_is_asked(run, indexed, questions, arguments, code, message) -> None:
    done = run("eval", questions, *arguments, home=indexed)
    assert done.code == code and message in done.err and done.out == ""


def test_evidence_that_is_not_there_is_told(run, indexed, tmp_path) -> None:
    record = json.loads(json.dumps(QUESTIONS[0]))
    record["cells"][0]["evidence"][0]["quote"] = "Burn supports the abacus and the slide rule as well."
    done = run("eval", written(tmp_path / "q.jsonl", [record]), home=indexed)
    assert done.code == 0 and "warning: both, burn/gpu: quote occurs 0 times in rust/burn.md" in done.err
    for cell in record["cells"]:
        cell["evidence"][0]["document"] = "elsewhere.md"
    done = run("eval", written(tmp_path / "q.jsonl", [record]), home=indexed)
    assert done.code == 2 and "has no document that the questions cite, such as elsewhere.md" in done.err
