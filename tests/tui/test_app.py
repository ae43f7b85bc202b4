"""Application-wide behaviour: themes, keys, help, jumping, the command that opens it."""

from __future__ import annotations

import asyncio
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from textual.binding import Binding
from textual.dom import DOMNode
from textual.filter import Monochrome

from mlsurvey.errors import UsageError
from mlsurvey.settings import Settings
from mlsurvey_tui import preferences
from mlsurvey_tui.answer.lines import Cited
from mlsurvey_tui.ask.question import QuestionInput
from mlsurvey_tui.jump import JumpScreen, labels
from mlsurvey_tui.preferences import Preferences
from mlsurvey_tui.start import application
from mlsurvey_tui.web import HOST, LoopbackServer, command, far, near

from .conftest import asked, play, text_of, until

COMPARE = "How do Burn and Candle differ in GPU support?"
MANUAL = Path(__file__).parents[2] / "docs" / "terminal.md"


def test_a_theme_is_remembered_and_can_be_overruled(make_app, indexed) -> None:
    async def choose(app, pilot) -> None:
        app.theme = "textual-light"
        await pilot.pause()

    async def look(app, pilot) -> None:
        assert app.theme == expected

    play(make_app(indexed), choose)
    expected = "textual-light"
    play(make_app(indexed), look)
    expected = "nord"
    play(make_app(indexed, theme="nord"), look)
    expected = "textual-light"
    play(make_app(indexed), look)


def test_a_theme_that_is_none_is_refused(make_app, indexed) -> None:
    with pytest.raises(UsageError, match="no theme 'pink'"):
        make_app(indexed, theme="pink")


def test_no_color_is_honoured(make_app, indexed, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        assert app.no_color and any(isinstance(found, Monochrome) for found in app._filters)

    play(make_app(indexed), story)


def test_keys_are_changed_by_their_ids(make_app, indexed, tmp_path) -> None:
    (tmp_path / "keys.toml").write_text('"app.corpus" = "f9"\n[ask]\nhistory = "ctrl+y"\n', "utf-8")

    async def story(app, pilot) -> None:
        await pilot.press("ctrl+y")
        assert type(app.screen).__name__ == "HistoryScreen"
        await pilot.press("escape", "f9")
        assert type(app.screen).__name__ == "CorpusScreen"

    play(make_app(indexed), story)


@pytest.mark.parametrize("text", ["not toml", '"app.corpus" = 9'])
def test_a_broken_file_of_keys_keeps_nobody_from_asking(make_app, indexed, tmp_path, text) -> None:
    (tmp_path / "keys.toml").write_text(text, "utf-8")

    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        assert any("keys.toml" in notification.message for notification in app._notifications)

    play(make_app(indexed), story)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": 1}'])
def test_broken_choices_are_the_defaults(tmp_path, text) -> None:
    (tmp_path / "tui.json").write_text(text, "utf-8")
    assert preferences.load(tmp_path) == Preferences()
    preferences.save(tmp_path, Preferences("nord", True))
    assert preferences.load(tmp_path) == Preferences("nord", True)


def test_f1_shows_help_for_what_has_the_focus(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await pilot.press("f1")
        await until(pilot, lambda: "Type a question" in text_of(app))
        await pilot.press("f1")
        await until(pilot, lambda: not app.screen.query("HelpPanel"))

    play(make_app(indexed), story, (120, 40))


def test_a_letter_jumps_to_what_it_stands_on(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        await pilot.press("ctrl+o")
        assert isinstance(app.screen, JumpScreen)
        letter = next(label for label, target in app.screen.targets.items() if isinstance(target, QuestionInput))
        await pilot.pause()
        assert re.search(rf"^.?{letter}", text_of(app), re.MULTILINE)
        await pilot.press(letter)
        await until(pilot, lambda: isinstance(app.focused, QuestionInput))
        await pilot.press("ctrl+o", "escape")
        assert isinstance(app.focused, QuestionInput)

    play(make_app(indexed), story)


def test_labels_differ() -> None:
    for count in (0, 5, 26, 27, 300):
        assert len(set(labels(count))) == count


def test_a_click_does_what_a_key_does(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        line = app.screen.query(Cited)[1]
        await pilot.click(line)
        assert app.focused is line
        await pilot.click("#banner")
        await until(pilot, lambda: type(app.screen).__name__ == "CorpusScreen")

    play(make_app(indexed), story)


def test_every_key_has_an_id_and_every_id_is_in_the_manual() -> None:
    manual = MANUAL.read_text("utf-8")
    ids = {
        binding.id
        for node in _nodes(DOMNode)
        for binding in node.__dict__.get("BINDINGS", ())
        if isinstance(binding, Binding)
    }
    assert None not in ids
    assert {name for name in ids if f"`{name}`" not in manual} == set()


def _nodes(base: type) -> list[type]:
    found = [sub for child in base.__subclasses__() for sub in (child, *_nodes(child))]
    return [node for node in found if node.__module__.startswith("mlsurvey_tui")]


def test_nothing_heavy_is_loaded_before_the_first_frame() -> None:
    heavy = {"torch", "transformers", "onnxruntime", "tantivy", "faiss", "numpy", "fastapi", "aiohttp"}
    script = f"import sys, mlsurvey.cli, mlsurvey_tui.start; print(*({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_keyword_hit_comes_at_once(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await until(pilot, lambda: app.generation is not None)
        engine = app.engine()
        engine.search("gpu", mode="keyword")
        began = time.perf_counter()
        for _ in range(5):
            engine.search("webgpu support", limit=20, mode="keyword")
        assert (time.perf_counter() - began) / 5 < 0.05

    play(make_app(indexed), story)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:8000"}, 200),
        ({"Host": "127.0.0.1:8000", "Origin": "http://localhost:8000"}, 200),
        ({"Host": "evil.example:8000"}, 403),
        ({"Host": "localhost:8000", "Origin": "http://evil.example"}, 403),
        ({"Host": "localhost:8000", "Origin": "http://localhost:3000"}, 403),
        ({"Host": "localhost:8000", "Origin": "null"}, 403),
        ({"Host": "localhost:8000", "Origin": "http://localhost:bad"}, 403),
    ],
)
def test_a_browser_gets_in_from_this_machine_only(headers, status) -> None:
    async def ask() -> int:
        server = TestServer(await LoopbackServer("true", host=HOST, port=8000)._make_app())
        async with TestClient(server) as client:
            return (await client.get("/", headers=headers)).status

    assert asyncio.run(ask()) == status


def test_the_page_in_a_browser_loads_nothing_from_elsewhere() -> None:
    async def ask() -> str:
        server = TestServer(await LoopbackServer("true", host=HOST, port=8000)._make_app())
        async with TestClient(server) as client:
            return (await client.get("/", headers={"Host": "localhost:8000"})).headers["Content-Security-Policy"]

    directive, *sources = asyncio.run(ask()).split()
    assert directive == "default-src"
    assert set(sources) == {"'self'", "http://localhost:*", "ws://localhost:*", "data:", "'unsafe-inline'"}


def test_the_browser_runs_the_same_command(indexed) -> None:
    text = command(near(Settings(corpus=indexed.corpus, index=indexed.index)), "nord")
    assert f"--corpus {indexed.corpus}" in text and text.endswith("--theme nord") and " -m mlsurvey tui " in text


def test_the_browser_runs_the_same_command_for_a_server(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text("secret", "utf-8")
    words = shlex.split(command(far("http://there:1/?a=b c", Path("token")), None))
    assert words[1:] == [
        "-m",
        "mlsurvey",
        "tui",
        "--server",
        "http://there:1/?a=b c",
        "--token-file",
        f"{tmp_path}/token",
    ]
    assert shlex.split(command(far("http://there:1", None), None))[-2:] == ["--server", "http://there:1"]


def test_an_application_needs_no_index_to_be_made(tmp_path) -> None:
    settings = Settings(corpus=tmp_path / "none", index=tmp_path / "nothing")
    assert application(settings, state=tmp_path).return_code is None
