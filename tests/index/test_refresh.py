"""What a refresh reports, embeds and leaves behind."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from index_doubles import EVERYTHING, World, assert_sides_agree, page, paths, query_vector

from mlsurvey.errors import NotFoundError
from mlsurvey.types import Entity, Filters
from mlsurvey.vocabulary.load import Vocabulary

SIX = [f"lib{n}/README.md" for n in range(6)]
ODD_NAMES = [
    "with space.md",
    "br[ack]ets (1).md",
    "100%25.md",
    "ünïcødé/日本語.md",
    "quote'\".md",
    "*?.md",
]


@pytest.fixture
def fine_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The times of a file alone show that it is unchanged, however recent; no program can age the time of change."""
    monkeypatch.setattr("mlsurvey.index.changes.SETTLING_NS", 0)


def fail_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlsurvey.index.sources.read", lambda *_: pytest.fail("it was read"))


def rewrite_in_place(file: Path, text: str) -> None:
    state = file.stat()
    file.write_text(text)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))


def replace_by_rename(file: Path, text: str) -> None:
    state = file.stat()
    draft = file.with_name("draft.tmp")
    draft.write_text(text)
    os.utime(draft, ns=(state.st_atime_ns, state.st_mtime_ns))
    draft.replace(file)


def delete_and_write(file: Path, text: str) -> None:
    state = file.stat()
    file.unlink()
    file.write_text(text)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))


def test_six_readmes_are_six_documents(world: World) -> None:
    for number, path in enumerate(SIX):
        world.write(path, page(f"topic{number}"))
    report = world.refresh()
    assert report.added == tuple(SIX)
    assert paths(world) == SIX


def test_second_refresh_has_nothing_to_do_and_loads_no_model(world: World) -> None:
    world.write("a.md", page("one", "two"))
    first, second = world.refresh(), world.refresh()
    assert (second.unchanged, second.embedded, second.reused, second.is_change) == (1, 0, 0, False)
    assert second.generation == first.generation
    assert len(world.embedders) == 1


@pytest.mark.usefixtures("fine_clock")
def test_settled_file_is_not_even_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    fail_to_read(monkeypatch)
    assert world.refresh().unchanged == 1


@pytest.mark.usefixtures("fine_clock")
@pytest.mark.parametrize("edit", [rewrite_in_place, replace_by_rename, delete_and_write])
def test_other_bytes_of_the_same_size_and_time_are_noticed(edit: Callable[[Path, str], None], world: World) -> None:
    file = world.write("a.md", page("one"))
    os.utime(file, ns=(10**18, 10**18))
    world.refresh()
    edit(file, page("two"))
    assert file.stat().st_mtime_ns == 10**18
    report = world.refresh()
    assert (report.changed, report.embedded) == (("a.md",), 1)


def test_file_that_changed_just_now_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file = world.write("a.md", page("one"))
    os.utime(file, ns=(10**18, 10**18))  # old by the time that programs can set, not by the other
    world.refresh()
    monkeypatch.setattr("mlsurvey.index.changes.stamp", lambda _: ())  # as if no clock had ticked in between
    file.write_text(page("two"))
    assert world.refresh().changed == ("a.md",)


@pytest.mark.usefixtures("fine_clock")
def test_thorough_refresh_reads_what_looks_unchanged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file = world.write("a.md", page("one"))
    world.refresh()
    file.write_text(page("two"))
    monkeypatch.setattr("mlsurvey.index.changes.stamp", lambda _: ())  # a file system that keeps no times
    assert world.refresh().changed == ()
    assert world.refresh(thorough=True, dry_run=True).changed == ("a.md",)
    report = world.refresh(thorough=True)
    assert (report.changed, report.embedded) == (("a.md",), 1)
    assert world.refresh(thorough=True).unchanged == 1


@pytest.mark.usefixtures("fine_clock")
def test_copied_corpus_is_read_once_and_embeds_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    copy = world.corpus.with_name("copy")
    shutil.copytree(world.corpus, copy)
    world.corpus = copy
    report = world.refresh()
    assert (report.unchanged, report.embedded, report.is_change) == (1, 0, False)
    fail_to_read(monkeypatch)
    assert world.refresh().unchanged == 1


@pytest.mark.usefixtures("fine_clock")
def test_touched_file_is_unchanged_and_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    os.utime(world.corpus / "a.md", ns=(10**18, 10**18))
    assert world.refresh().unchanged == 1
    fail_to_read(monkeypatch)
    assert world.refresh().unchanged == 1


def test_what_is_left_out_is_reported_and_leaves_the_index(world: World) -> None:
    for name in ("a.md", "drafts/b.md", "c.txt", "node_modules/d/readme.md"):
        world.write(name, page(name[0]))
    world.refresh()
    assert paths(world) == ["a.md", "c.txt", "drafts/b.md"]
    world.write(".gitignore", "*.txt")
    report = world.refresh(exclude=["drafts/"])
    assert report.removed == ("c.txt", "drafts/b.md")
    assert [(one.path, one.reason) for one in report.left_out] == [
        ("c.txt", ".gitignore"),
        ("drafts/", "excluded"),
        ("node_modules/", "packages"),
    ]
    assert paths(world) == ["a.md"]


def test_names_are_filtered_in_either_unicode_form(world: World) -> None:
    names = ["cafe\u0301.md", "u\u0308ber/b.md"]
    for name in names:
        world.write(name, page("one"))
    world.refresh()
    with world.snapshot() as snapshot:
        for form in ("NFC", "NFD"):
            wanted = Filters(paths=(unicodedata.normalize(form, "cafe\u0301.md"),))
            assert [row.path for row in snapshot.documents(wanted)] == names[:1]
            wanted = Filters(paths=(unicodedata.normalize(form, "u\u0308ber/"),))
            assert [row.path for row in snapshot.documents(wanted)] == names[1:]


def test_edit_embeds_only_what_is_new(world: World) -> None:
    sections = [f"## Part {n}\n\nA common sentence about subject{n}.\n" for n in range(20)]
    world.write("a.md", "\n".join(sections))
    total = world.refresh().embedded
    sections[7] = "## Part 7\n\nA common sentence about novelty.\n"
    world.write("a.md", "\n".join(sections))
    report = world.refresh()
    assert report.changed == ("a.md",)
    assert 1 <= report.embedded <= 2 < total
    assert report.embedded + report.reused == report.passages


def test_rename_move_and_revert_embed_nothing(world: World) -> None:
    world.write("a.md", page("one", "two"))
    world.write("b.md", page("three"))
    world.refresh()
    (world.corpus / "a.md").rename(world.corpus / "renamed.md")
    renamed = world.refresh()
    assert (renamed.moved, renamed.embedded) == ((("a.md", "renamed.md"),), 0)
    (world.corpus / "folder").mkdir()
    (world.corpus / "renamed.md").rename(world.corpus / "folder/renamed.md")
    moved = world.refresh()
    assert (moved.moved, moved.embedded) == ((("renamed.md", "folder/renamed.md"),), 0)
    world.write("b.md", page("four"))
    assert world.refresh().embedded > 0
    world.write("b.md", page("three"))
    assert world.refresh().embedded == 0
    assert paths(world) == ["b.md", "folder/renamed.md"]


def test_revert_gives_the_same_generation_id(world: World) -> None:
    world.write("a.md", page("one"))
    first = world.refresh().generation
    world.write("a.md", page("two"))
    assert world.refresh().generation != first
    world.write("a.md", page("one"))
    assert world.refresh().generation == first


def test_same_content_twice_is_two_documents_until_one_goes(world: World) -> None:
    world.write("a.md", page("twin"))
    world.write("b.md", page("twin"))
    report = world.refresh()
    assert report.duplicate == (("b.md", "a.md"),)
    assert report.embedded + report.reused == report.passages
    with world.snapshot() as snapshot:
        found = snapshot.passages([i for i, _ in snapshot.dense(query_vector("twin"), EVERYTHING)])
        assert {p.path for p in found} == {"a.md", "b.md"}
    (world.corpus / "a.md").unlink()
    after = world.refresh()
    assert (after.removed, after.embedded) == (("a.md",), 0)
    assert paths(world) == ["b.md"]


def test_removed_document_comes_back_through_neither_side(world: World) -> None:
    world.write("keep.md", page("kept"))
    world.write("gone.md", page("vanishing"))
    world.refresh()
    (world.corpus / "gone.md").unlink()
    world.refresh()
    with world.snapshot() as snapshot:
        assert snapshot.keyword("vanishing", 10) == []
        hits = snapshot.dense(query_vector("vanishing"), EVERYTHING)
        assert {p.path for p in snapshot.passages([i for i, _ in hits])} == {"keep.md"}
        with pytest.raises(NotFoundError, match=r"gone\.md"):
            snapshot.document("gone.md")
        with pytest.raises(NotFoundError, match=r"'kept\.md' in the index; did you mean keep\.md\?$"):
            snapshot.document("kept.md")


def test_odd_names_are_indexed_found_and_filtered(world: World) -> None:
    for number, name in enumerate(ODD_NAMES):
        world.write(name, page(f"topic{number}"))
    world.refresh()
    assert paths(world) == sorted(ODD_NAMES)
    with world.snapshot() as snapshot:
        for number, name in enumerate(ODD_NAMES):
            (best, _), *_ = snapshot.keyword(f"topic{number}", 5, Filters(paths=(name,)))
            assert snapshot.passages([best])[0].path == name
            assert f"topic{number}" in snapshot.document(name).text


def test_link_that_leaves_the_folder_is_reported_not_followed(world: World, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(page("secret"))
    world.write("a.md", page("one"))
    (world.corpus / "link.md").symlink_to(tmp_path / "secret.md")
    report = world.refresh()
    assert [u.path for u in report.unreadable] == ["link.md"]
    assert paths(world) == ["a.md"]


def test_unreadable_files_are_reported_and_the_rest_indexed(world: World) -> None:
    world.write("a.md", page("one"))
    world.write("binary.md", b"\x00\x01\x02" * 100)
    world.write("picture.png", b"\x89PNG")
    report = world.refresh()
    assert [u.path for u in report.unreadable] == ["binary.md", "picture.png"]
    assert all(u.reason for u in report.unreadable)
    assert paths(world) == ["a.md"]


def test_document_that_became_unreadable_leaves_the_index(world: World) -> None:
    world.write("a.md", page("one"))
    world.write("b.md", page("two"))
    world.refresh()
    world.write("b.md", b"\x00" * 50)
    report = world.refresh()
    assert report.removed == ("b.md",)
    assert [u.path for u in report.unreadable] == ["b.md"]
    assert paths(world) == ["a.md"]


def test_empty_corpus_gives_a_valid_index(world: World) -> None:
    report = world.refresh()
    assert report.passages == 0
    assert report.notes
    with world.snapshot() as snapshot:
        assert snapshot.keyword("anything", 5) == []
        assert snapshot.dense(query_vector("anything"), 5) == []
        assert snapshot.documents() == []
    world.write("a.md", page("one"))
    assert world.refresh().added == ("a.md",)


def test_emptied_corpus_empties_the_index(world: World) -> None:
    file = world.write("a.md", page("one"))
    world.refresh()
    file.unlink()
    assert world.refresh().removed == ("a.md",)
    assert paths(world) == []


def test_missing_corpus_is_an_error_and_keeps_the_index(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    world.corpus.rename(world.corpus.with_name("elsewhere"))
    with pytest.raises(NotFoundError):
        world.refresh()
    assert paths(world) == ["a.md"]


def test_document_without_anything_to_read_has_no_passages(world: World) -> None:
    world.write("empty.md", "")
    world.write("a.md", page("one"))
    world.refresh()
    with world.snapshot() as snapshot:
        assert {row.path: row.passages > 0 for row in snapshot.documents()} == {"a.md": True, "empty.md": False}


def test_dry_run_reports_the_same_and_writes_nothing(world: World) -> None:
    world.write("a.md", page("one"))
    preview = world.refresh(dry_run=True)
    assert not world.index.exists()
    real = world.refresh()
    assert (preview.added, preview.embedded, preview.reused) == (real.added, real.embedded, real.reused)
    world.write("b.md", page("two"))
    before = {f: f.stat().st_mtime_ns for f in world.index.rglob("*")}
    assert world.refresh(dry_run=True).added == ("b.md",)
    assert {f: f.stat().st_mtime_ns for f in world.index.rglob("*")} == before
    assert len(world.embedders) == 1


def test_new_model_embeds_everything_and_never_mixes(world: World) -> None:
    world.write("a.md", page("one", "two"))
    first = world.refresh()
    world.model = "other"
    second = world.refresh()
    assert second.embedded == first.passages
    assert any("model changed" in note for note in second.notes)
    with world.snapshot() as snapshot:
        assert snapshot.generation.model == "other"
        assert_sides_agree(snapshot)


def test_declared_entity_gives_subjects_to_documents_that_name_it(world: World) -> None:
    world.write("survey.md", "# Zentorch common\n\nA common sentence about its speed.\n")
    world.write("other.md", page("unrelated"))
    world.refresh()
    profile = "---\nslug: zentorch\nname: Zentorch\nlanguage: go\n---\n\n# Zentorch common\n\nA common profile.\n"
    world.write("profile.md", profile)
    report = world.refresh()
    assert (report.added, report.changed) == (("profile.md",), ())
    with world.snapshot() as snapshot:
        assert "zentorch" in {entity.slug for entity in snapshot.entities}
        about = Filters(entities=("zentorch",))
        assert {row.path for row in snapshot.documents(about)} == {"profile.md", "survey.md"}
        assert snapshot.count(Filters(languages=("go",))) == snapshot.count(about) > 0
    (world.corpus / "profile.md").unlink()
    world.refresh()
    with world.snapshot() as snapshot:
        assert snapshot.count(about) == 0
        assert_sides_agree(snapshot)


def test_vocabulary_change_reads_only_documents_that_name_it_and_embeds_nothing(world: World) -> None:
    world.write("survey.md", "# Quickgrad common\n\nA common sentence about its speed.\n")
    world.write("other.md", page("unrelated"))
    world.refresh()
    world.vocabulary = Vocabulary((*world.vocabulary.entities, Entity("quickgrad", "Quickgrad")), ())
    report = world.refresh()
    assert (report.is_change, report.embedded) == (False, 0)
    assert report.reused == 1
    with world.snapshot() as snapshot:
        assert snapshot.count(Filters(entities=("quickgrad",))) == 1
        assert_sides_agree(snapshot)
    world.vocabulary = Vocabulary((*world.vocabulary.entities, Entity("slowgrad", "Slowgrad")), ())
    told = ("the known names changed: no document has to be read again",)
    assert world.refresh(dry_run=True).notes == world.refresh().notes == told and world.refresh().notes == ()


def test_what_was_not_plain_utf_8_is_reported_with_how_it_was_read(world: World) -> None:
    world.write("a.md", page("plain"))
    world.write("b.md", "# Окапи\n\nОкапи живёт в лесу.\n".encode("koi8_r"))
    world.write("c.md", "Zebra, naïve, déjà vu.\n".encode() + b"\xe9 end\n")
    report = world.refresh(dry_run=True)
    assert report.decoded == (
        ("b.md", "read as KOI8-R, a guess; save it as UTF-8 if it is wrong"),
        ("c.md", "read as UTF-8; 1 place has bytes that are invalid in it, shown as \ufffd"),
    )
    assert world.refresh().decoded == report.decoded


def test_what_is_left_out_of_a_document_is_reported(world: World) -> None:
    world.write("a.md", "# A\n\nText.\n\n```mermaid\nA-->B\n```\n")
    world.write("b.md", page("plain"))
    assert world.refresh().omitted == (("a.md", "1 × diagram"),)
    assert world.refresh().omitted == ()
