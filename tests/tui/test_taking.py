from __future__ import annotations

import json
import shlex

import pytest
from textual.widgets import Input, Static

from mlsurvey.errors import StorageError
from mlsurvey.rendering.formats import FORMATS, file_name
from mlsurvey.types import Filters
from mlsurvey_tui.answer.taking import place, quote_with_source
from mlsurvey_tui.ask.request import Request, command, curl
from mlsurvey_tui.export.screen import ExportScreen
from mlsurvey_tui.export.writing import write_file

from .conftest import asked, play, until
from .samples import NAMES, citation, comparison

COMPARE = "How do Burn and Candle differ in GPU support?"


def test_an_answer_is_written_in_every_form(make_app, indexed, tmp_path) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        for number, form in enumerate(FORMATS):
            await pilot.press("x")
            assert isinstance(app.screen, ExportScreen)
            app.screen.query_one("#file", Input).value = str(tmp_path / "taken.md")
            await pilot.press(*["down"] * number)
            await pilot.pause()
            file = app.screen.query_one("#file", Input).value
            assert file == str(tmp_path / f"taken{form.suffix}")
            await pilot.press("enter")
            await until(pilot, lambda: not isinstance(app.screen, ExportScreen))
            assert (tmp_path / f"taken{form.suffix}").read_text("utf-8").strip()
        assert json.loads((tmp_path / "taken.json").read_text("utf-8"))["question"] == COMPARE

    play(make_app(indexed), story)


def test_a_file_that_is_there_is_replaced_at_the_second_enter(make_app, indexed, tmp_path) -> None:
    there = tmp_path / "there.md"
    there.write_text("mine")

    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        await pilot.press("x")
        app.screen.query_one("#file", Input).value = str(there)
        await pilot.press("enter")
        assert "enter again" in str(app.screen.query_one("#said", Static).content)
        assert there.read_text() == "mine"
        await pilot.press("enter")
        assert there.read_text() != "mine"

    play(make_app(indexed), story)


def test_a_file_appears_whole_or_not_at_all(tmp_path) -> None:
    write_file(tmp_path / "new" / "a.md", "text\r\n")
    assert (tmp_path / "new" / "a.md").read_bytes() == b"text\r\n"
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        write_file(tmp_path / "file" / "a.md", "text")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.md"]


def test_names_of_files_are_made_of_the_question() -> None:
    assert file_name("How do Burn & Candle differ? (Über GPU)", ".md") == "how-do-burn-candle-differ-uber-gpu.md"
    assert file_name("???", ".csv") == "answer.csv"
    assert len(file_name("word " * 99, ".md")) <= 63


def test_the_same_question_for_a_shell_and_for_a_server() -> None:
    request = Request("What's new?", filters=Filters(entities=("burn",), languages=("rust",)))
    assert shlex.split(command(request)) == [
        "mlsurvey", "ask", "What's new?", "--entity", "burn", "--language", "rust",
    ]  # fmt: skip
    words = shlex.split(curl(request))
    assert words[2].endswith("/v1/ask")
    assert json.loads(words[-1]) == {"question": "What's new?", "filters": {"entity": ["burn"], "language": ["rust"]}}
    given = shlex.split(curl(Request("Compare", entities=("burn", "candle"), aspects=("gpu",))))
    assert given[2].endswith("/v1/compare")
    assert json.loads(given[-1]) == {"question": "Compare", "entities": ["burn", "candle"], "aspects": ["gpu"]}


def test_a_curl_is_what_the_service_takes() -> None:
    from mlsurvey.wire.requests import AskRequest, CompareRequest

    asking = shlex.split(curl(Request("Why?", filters=Filters(paths=("rust/",)))))[-1]
    assert AskRequest.model_validate_json(asking).filters.path == ["rust/"]
    comparing = shlex.split(curl(Request("Why?", entities=("burn", "candle"))))[-1]
    assert CompareRequest.model_validate_json(comparing).entities == ["burn", "candle"]


def test_a_quote_says_where_it_stands() -> None:
    assert place(citation(1)) == "rust/burn.md:4-5"
    assert quote_with_source(citation(1, quote="Q.")) == "“Q.”\n— Burn, Hardware (rust/burn.md:4-5)"


def test_every_form_takes_every_answer() -> None:
    from .samples import abstention

    for answer in (comparison(), abstention()):
        assert all(form.write(answer, NAMES, {}) for form in FORMATS)
