"""`mlsurvey init`: somebody's folder, from nothing to the first answer."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from mlsurvey.reading.ignoring import SETTINGS
from mlsurvey.settings import FILE_NAME
from mlsurvey.started import Proposal
from mlsurvey.survey.starting import commands, quoted
from mlsurvey.types import Kind

FIELDS = Path(__file__).parents[1] / "fields"


@pytest.fixture
def queues(no_settings: Path) -> Path:
    """Three documents about message queues, in the folder in which commands are typed."""
    return Path(shutil.copytree(FIELDS / "queues", no_settings / "queues"))


def test_what_init_proposes_is_answered_in_that_folder(run, queues: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("init", "queues")
    assert done.code == 0, done.err
    assert "CarrierQ, PigeonMQ, Tumbleweed" in done.out and "Delivery guarantees, Limits, Throughput" in done.out
    assert "(3: " in done.out and "1 .rst" in done.out
    typed = [shlex.split(line) for line in done.out.splitlines() if line.startswith(("  mlsurvey ask", "  cd "))]
    assert typed[0] == ["cd", str(queues)] and len(typed) == 4
    monkeypatch.chdir(queues)
    for _, *command in typed[1:]:
        assert run(*command).code == 0, command
    assert str(queues / FILE_NAME) in run("config").out


def test_the_questions_are_of_three_kinds_and_about_both_sides(run, queues: Path) -> None:
    value = run("init", "queues", "--json").value
    assert [one["kind"] for one in value["questions"]] == ["compare", "lookup", "list"]
    assert len(value["questions"][0]["entities"]) == 2
    assert value["formats"] == {".md": 1, ".rst": 1, ".txt": 1} and value["documents"] == 3
    assert value["place"]["written"] and not value["again"]
    assert value["report"]["left_out"] == [] and value["report"]["unreadable"] == []


def test_a_second_run_refreshes_and_says_so(run, queues: Path) -> None:
    run("init", "queues")
    written = (queues / FILE_NAME).read_text("utf-8")
    (queues / "owlpost.md").write_text("# OwlPost\n\nOwlPost is a message queue for ships.\n", "utf-8")
    done = run("init", "queues")
    assert done.code == 0 and "set up before" in done.out and "1 added, 3 unchanged" in done.out
    assert "was there, not changed" in done.out and (queues / FILE_NAME).read_text("utf-8") == written


def test_neither_the_settings_nor_the_index_count_as_documents(run, queues: Path, monkeypatch) -> None:
    run("init", "queues")
    monkeypatch.chdir(queues)
    report = run("refresh", "--json").value
    assert (report["unchanged"], report["unreadable"], report["left_out"]) == (3, [], [])
    assert (queues / ".mlsurvey" / ".gitignore").read_text("utf-8") == "*\n"
    assert SETTINGS == FILE_NAME


def test_options_are_kept_for_later_commands(run, queues: Path, no_settings: Path, monkeypatch) -> None:
    done = run("init", "queues", "--index", "elsewhere", "--exclude", "*.txt", "--json")
    assert done.value["documents"] == 2 and done.value["place"]["index"] == str(no_settings / "elsewhere")
    assert not (queues / ".mlsurvey").exists()
    monkeypatch.chdir(queues)
    assert run("refresh", "--json").value["unchanged"] == 2


def test_a_settings_file_is_never_changed(run, queues: Path) -> None:
    file = queues / FILE_NAME
    file.write_text('device = "cpu"\n', "utf-8")
    done = run("init", "queues")
    assert done.code == 2 and "names no corpus" in done.err and 'corpus = "."' in done.err
    file.write_text('corpus = "."\nindex = "built"\n', "utf-8")
    done = run("init", "queues", "--index", "other")
    assert done.code == 2 and "edit it, or leave --index out" in done.err
    assert run("init", "queues", "--json").value["place"]["index"] == str(queues / "built")
    assert file.read_text("utf-8") == 'corpus = "."\nindex = "built"\n'


def test_a_settings_file_may_name_a_folder_below(run, queues: Path, no_settings: Path) -> None:
    (no_settings / FILE_NAME).write_text('corpus = "queues"\nindex = "built"\n', "utf-8")
    done = run("init", ".")
    assert done.code == 0 and f"names another folder: {queues}" in " ".join(done.out.split())
    assert not any(line.startswith("  cd ") for line in done.out.splitlines())


def test_the_default_folder_needs_no_settings_file(run, queues: Path) -> None:
    import platformdirs

    home = platformdirs.user_data_path("mlsurvey") / "corpus"
    shutil.copytree(queues, home)
    done = run("init", str(home))
    assert done.code == 0 and "no file needed" in done.out and not (home / FILE_NAME).exists()


def test_a_variable_that_would_be_used_instead_is_an_error(run, queues: Path, monkeypatch) -> None:
    monkeypatch.setenv("MLSURVEY_CORPUS", "/other/folder")
    done = run("init", "queues")
    assert done.code == 2 and "unset MLSURVEY_CORPUS MLSURVEY_INDEX" in done.err
    assert not (queues / FILE_NAME).exists()


def test_a_settings_file_further_away_is_named(run, queues: Path, no_settings: Path) -> None:
    (no_settings / FILE_NAME).write_text('device = "cpu"\n', "utf-8")
    assert f"{no_settings / FILE_NAME} is not read here any more" in run("init", "queues").out


def test_a_folder_without_documents_is_an_error_and_stays_as_it_is(run, queues: Path, no_settings: Path) -> None:
    (no_settings / "empty").mkdir()
    (no_settings / "odd").mkdir()
    (no_settings / "odd" / "paper.adoc").write_text("= Paper\n", "utf-8")
    for arguments, code, message in [
        (["queuse"], 4, "did you mean queues?"),
        (["queues/pigeonmq.md"], 2, f"is a file; name the folder that it is in: mlsurvey init {queues}"),
        (["empty"], 2, "is empty; put documents into it"),
        (["odd"], 2, "only 1 .adoc; supported: .md"),
        ([], 2, "Missing argument 'FOLDER'"),
    ]:
        done = run("init", *arguments)
        assert (done.code, done.out) == (code, "") and message in done.err, done.err
    assert sorted(path.name for path in (no_settings / "odd").iterdir()) == ["paper.adoc"]
    assert list((no_settings / "empty").iterdir()) == []


def test_documents_of_which_none_can_be_read_are_an_error(run, no_settings: Path) -> None:
    (no_settings / "broken").mkdir()
    (no_settings / "broken" / "a.txt").write_bytes(b"\0\1\2" * 100)
    done = run("init", "broken")
    assert done.code == 1 and "no document could be read: a.txt: " in done.err


def test_a_folder_that_cannot_be_written_says_what_to_type(run, queues: Path) -> None:
    (queues / ".mlsurvey").write_text("a file in the way", "utf-8")
    done = run("init", "queues")
    assert done.code == 7 and f"type: mlsurvey refresh --corpus {queues} --index FOLDER" in done.err
    assert not (queues / FILE_NAME).exists()


def test_without_subjects_a_search_is_proposed(run, no_settings: Path) -> None:
    (no_settings / "notes").mkdir()
    (no_settings / "notes" / "diary.md").write_text("# Orchard diary\n\nThe press was repaired in March.\n", "utf-8")
    done = run("init", "notes")
    assert done.code == 0 and '  mlsurvey search "Orchard diary"' in done.out


def test_other_files_are_counted_by_reason(run, queues: Path) -> None:
    for name in ("a.png", "b.png", "c.png", "d.png"):
        (queues / name).write_bytes(b"x")
    done = run("init", "queues")
    assert "not read: a.png, b.png, c.png and 1 more: .png files are not supported" in done.out


def test_a_question_is_one_word_for_a_shell(queues: Path) -> None:
    for question in ('What is "x" of $HOME?', "What's new in C#?", "a!b`c`"):
        assert shlex.split(quoted(question)) == [question]
    from mlsurvey.started import Settled

    place = Settled("/a b/c", "/i", "/a b/c/mlsurvey.toml")
    asked = [Proposal("Why?", Kind.LOOKUP, (), ())]
    assert commands(asked, "T", is_elsewhere=True, place=place) == ("cd '/a b/c'", 'mlsurvey ask "Why?"')
