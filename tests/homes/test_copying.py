"""An index moves between homes as a whole, and a refresh there has nothing to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from index_doubles import World, contents, page

from mlsurvey.cli import main
from mlsurvey.errors import NoIndexError, UsageError
from mlsurvey.survey.copying import copy

from .conftest import needs_engine


def test_there_and_back_is_the_same(far: World, tmp_path: Path) -> None:
    near, back = World(far.corpus, tmp_path / "near"), World(far.corpus, tmp_path / "back")
    far.write("a.md", page("one", "burn"))
    far.write("b.md", page("one", "burn"))
    far.write("empty.md", "")
    near.refresh()
    assert copy(near.index, far.index).is_new
    copied = copy(far.index, back.index)
    assert copied.is_new
    with near.snapshot() as first, far.snapshot() as second, back.snapshot() as third:
        assert first.generation.id == second.generation.id == third.generation.id == copied.generation.id
        assert contents(first) == contents(second) == contents(third)
        assert first.found == second.found == third.found
        assert [hit for _, hit in first.keyword("burn", 9)] == pytest.approx([h for _, h in third.keyword("burn", 9)])
    for world in (far, back):
        report = world.refresh()
        assert (report.unchanged, report.embedded, report.is_change, world.embedders) == (3, 0, False, [])
    assert not copy(near.index, far.index).is_new


def test_a_copy_replaces_what_is_there(world: World, tmp_path: Path) -> None:
    source = World(tmp_path / "other", tmp_path / "source")
    source.write("new.md", page("novelty"))
    source.refresh()
    world.write("old.md", page("old"))
    world.refresh()
    copy(source.index, world.index)
    assert world.contents() == source.contents()


def test_nothing_to_copy_and_the_same_place(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match="mlsurvey refresh"):
        copy(tmp_path / "none", tmp_path / "target")
    with pytest.raises(UsageError, match="name two places"):
        copy(tmp_path, tmp_path)


@needs_engine
def test_the_command_says_what_it_copied(home: Any, tmp_path: Path, no_settings: Path, capsys: Any) -> None:
    target = tmp_path / "copy"
    assert main(["index", "copy", str(home.index), str(target), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["target"], told["is_new"], told["generation"]["documents"]) == (str(target), True, 4)
    assert main(["index", "copy", str(home.index), "milvus://nowhere"]) == UsageError.exit_code
    assert "target: Input should be a folder, or an address such as" in capsys.readouterr().err
