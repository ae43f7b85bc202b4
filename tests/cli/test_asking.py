from __future__ import annotations

import json
import re

import pytest

QUESTION = "How do Burn and Candle differ in GPU support?"


def test_a_comparison_cites_both_sides(run, indexed) -> None:
    done = run("ask", QUESTION, home=indexed)
    assert done.code == 0
    assert "Burn supports GPUs through CUDA, Metal and WebGPU. [" in done.out
    assert "rust/burn.md:10" in done.out and "rust/candle.md:10" in done.out


def test_words_of_a_question_need_no_quotes(run, indexed) -> None:
    assert run("ask", *QUESTION.split(), "--json", home=indexed).value["question"] == QUESTION


def test_json_quotes_are_verbatim(run, indexed) -> None:
    answer = run("ask", QUESTION, "--json", home=indexed).value
    assert answer["entities"] == ["burn", "candle"] and answer["citations"]
    for citation in answer["citations"]:
        text = (indexed.corpus / citation["document"]).read_bytes().decode("utf-8-sig")
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_markdown_is_for_pasting(run, indexed) -> None:
    out = run("ask", QUESTION, "--markdown", home=indexed).out
    assert out.startswith(f"# {QUESTION}\n") and "## Sources" in out and "```text\n" in out


def test_an_abstention_ends_with_three(run, indexed) -> None:
    done = run("ask", "Which cheese is best with Zorblatt?", home=indexed)
    assert done.code == 3 and done.out.startswith("No answer: ") and done.err == ""


def test_explain_says_what_was_understood(run, indexed) -> None:
    question = "How do Burn and Gorgonnia differ in GPU support and in zanzibar handling?"
    out = run("ask", question, "--explain", "--language", "rust", home=indexed).out
    rows = dict(line.strip().split("  ", 1) for line in out.split("\n\n")[0].split("\n")[1:])
    told = {name: value.strip() for name, value in rows.items()}
    assert out.startswith("Understood\n")
    assert told["libraries"] == "Burn, Gorgonia (typed “Gorgonnia”)"
    assert re.fullmatch("GPU support, from “.*GPU support.*”", told["aspect 1"])
    assert "zanzibar" in out
    assert told["filters"] == "language rust" and {"kind", "index", "model", "time"} <= set(told)
    assert "  score 0." in out, "each source with its score"


def test_explain_reaches_json_and_markdown(run, indexed) -> None:
    understood = run("ask", QUESTION, "--explain", "--json", home=indexed).value["understood"]
    assert (understood["kind"], understood["entities"]) == ("compare", ["burn", "candle"])
    assert understood["aspects"][0]["aspect"] == "gpu"
    assert "understood" not in run("ask", QUESTION, "--json", home=indexed).value
    assert "- libraries: Burn, Candle\n" in run("ask", QUESTION, "--explain", "--markdown", home=indexed).out
    line = json.dumps({"id": 1, "question": QUESTION}).encode()
    done = run("ask", "--jsonl", "-", "--explain", home=indexed, stdin=line)
    assert done.value["understood"] == understood


def test_a_source_that_changed_is_marked(run, home) -> None:
    burn = home.corpus / "rust" / "burn.md"
    burn.write_text(burn.read_text("utf-8").replace("CUDA", "cuda"), "utf-8")
    (home.corpus / "rust" / "candle.md").unlink()
    done = run("ask", QUESTION, home=home)
    assert "(source changed since it was indexed)" in done.out and "(source is no longer there)" in done.out
    stale = {c["document"]: c.get("stale") for c in run("ask", QUESTION, "--json", home=home).value["citations"]}
    assert stale["rust/candle.md"] == "source is no longer there"


def test_a_hit_whose_file_changed_is_marked(run, home) -> None:
    burn = home.corpus / "rust" / "burn.md"
    burn.write_text(burn.read_text("utf-8") + "\nMore at the end.\n", "utf-8")
    (home.corpus / "rust" / "candle.md").unlink()
    lines = run("search", "GPU", "--mode", "keyword", home=home).out.split("\n")
    places = {line.split()[1].partition(":")[0]: line for line in lines if ".md:" in line}
    assert places["rust/burn.md"].endswith(" (source changed since it was indexed)")
    assert places["rust/candle.md"].endswith(" (source is no longer there)")
    hits = run("search", "GPU", "--mode", "keyword", "--json", home=home).value["hits"]
    stale = {hit["document"]: hit.get("stale") for hit in hits}
    assert stale["rust/burn.md"] == "source changed since it was indexed"
    assert stale["rust/candle.md"] == "source is no longer there"
    run("refresh", "--quiet", home=home)
    assert not any("stale" in hit for hit in run("search", "GPU", "--json", home=home).value["hits"])


def test_escape_sequences_in_documents_stay_out_of_every_form(run, indexed) -> None:
    question = "Does Linfa support GPUs?"
    for form in ((), ("--json",), ("--markdown",), ("--explain",)):
        done = run("ask", question, *form, home=indexed)
        assert "Linfa" in done.out
        assert not set("\x1b\x07\u202e") & set(done.out + done.err), form
    for command in (("search", "Linfa"), ("show", "hostile.md"), ("search", "Linfa", "--json")):
        assert not set("\x1b\x07\u202e") & set(run(*command, home=indexed).out), command


def test_lines_of_questions_become_lines_of_answers(run, indexed, tmp_path) -> None:
    lines = [
        json.dumps({"id": "a", "question": QUESTION, "gold": 1}),
        "{broken",
        "",
        json.dumps({"id": 7}),
        "[]",
        json.dumps({"id": None, "question": "Is Burn MIT licensed?"}),
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\ufeff" + "\n".join(lines), "utf-8")
    done = run("ask", "--jsonl", str(file), home=indexed)
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 1
    assert [a["id"] for a in answers] == ["a", None, 7, None, None]
    assert [a.get("line") for a in answers] == [None, 2, 4, 5, None]
    assert ["error" in a for a in answers] == [False, True, True, True, False]
    assert answers[0]["question"] == QUESTION and answers[0]["schema"] == 1


def test_questions_come_from_stdin_too(run, indexed) -> None:
    done = run("ask", "--jsonl", "-", home=indexed, stdin=b'{"id": 1, "question": "Is Burn MIT licensed?"}\n')
    assert done.code == 0 and done.value["id"] == 1


def test_search_filters_and_limits(run, indexed) -> None:
    hits = run("search", "GPUs", "--json", "--limit", "2", "--path", "rust/", home=indexed).value["hits"]
    assert len(hits) == 2 and all(hit["document"].startswith("rust/") for hit in hits)
    hits = run("search", "gpu", "--json", "--entity", "Gorgonia", home=indexed).value["hits"]
    assert {hit["document"] for hit in hits} == {"go/gorgonia.md"}
    hits = run("search", "gpu", "--json", "--language", "golang", home=indexed).value["hits"]
    assert {hit["document"] for hit in hits} == {"go/gorgonia.md"}


def test_search_shows_place_reason_and_text(run, indexed) -> None:
    out = run("search", "WebAssembly browser", home=indexed).out
    assert out.startswith("1. rust/candle.md:") and "keyword #1" in out and "dense #1" in out
    assert "dense" not in run("search", "WebAssembly", "--mode", "keyword", home=indexed).out


def test_a_search_explains_its_hits(run, indexed) -> None:
    query = "WebAssembly browser"
    for hit in run("search", query, "--explain", "--json", home=indexed).value["hits"]:
        told = hit["explanation"]
        assert sum(part["weight"] for part in told["terms"]) == pytest.approx(hit["scores"].get("keyword", 0), rel=1e-4)
        assert sum(part["share"] for part in told["tokens"]) + told["remainder"] == pytest.approx(told["cosine"])
    out = run("search", query, "--explain", home=indexed).out
    assert "BM25 " in out and "cosine " in out and "webassembl" in out
    assert "cosine" not in run("search", query, "--explain", "--mode", "keyword", home=indexed).out
    assert "BM25" not in run("search", query, "--explain", "--mode", "dense", home=indexed).out


def test_nothing_found_is_said(run, indexed) -> None:
    assert run("search", "xyzzy", "--mode", "keyword", home=indexed).out == "nothing found\n"


FOLLOWING = "and what about its licence?"


def test_a_follow_up_takes_what_it_leaves_unsaid_and_says_so(run, indexed) -> None:
    run("ask", QUESTION, home=indexed)
    answer = run("ask", "--follow", FOLLOWING, "--json", home=indexed).value
    assert (answer["question"], answer["entities"]) == (FOLLOWING, ["burn", "candle"])
    assert answer["carried"] == ["libraries"]
    again = run("ask", FOLLOWING, "--after", QUESTION, home=indexed)
    assert again.out.startswith("Taken from the previous question: the libraries (Burn, Candle).\n")


def test_a_follow_up_to_nothing_says_what_to_do(run, indexed) -> None:
    done = run("ask", "--follow", FOLLOWING, home=indexed)
    assert done.code == 2 and "--after" in done.err and done.out == ""


def test_a_conversation_goes_on_over_several_follow_ups(run, indexed) -> None:
    run("ask", QUESTION, home=indexed)
    run("ask", "--follow", FOLLOWING, home=indexed)
    answer = run("ask", "--follow", "what about Gorgonia?", "--json", home=indexed).value
    assert answer["entities"] == ["gorgonia"]


def test_a_new_question_begins_a_new_conversation(run, indexed) -> None:
    run("ask", "What is Gorgonia?", home=indexed)
    run("ask", QUESTION, home=indexed)
    assert run("ask", "--follow", FOLLOWING, "--json", home=indexed).value["entities"] == ["burn", "candle"]


def test_a_line_may_follow_others(run, indexed) -> None:
    lines = [
        {"id": 1, "question": FOLLOWING, "after": [QUESTION]},
        {"id": 2, "question": FOLLOWING, "after": QUESTION},
    ]
    stdin = "".join(json.dumps(line) + "\n" for line in lines).encode()
    done = run("ask", "--jsonl", "-", home=indexed, stdin=stdin)
    first, second = map(json.loads, done.out.splitlines())
    assert done.code == 1 and first["entities"] == ["burn", "candle"]
    assert second["error"]["message"] == "'after' is not a list of questions"


@pytest.mark.parametrize("option", [("--follow",), ("--after", QUESTION)])
def test_a_file_of_questions_follows_nothing(run, indexed, option) -> None:
    done = run("ask", "--jsonl", "-", *option, home=indexed)
    assert done.code == 2 and "'after'" in done.err


def test_a_chat_answers_line_after_line(run, indexed) -> None:
    done = run("chat", home=indexed, stdin=f"{QUESTION}\n\n{FOLLOWING}\n/quit\nnever read\n".encode())
    first, second = done.out.split(f"> {FOLLOWING}\n")
    assert done.code == 0 and first.startswith(f"> {QUESTION}\n") and "Burn supports GPUs" in first
    assert second.startswith("Taken from the previous question: the libraries (Burn, Candle).")
    assert "never read" not in done.out


def test_a_chat_forgets_when_it_is_told_to(run, indexed) -> None:
    done = run("chat", "--json", home=indexed, stdin=f"{QUESTION}\n/new\n{FOLLOWING}\n".encode())
    first, second = map(json.loads, done.out.splitlines())
    assert first["entities"] == ["burn", "candle"] and second["carried"] == []


def test_a_chat_goes_on_after_a_line_that_makes_no_sense(run, indexed) -> None:
    done = run("chat", home=indexed, stdin=f"{'x' * 30_000}\n{QUESTION}\n".encode())
    assert done.code == 0 and "error: " in done.err and "Burn supports GPUs" in done.out


def test_a_chat_without_an_index_ends_before_the_first_question(run, tmp_path) -> None:
    done = run("chat", "--index", str(tmp_path / "none"), stdin=b"What is Burn?\n")
    assert done.code == 5 and "mlsurvey refresh" in done.err


def test_a_quoted_phrase_is_demanded_and_its_absence_noted(run, indexed) -> None:
    hits = run("search", '"CUDA, Metal and WebGPU"', "--json", home=indexed).value["hits"]
    assert [hit["document"] for hit in hits] == ["rust/burn.md"]
    assert len(run("search", "CUDA, Metal and WebGPU", "--json", home=indexed).value["hits"]) > 1
    done = run("search", '"Metal and CUDA"', home=indexed)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith('nothing found: no passage contains the phrase "Metal and CUDA"; type it without quotes')
    assert "note" in run("search", '"Metal and CUDA"', "--json", home=indexed).value
    assert "double quotes" in " ".join(run("search", "--help").out.split())


def test_a_question_may_have_quotes(run, indexed) -> None:
    done = run("ask", 'Does "Burn" support "a GPU of some kind"?', home=indexed)
    assert done.code == 0 and "Burn supports GPUs through CUDA" in done.out


@pytest.mark.parametrize(
    "command", [("search",), ("search", "--mode", "keyword"), ("ask",), ("ask", "--after", "a\udcff?")]
)
def test_bytes_that_are_no_text_are_left_out_of_a_question(command, run, indexed) -> None:
    done = run(*command, "Burn GPU support caf\udce9", home=indexed)
    assert done.code == 0 and done.err == "" and "rust/burn.md" in done.out


@pytest.mark.parametrize("option", ["--entity", "--language", "--path"])
def test_bytes_that_are_no_text_name_nothing(option, run, indexed) -> None:
    done = run("search", "GPU", option, "caf\udce9", home=indexed)
    assert done.code in (0, 4) and "rust/" not in done.out and "Traceback" not in done.err
