"""Questions on standard input, closed pipes, and folders that cannot be written."""

from __future__ import annotations

import pytest

from mlsurvey.cli import conversation
from mlsurvey.cli.streams import is_closed_pipe
from mlsurvey.rendering.plain import joined_lines

QUESTION = "How do Burn and Candle\r\n differ in\n\n\tGPU support?\n"


@pytest.mark.parametrize("text", [QUESTION, QUESTION.replace("\n", "\u2028"), QUESTION.replace("\r\n", "\r")])
def test_lines_are_joined_and_nothing_is_lost(text) -> None:
    assert joined_lines(text) == "How do Burn and Candle differ in GPU support?"


def test_a_question_is_read_from_standard_input(run, indexed) -> None:
    done = run("ask", "-", "--json", home=indexed, stdin=QUESTION.encode())
    assert (done.code, done.value["question"]) == (0, joined_lines(QUESTION))
    assert run("search", "-", "--json", home=indexed, stdin=b"GPU\nsupport\n").value["query"] == "GPU support"


@pytest.mark.parametrize(
    ("stdin", "told"),
    [
        (b" \n", "give either a question"),
        (b"x\n" * 50_000, "99,999 characters"),
        (b"x" * 1_000_001, "at most 1,000,000"),
    ],
)
def test_standard_input_that_is_no_question_is_refused(stdin, told, run, indexed) -> None:
    done = run("ask", "-", home=indexed, stdin=stdin)
    assert done.code == 2 and told in done.err


def test_bytes_that_are_no_text_end_no_conversation(run, indexed) -> None:
    done = run("chat", home=indexed, stdin=b"Does Burn \xff support GPUs?\nDoes Candle?\n")
    assert done.code == 0 and done.out.count("> ") >= 2 and "report this" not in done.err


def test_a_folder_that_cannot_be_written_is_said_once(run, indexed, tmp_path, monkeypatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setattr(conversation, "_file", lambda: tmp_path / "file" / "state" / "conversation.json")
    done = run("chat", home=indexed, stdin=b"Does Burn support GPUs?\nand Candle?\n")
    assert done.code == 0 and done.err.count("not saved for --follow") == 1


def test_a_closed_pipe_is_found_in_a_group() -> None:
    broken = ExceptionGroup("a", [ValueError(), ExceptionGroup("b", [BrokenPipeError()])])
    assert is_closed_pipe(broken) and is_closed_pipe(BrokenPipeError())
    assert not is_closed_pipe(ExceptionGroup("a", [OSError()])) and not is_closed_pipe(SystemExit(1))
