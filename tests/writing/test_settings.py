from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.writing.model_server import says

from mlsurvey.cli import main
from mlsurvey.cli.awaiting import answered
from mlsurvey.errors import SettingsError
from mlsurvey.settings import Settings, load_settings
from mlsurvey.types import Filters
from mlsurvey.writing.protocol import body
from mlsurvey.writing.setup import Setup, read_key

QUESTION = "How do Burn and Candle differ in GPU support?"
KEY = "sk-very-secret"
VARIABLE = "MLSURVEY_WRITER_KEY"


def made(tmp_path: Path, **more: object) -> Settings:
    given = {"writer": "openai-compatible", "writer_url": "http://localhost:1/v1", "writer_model": "toy"}
    return Settings(tmp_path, tmp_path, **{**given, **more})  # type: ignore[arg-type]


def test_it_is_off_unless_set(tmp_path: Path) -> None:
    assert Settings(tmp_path, tmp_path).writer == "none"


@pytest.mark.parametrize("missing", ["writer_url", "writer_model"])
def test_a_writer_without_an_address_says_what_to_set(missing: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"'{missing}' is not set; set MLSURVEY_{missing.upper()}, or {missing} in"):
        made(tmp_path, **{missing: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("writer", "anthropic"),
        ("writer_url", "localhost:11434"),
        ("writer_url", "file:///etc/passwd"),
        ("writer_url", "http://user:password@localhost/v1"),
        ("writer_url", "http://localhost/v1?key=x"),
        ("writer_seconds", 0),
        ("writer_seconds", 601),
        ("writer_seconds", "1.5"),
        ("writer_tokens", -1),
        ("writer_tokens", 32_769),
        ("writer_uses", "summary,everything"),
    ],
)
def test_what_cannot_be_is_refused(name: str, value: object, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"setting '{name}' cannot be"):
        made(tmp_path, **{name: value})


@pytest.mark.parametrize("url", [f"http://localhost/v1?key={KEY}", f"http://{KEY}@localhost/v1", f"http://h/v1#{KEY}"])
def test_a_key_in_the_address_is_refused_without_showing_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="setting 'writer_url' cannot be") as caught:
        made(tmp_path, writer_url=url)
    assert KEY not in str(caught.value)


def test_the_key_comes_from_the_environment_else_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n", "utf-8")
    assert read_key(VARIABLE, "") is None
    assert read_key(VARIABLE, str(file)) == KEY
    monkeypatch.setenv(VARIABLE, "other")
    assert read_key(VARIABLE, str(file)) == "other"
    assert load_settings().writer == "none", "the key is no setting"


@pytest.mark.parametrize("text", ["two words", "line\nline", "schlüssel", "x" * 5000])
def test_what_is_no_key_is_refused_without_showing_it(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match="single word") as caught:
        read_key(VARIABLE, str(file))
    assert text not in str(caught.value)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_key(VARIABLE, str(tmp_path / "none"))


def test_the_key_is_sent_and_never_shown(start, monkeypatch, capsys) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    survey, model = start(says("Burn supports GPUs through CUDA. [1]"))
    answer = survey.ask(QUESTION)
    assert model.keys == [f"Bearer {KEY}"]
    assert KEY not in repr(answer) and KEY not in repr(survey.settings) and KEY not in repr(Setup("u", "m", KEY))
    main(["config", "--json"])
    shown = capsys.readouterr().out
    assert json.loads(shown)["writer"] == {"value": "none", "origin": "default"} and KEY not in shown


def test_the_request_has_limits_and_no_tools() -> None:
    request = body(Setup("http://localhost/v1", "toy", tokens=7), [])
    assert request == {"model": "toy", "messages": [], "stream": True, "max_tokens": 7, "temperature": 0}
    hosted = body(Setup("https://api.openai.com/v1", "toy", tokens=7), [])
    assert hosted == {"model": "toy", "messages": [], "stream": True, "max_completion_tokens": 7}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm")


def asked(survey):
    return answered(survey, QUESTION, Filters(), max_statements=1)[1]


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_it_says_what_the_model_is_waited_for(start, capsys) -> None:
    survey, _ = start(says("Burn supports GPUs through CUDA. [1]"), writer_seconds=7)
    assert asked(survey).summary.written == 1
    told = capsys.readouterr().err
    assert "waiting for the model to write a summary, 7 s at most; Ctrl-C skips it …" in told
    survey, _ = start(says("no use"), writer_uses="read, choose", writer_seconds=7)
    asked(survey)
    told = capsys.readouterr().err
    assert "to read the question" in told and "to choose quotes" in told and "summary" not in told


def test_in_a_pipe_nothing_is_said_while_the_model_is_waited_for(start, monkeypatch, capsys) -> None:
    monkeypatch.delenv("TTY_COMPATIBLE", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    survey, _ = start(says("Burn supports GPUs through CUDA. [1]"))
    assert asked(survey).summary.written == 1
    assert capsys.readouterr().err == ""


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where the tests run in workers."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupts(handler) -> None:
    """Presses Ctrl-C once the model has been asked, and never replies."""
    os.kill(os.getpid(), signal.SIGINT)
    handler.pause(30)


@pytest.mark.usefixtures("terminal", "interruptible")
@pytest.mark.parametrize("uses", ["summary", "read", "read, choose, summary"])
def test_ctrl_c_goes_on_without_the_model(uses: str, start, capsys) -> None:
    plain, _ = start(says(), writer="none", writer_url="", writer_model="")
    survey, model = start(interrupts, writer_uses=uses)
    answer = asked(survey)
    assert answer.summary is None and answer.citations == plain.ask(QUESTION, max_statements=1).citations
    assert len(model.requests) == 1
    assert "stopped waiting for the language model" in capsys.readouterr().err


@pytest.mark.usefixtures("terminal")
def test_ctrl_c_while_nothing_is_waited_for_ends_the_question(start, monkeypatch) -> None:
    survey, _ = start(says())

    def interrupted(*_: object, **__: object):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(survey, "parts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        asked(survey)


def test_asking_on_the_command_line_shows_the_summary(start, capsys, monkeypatch) -> None:
    survey, model = start(says("Burn supports GPUs through CUDA. [1]", "Burn is the best. [1]"))
    monkeypatch.setenv("MLSURVEY_WRITER_URL", model.url)
    monkeypatch.setenv("MLSURVEY_WRITER_MODEL", "toy")
    place = ["--corpus", str(survey.settings.corpus), "--index", str(survey.settings.index)]
    writer = ["--writer", "openai-compatible"]
    assert main([*place, "ask", QUESTION, *writer]) == 0
    shown = capsys.readouterr().out
    assert shown.index("Summary by openai-compatible/toy") < shown.index("GPU support\n")
    assert "Burn supports GPUs through CUDA. [1]" in shown and "1 of 2 sentences dropped" in shown
    assert main([*place, *writer, "ask", QUESTION, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["writer"] == "openai-compatible/toy"
    assert value["summary"]["sentences"] == [{"text": "Burn supports GPUs through CUDA.", "citations": [1]}]
    assert (value["summary"]["written"], value["summary"]["dropped"], value["summary"]["note"]) == (2, 1, None)
    assert main([*place, "ask", QUESTION, "--json"]) == 0
    assert "summary" not in json.loads(capsys.readouterr().out)
