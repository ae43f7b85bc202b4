"""Values accepted without a check equal those from Typer's own check."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.main import get_command

from mlsurvey.cli.app import app
from mlsurvey.cli.commands import COMMANDS


@pytest.fixture(scope="module")
def group():
    return get_command(app)


def parameters(group):
    context = group.make_context("mlsurvey", ["config"])
    commands = [group.get_command(context, name) for name in COMMANDS]
    below = [command for parent in commands for command in getattr(parent, "commands", {}).values()]
    for command in (group, *commands, *below):
        for parameter in command.get_params(context):
            yield context, parameter


def test_every_parameter_takes_what_typer_makes_of_it(group, tmp_path: Path) -> None:
    file = tmp_path / "there.md"
    file.write_text("# There", "utf-8")
    compared = 0
    for context, parameter in parameters(group):
        if parameter.callback is not None or parameter.required:
            continue  # these would run, or report a missing value
        is_many = parameter.multiple or parameter.nargs == -1
        texts = [parameter.default, None, "", "burn", "5", "hybrid", str(file), str(tmp_path / "absent")]
        for value in [parameter.default, None, *([[text] for text in texts[2:]] if is_many else texts[2:])]:
            assert _outcome(parameter.process_value, context, value) == _outcome(
                type(parameter).process_value.__get__(parameter), context, value
            ), (parameter.name, value)
            compared += 1
    assert compared > 300


def _outcome(process, context, value):
    try:
        found = process(context, value)
    except typer.TyperException as error:
        return type(error), str(error)
    return type(found), found


def test_a_path_that_may_not_be_read_is_refused_as_ever(group, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(typer.BadParameter, match="is not readable"):
        group.make_context("mlsurvey", ["--corpus", str(tmp_path), "config"])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_found_under_its_name(group, name: str) -> None:
    context = group.make_context("mlsurvey", [name])
    assert group.get_command(context, name).name == name
