"""Converted documents in the index: pages, extracts that are kept, readers that hang or crash."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from index_doubles import World, live_ids

from mlsurvey.errors import UnreadableError
from mlsurvey.index import conversion
from mlsurvey.index.conversion import Converter, converted
from mlsurvey.index.extracts import Extracts
from mlsurvey.leaves import Leaf, Leaves
from mlsurvey.reading.converting.extract import Extract
from mlsurvey.reading.converting.kinds import NOTEBOOK

pytest.importorskip("html_to_markdown")
WORDS = "Emberlite trains on the GPU of this machine."


def notebook(*sources: str) -> str:
    cells = [{"cell_type": "markdown", "source": source} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def fail_to_convert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "converted", lambda *_: pytest.fail("it was converted"))


def test_a_converted_document_is_stored_with_its_text_and_cells(world: World) -> None:
    (world.corpus / "a.ipynb").write_text(notebook("# Title", WORDS))
    (world.corpus / "b.html").write_text("<p>Words of a page.")
    report = world.refresh()
    assert report.added == ("a.ipynb", "b.html")
    with world.snapshot() as snapshot:
        document = snapshot.document("a.ipynb")
        assert document.text == f"# Title\n\n{WORDS}\n" and document.leaf(document.text.index(WORDS)) == Leaf("cell", 2)
        assert snapshot.document("b.html").leaves is None
        found = snapshot.passages(live_ids(snapshot))
        assert {passage.path: passage.leaf for passage in found} == {"a.ipynb": Leaf("cell", 2), "b.html": None}


def test_a_file_is_converted_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.corpus / "a.ipynb").write_text(notebook(WORDS))
    world.refresh()
    fail_to_convert(monkeypatch)
    shutil.move(world.corpus / "a.ipynb", world.corpus / "b.ipynb")
    assert world.refresh().moved == (("a.ipynb", "b.ipynb"),)
    world.refresh(rebuild=True)
    with world.snapshot() as snapshot:
        assert [row.path for row in snapshot.documents()] == ["b.ipynb"]


def test_a_refused_file_is_not_tried_again_and_one_that_is_mended_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = world.corpus / "a.ipynb"
    file.write_text("{}")
    reasons = [one.reason for one in world.refresh().unreadable]
    with monkeypatch.context() as patch:
        fail_to_convert(patch)
        assert [one.reason for one in world.refresh().unreadable] == reasons
    assert "not a Jupyter notebook" in reasons[0]
    file.write_text(notebook(WORDS))
    assert world.refresh().added == ("a.ipynb",)


def test_extracts_that_nothing_needs_are_removed(world: World) -> None:
    folder = world.index / "extracts"
    for text in ("one", "two", "three", "four"):
        (world.corpus / "a.ipynb").write_text(notebook(f"{WORDS} It is {text}."))
        world.refresh()
    assert 1 <= len(list(folder.iterdir())) <= 3  # those of the kept generations
    (world.corpus / "a.ipynb").unlink()
    for name in ("b.md", "c.md", "d.md"):
        (world.corpus / name).write_text(WORDS)
        world.refresh()
    assert not list(folder.iterdir())


def test_a_damaged_extract_is_made_again(tmp_path: Path) -> None:
    extracts = Extracts(tmp_path, is_writable=True)
    found = Extract("text", Leaves("page", (0, 2)), "something")
    extracts.keep("ab", NOTEBOOK, found)
    assert Extracts(tmp_path, is_writable=False).find("ab", NOTEBOOK) == found
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    assert Extracts(tmp_path, is_writable=False).find("ab", NOTEBOOK) is None


def test_a_dry_run_keeps_nothing(world: World) -> None:
    (world.corpus / "a.ipynb").write_text(notebook(WORDS))
    assert world.refresh(dry_run=True).added == ("a.ipynb",)
    assert not (world.index / "extracts").exists()


class Hostile(Converter):
    """A converter whose reader crashes or hangs, by the name of the file."""

    def __call__(self, path: str) -> conversion.Converted:
        if "crash" in path:
            os.abort()
        if "hang" in path:
            time.sleep(600)
        return super().__call__(path)

    def patience(self, path: str) -> float:
        return 3.0 if "hang" in path else 300.0


def outcomes(corpus: Path, names: Sequence[str]) -> dict[str, str]:
    found = converted(corpus, names, 60, 1)
    return {name: made.outcome if isinstance(made.outcome, str) else made.outcome.text for name, made in found}


def test_a_reader_that_crashes_or_hangs_costs_only_its_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["a.ipynb", "crash.ipynb", "hang.ipynb", "z.ipynb"]
    for name in names:
        (tmp_path / name).write_text(notebook(WORDS))
    monkeypatch.setattr(conversion, "Converter", Hostile)
    found = outcomes(tmp_path, names)
    assert found["a.ipynb"] == found["z.ipynb"] == f"{WORDS}\n"
    assert "its reader crashed" in found["crash.ipynb"] and "takes more than 3 s" in found["hang.ipynb"]


def test_a_fault_of_a_reader_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: str, data: bytes) -> Extract:
        raise ValueError("odd bytes")

    monkeypatch.setattr(conversion, "convert", fail)
    with pytest.raises(UnreadableError, match=r"its reader failed \(ValueError: odd bytes\)"):
        conversion._convert("a.pdf", b"")
