"""Vocabulary files: what they may hold, and where an error is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlsurvey.errors import SettingsError
from mlsurvey.types import Entity
from mlsurvey.vocabulary.edits import Edit, edited, target
from mlsurvey.vocabulary.load import load_edits, load_vocabulary


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "entities.toml",
            '# names\n[[entity]]\nslug = "a"\nname = "A"\nalias = ["B"]\n',
            "line 5: unknown key 'alias'.*did you mean aliases",
        ),
        ("entities.toml", '[[entity]]\nslug = "a"\nname = "A"\n\n[[entity]]\nslug = "b"\n', "line 5: .*has no name"),
        (
            "entities.toml",
            '[[entity]]\nslug = "a"\nname = "A"\naliases = "B"\n',
            "line 4: aliases is 'B', it has to be a list",
        ),
        ("entities.toml", '[[entity]]\nslug = "a"\nname = 3\n', "line 3: name is 3, it has to be a text"),
        ("entities.toml", '[entity]\nslug = "a"\n', r"line 1: .*begin each with \[\[entity\]\]"),
        ("entities.toml", "[[entity]\n", "not valid TOML.*line 1"),
        (
            "entities.toml",
            '# names\n[[entities]]\nslug = "a"\n',
            r"line 2: unknown key 'entities'.*did you mean entity",
        ),
        ("aspects.toml", 'core = "gpu"\n', r"line 1: unknown key 'core' outside an entry; known: \[\[aspect\]\]"),
        (
            "aspects.toml",
            '[[aspect]]\nslug = "a"\nname = "A"\ncore = "yes"\n',
            "line 4: core is 'yes', it has to be true or false",
        ),
        ("subjects.toml", '[[subject]]\nname = "A"\n', "line 1: .*has no slug"),
        ("subjects.toml", '[[subject]]\nslug = "a"\nhidden = 1\n', "line 3: hidden is 1"),
    ],
)
def test_an_error_names_file_line_and_remedy(tmp_path: Path, file: str, text: str, message: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(SettingsError, match=f"{re.escape(file)}.*{message}"):
        load_vocabulary([tmp_path])


def test_an_entry_that_the_user_changes_is_bundled_no_more_and_a_copy_is(tmp_path: Path) -> None:
    bundled, own = tmp_path / "bundled", tmp_path / "own"
    for folder in (bundled, own):
        folder.mkdir()
    entries = '[[entity]]\nslug = "a"\nname = "A"\n\n[[entity]]\nslug = "b"\nname = "{}"\n'
    (bundled / "entities.toml").write_text(entries.format("B"))
    (own / "entities.toml").write_text(entries.format("Bee"))
    assert load_vocabulary([bundled, own], bundled).bundled == {"a"}


def test_corrections_rename_merge_hide_and_add() -> None:
    entities = (Entity("a", "A", ("x",)), Entity("b", "B", ("y",)), Entity("c", "C"))
    edits = (Edit("a", name="Alpha", merged=("b",)), Edit("c", hidden=True), Edit("d", name="D"))
    assert edited(entities, edits) == (Entity("a", "Alpha", ("A", "x", "B", "y")), Entity("d", "D"))
    assert [target(slug, edits) for slug in "abcd"] == ["a", "a", None, "d"]


def test_corrections_are_read_from_their_file(tmp_path: Path) -> None:
    assert load_edits(tmp_path) == []
    (tmp_path / "subjects.toml").write_text('[[subject]]\nslug = "a"\nmerged = ["b"]\n')
    assert load_edits(tmp_path) == [Edit("a", merged=("b",))]
