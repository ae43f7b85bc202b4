from __future__ import annotations

import os
import unicodedata

import pytest


def test_added_documents_are_found_after_a_refresh_and_removed_ones_are_not(run, home, tmp_path) -> None:
    (tmp_path / "smartcore.md").write_text("# SmartCore\n\nSmartCore trains decision trees on numbers.\n", "utf-8")
    done = run("add", str(tmp_path / "smartcore.md"), "--into", "rust", "--refresh", home=home)
    assert done.code == 0 and done.out.startswith("added rust/smartcore.md\nadded: 1\n  + rust/smartcore.md\n")
    hits = run("search", "decision trees", "--json", home=home).value["hits"]
    assert hits[0]["document"] == "rust/smartcore.md"
    done = run("remove", "rust/smartcore.md", "--yes", "--refresh", home=home)
    assert done.code == 0 and not (home.corpus / "rust" / "smartcore.md").exists()
    hits = run("search", "decision trees", "--json", home=home).value["hits"]
    assert all(hit["document"] != "rust/smartcore.md" for hit in hits)


def test_folders_are_added_with_what_lies_below(run, home, tmp_path) -> None:
    book = tmp_path / "book"
    (book / "part").mkdir(parents=True)
    (book / ".git").mkdir()
    for name in ("a.md", "part/b.rst", "image.png", ".git/c.md"):
        (book / name).write_text(f"{name}\n", "utf-8")
    (book / "out.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "secret.md").write_text("secret\n", "utf-8")
    done = run("add", str(book), home=home)
    assert done.out == "added book/a.md\nadded book/part/b.rst\n"
    assert "1 skipped (unsupported format" in done.err


def test_another_document_of_the_name_is_never_overwritten_unasked(run, home, tmp_path) -> None:
    (tmp_path / "burn.md").write_text("other\n", "utf-8")
    add = ("add", str(tmp_path / "burn.md"), "--into", "rust")
    done = run(*add, home=home)
    assert done.code == 2 and "already in the corpus: rust/burn.md; add --replace" in done.err
    assert "# Burn" in (home.corpus / "rust" / "burn.md").read_text("utf-8")
    assert run(*add, "--replace", home=home).out == "replaced rust/burn.md\n"
    assert (home.corpus / "rust" / "burn.md").read_text("utf-8") == "other\n"
    assert "1 already there" in run(*add, home=home).err


def test_one_clash_stops_all_of_it(run, home, tmp_path) -> None:
    (tmp_path / "new.md").write_text("new\n", "utf-8")
    (tmp_path / "hostile.md").write_text("other\n", "utf-8")
    assert run("add", str(tmp_path / "new.md"), str(tmp_path / "hostile.md"), home=home).code == 2
    assert not (home.corpus / "new.md").exists()


def test_a_link_shares_the_file(run, home, tmp_path) -> None:
    note = tmp_path / "note.md"
    note.write_text("one\n", "utf-8")
    assert run("add", str(note), "--link", home=home).code == 0
    assert (home.corpus / "note.md").samefile(note) and not (home.corpus / "note.md").is_symlink()
    run("remove", "note.md", "--yes", home=home)
    assert note.read_text("utf-8") == "one\n"


@pytest.mark.parametrize("into", ["..", "/etc", "a/../../b", ".hidden"])
def test_nothing_is_added_outside_the_corpus(into, run, home, tmp_path) -> None:
    (tmp_path / "note.md").write_text("x\n", "utf-8")
    done = run("add", str(tmp_path / "note.md"), "--into", into, home=home)
    assert done.code == 2 and "--into must name a folder inside the corpus" in done.err


@pytest.mark.parametrize("name", ["..", ".", "../index", "/etc/passwd", ""])
def test_nothing_outside_the_corpus_is_removed(name, run, home) -> None:
    assert run("remove", name, "--yes", home=home).code == 4
    assert home.index.is_dir() and home.corpus.is_dir()


def test_the_corpus_is_not_added_to_itself(run, home) -> None:
    for source in (home.corpus, home.corpus.parent, home.corpus / "rust"):
        assert run("add", str(source), home=home).code == 2


def test_files_of_other_formats_are_refused_by_name(run, home, tmp_path) -> None:
    (tmp_path / "paper.odt").write_bytes(b"PK")
    done = run("add", str(tmp_path / "paper.odt"), home=home)
    assert done.code == 2 and "paper.odt has an unsupported format; supported: .docx, .htm" in done.err


def test_removing_a_folder_removes_what_is_below_and_the_folder(run, home) -> None:
    done = run("remove", "rust", "--yes", home=home)
    assert done.out == "removed rust/burn.md\nremoved rust/candle.md\n"
    assert not (home.corpus / "rust").exists() and (home.corpus / "go").is_dir()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_corpus_is_an_error_with_its_name(run, home, tmp_path) -> None:
    (tmp_path / "note.md").write_text("x\n", "utf-8")
    home.corpus.chmod(0o500)
    assert run("add", str(tmp_path / "note.md"), home=home).code == 7


def test_show_numbers_the_lines_around_the_one_asked_for(run, indexed) -> None:
    lines = run("show", "rust/burn.md:10", home=indexed).out.splitlines()
    assert lines[9].startswith("> 10  Burn supports GPUs") and lines[7].startswith("   8  ## Hardware")
    assert len(lines) == 14


def test_raw_text_leaves_through_a_pipe_as_it_was_indexed(run, indexed) -> None:
    assert run("show", "hostile.md", "--raw", home=indexed).out == (indexed.corpus / "hostile.md").read_text("utf-8")


def test_show_tells_that_the_file_has_changed(run, home) -> None:
    (home.corpus / "hostile.md").write_text("new\n", "utf-8")
    done = run("show", "hostile.md", home=home)
    assert done.code == 0 and "hostile.md: source changed since it was indexed" in done.err
    (home.corpus / "hostile.md").unlink()
    assert "hostile.md: source is no longer there" in run("show", "hostile.md", home=home).err


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_document_is_shown_and_removed_by_either_unicode_form(form, run, home) -> None:
    stored = "cafe\u0301/u\u0308ber.md"
    (home.corpus / "cafe\u0301").mkdir()
    (home.corpus / stored).write_text("# Uber\n\nIt has toasters.\n", "utf-8")
    run("refresh", "--quiet", home=home)
    typed = unicodedata.normalize(form, stored)
    assert "toasters" in run("show", f"{typed}:3", home=home).out
    hits = run("search", "toasters", "--path", typed, "--json", home=home).value["hits"]
    assert [hit["document"] for hit in hits] == [stored]
    assert run("remove", typed, "--yes", home=home).code == 0
    assert not (home.corpus / stored).exists()


def test_a_file_whose_name_has_a_line_break_is_not_taken(run, home, tmp_path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a\nb.md").write_text("x\n", "utf-8")
    (folder / "c.md").write_text("y\n", "utf-8")
    done = run("add", str(folder), home=home)
    assert done.out == "added notes/c.md\n" and "1 skipped (unsupported format or name)" in done.err
