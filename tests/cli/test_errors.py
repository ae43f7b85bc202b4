"""How runs end: one line on stderr, an exit code, never a traceback."""

from __future__ import annotations

import json

import pytest

CASES = [
    (("ask",), 2, "give either a question"),
    (("ask", " "), 2, "give either a question"),
    (("ask", "x" * 20_001), 2, "20,001 characters"),
    (("ask", "--jsonl", "-", "--markdown"), 2, "cannot be combined"),
    (("ask", "--jsonl", "no.jsonl"), 4, "no file 'no.jsonl'"),
    (("ask", "hi", "--entity", "brun"), 4, "unknown library 'brun'; did you mean "),
    (("ask", "hi", "--language", "cobol"), 4, "no language 'cobol' in the index; available:"),
    (("ask", "hi", "--model", "other"), 5, "built with the model all-MiniLM-L6-v2, the settings ask for other"),
    (("ask", "hi", "--nope"), 2, "--nope"),
    (("nope",), 2, "nope"),
    (("search", "x", "--mode", "magic"), 2, "magic"),
    (("search", "x", "--limit", "0"), 2, "--limit"),
    (("show", "burn.md"), 4, "did you mean rust/burn.md?"),
    (("show", "rust/burn.md:999"), 4, "has 14 lines, not 999"),
    (("refresh", "--watch", "--dry-run"), 2, "cannot be combined"),
    (("tui", "--web", "--server", "http://127.0.0.1:8642", "--token-file", "no"), 4, "cannot read the token in no"),
    (("add", "no-such-file.md"), 4, "no such file or folder: no-such-file.md"),
    (("remove", "rust/burm.md", "--yes"), 4, "did you mean rust/burn.md "),
    (("remove", "rust/burn.md"), 2, "add --yes"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), CASES)
def test_an_error_is_one_line_and_a_code(arguments, code, message, run, indexed) -> None:
    done = run(*arguments, home=indexed)
    assert (done.code, done.out) == (code, "")
    lines = done.err.splitlines()
    assert lines[-1].startswith("error: ") and message in lines[-1]
    assert "Traceback" not in done.err


def test_with_json_the_error_is_json_on_stderr(run, indexed) -> None:
    done = run("ask", "hi", "--json", "--entity", "brun", home=indexed)
    assert (done.code, done.out) == (4, "")
    error = json.loads(done.err)["error"]
    assert (error["type"], error["exit_code"]) == ("NotFoundError", 4) and "brun" in error["message"]


def test_no_index_yet_says_what_to_type(run) -> None:
    done = run("ask", "hi")
    assert done.code == 5 and "type: mlsurvey refresh" in done.err


def test_a_missing_corpus_says_what_to_do(run, tmp_path) -> None:
    done = run("refresh", "--corpus", str(tmp_path / "none"), "--index", str(tmp_path / "i"))
    assert done.code == 4 and "--corpus" in done.err


def test_a_wrong_setting_ends_with_two(run, monkeypatch) -> None:
    monkeypatch.setenv("MLSURVEY_CORPSU", "x")
    done = run("config")
    assert done.code == 2 and "known: corpus, index, model" in done.err


def test_an_unforeseen_error_is_one_line_too(run, indexed, monkeypatch) -> None:
    from mlsurvey.survey import Survey

    def broken(*_: object, **__: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(Survey, "search", broken)
    done = run("search", "x", home=indexed)
    assert done.code == 1
    assert done.err.startswith("error: unexpected KeyError: 'oops' (at ") and done.err.count("\n") == 1


def test_escape_sequences_in_arguments_are_not_echoed(run, indexed) -> None:
    done = run("show", "\x1b[2Jx.md", home=indexed)
    assert done.code == 4 and "\x1b" not in done.err


def test_help_has_examples_and_exit_codes(run) -> None:
    assert "Exit codes:" in run("--help").out
    assert run().out == run("--help").out
    for command in ("ask", "search", "refresh", "add", "remove", "show", "status", "config"):
        done = run(command, "--help")
        assert done.code == 0 and f"mlsurvey {command}" in done.out


def test_the_version_is_shown(run) -> None:
    import mlsurvey

    assert run("--version").out == f"mlsurvey {mlsurvey.__version__}\n"
