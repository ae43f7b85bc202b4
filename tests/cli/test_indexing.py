from __future__ import annotations

import re

import pytest


def test_a_dry_run_tells_and_writes_nothing(run, home) -> None:
    (home.corpus / "new.md").write_text("# New\n\nSomething new.\n", "utf-8")
    (home.corpus / "paper.odt").write_bytes(b"PK")
    (home.corpus / "go" / "gorgonia.md").rename(home.corpus / "gorgonia.md")
    before = run("status", "--json", home=home).value
    done = run("refresh", "--dry-run", home=home)
    assert "  + new.md" in done.out and "  > go/gorgonia.md -> gorgonia.md" in done.out
    assert "  ! paper.odt: not read: .odt files are not supported" in done.out
    assert "dry run, nothing written: 1 added, 1 moved" in done.out
    assert run("status", "--json", home=home).value == before


def test_a_refresh_without_changes_embeds_nothing(run, home) -> None:
    report = run("refresh", "--json", home=home).value
    assert (report["unchanged"], report["embedded"], report["device"]) == (4, 0, None)


def test_quiet_is_quiet(run, home) -> None:
    done = run("refresh", "--quiet", home=home)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_rebuild_gives_the_same_index(run, home) -> None:
    before = run("status", "--json", home=home).value["generation"]["id"]
    report = run("refresh", "--rebuild", "--json", home=home).value
    assert report["generation"] == before and report["passages"] > 0


def test_status_counts_what_a_refresh_would_do(run, home) -> None:
    assert run("status", "--json", home=home).value["pending"] == {"added": 0, "changed": 0, "removed": 0}
    (home.corpus / "new.md").write_text("new\n", "utf-8")
    (home.corpus / "hostile.md").write_text("changed\n", "utf-8")
    (home.corpus / "go" / "gorgonia.md").unlink()
    assert run("status", "--json", home=home).value["pending"] == {"added": 1, "changed": 1, "removed": 1}
    assert "1 new, 1 changed, 1 removed; type: mlsurvey refresh" in run("status", home=home).out


def test_status_without_an_index_says_so(run, tmp_path) -> None:
    done = run("status", "--corpus", str(tmp_path), "--index", str(tmp_path / "none"))
    assert done.code == 0 and "none yet; type: mlsurvey refresh" in done.out


def test_a_damaged_index_is_found_by_verify(run, home) -> None:
    assert run("status", "--verify", home=home).code == 0
    segment = next((home.index / "vectors").glob("*.faiss"))
    data = bytearray(segment.read_bytes())
    data[-1] ^= 0xFF
    segment.write_bytes(data)
    done = run("status", "--verify", home=home)
    assert done.code == 5 and segment.name in done.err and "mlsurvey refresh --rebuild" in done.err


@pytest.mark.slow
def test_outside_a_checkout_the_starter_corpus_is_laid_down_once(run) -> None:
    import platformdirs

    from mlsurvey.settings import starter_folder

    data = platformdirs.user_data_path("mlsurvey")
    assert f"would be copied to {data / 'corpus'}" in run("refresh", "--dry-run").out
    assert not data.exists()
    (data / "corpus").mkdir(parents=True)
    assert "starter" not in run("refresh").out, "a folder that is there is left alone"
    (data / "corpus").rmdir()
    from mlsurvey.documents.collection import lay_starter

    assert lay_starter(data / "corpus", starter_folder())
    assert (data / "corpus" / "libraries").is_dir() and not (data / "corpus" / "entities.toml").exists()
    assert not lay_starter(data / "corpus", starter_folder())


def test_config_names_the_origin_of_each_value(run, monkeypatch) -> None:
    monkeypatch.setenv("MLSURVEY_DEVICE", "cpu")
    value = run("config", "--json", "--model", "x").value
    assert value["model"] == {"value": "x", "origin": "argument --model"}
    assert value["device"] == {"value": "cpu", "origin": "environment variable MLSURVEY_DEVICE"}
    names = "corpus index model device precision engine vectors judge reranker document_seconds github_raw"
    writer = "writer writer_url writer_model writer_key_file writer_uses writer_seconds writer_tokens"
    assert list(value) == [*names.split(), *writer.split(), "exclude"]
    assert value["reranker"] == {"value": "", "origin": "default"}
    assert re.search(r"^exclude +not set +\(default\)$", run("config").out, re.MULTILINE)
    assert run("--reranker", "y", "config", "--json").value["reranker"] == {
        "value": "y",
        "origin": "argument --reranker",
    }
    assert run("--judge", "none", "config", "--json").value["judge"] == {"value": "none", "origin": "argument --judge"}


def test_an_option_after_the_command_wins_over_one_before(run) -> None:
    assert run("--model", "a", "config", "--model", "b", "--json").value["model"]["value"] == "b"
    assert run("--model", "a", "config", "--json").value["model"]["value"] == "a"


def test_what_is_left_out_is_counted_by_reason_and_listed_in_json(run, home) -> None:
    (home.corpus / ".gitignore").write_text("hostile.md\n", "utf-8")
    done = run("refresh", "--exclude", "go/", "--exclude", "*.rst", home=home)
    assert "left out: 1 document and 1 folder (.gitignore 1, excluded 1); --json lists them" in done.out
    report = run("refresh", "--exclude", "go/", "--json", home=home).value
    assert report["left_out"] == [
        {"path": "go/", "reason": "excluded", "rule": "go/"},
        {"path": "hostile.md", "reason": ".gitignore", "rule": ".gitignore:1: hostile.md"},
    ]
    status = run("status", "--exclude", "go/", "--json", home=home).value
    assert (status["corpus_left_out"], status["pending"]["added"]) == (2, 0)
    assert run("status", "--json", home=home).value["pending"]["added"] == 1, "the option counts for one command"


def test_patterns_from_the_environment_and_before_the_command_count_too(run, home, monkeypatch) -> None:
    monkeypatch.setenv("MLSURVEY_EXCLUDE", "go/,hostile.md")
    assert run("refresh", "--json", home=home).value["removed"] == ["go/gorgonia.md", "hostile.md"]
    assert run("--exclude", "go/", "refresh", "--json", home=home).value["added"] == ["hostile.md"]
    assert run("config", "--json", home=home).value["exclude"]["value"] == "go/\nhostile.md"


def test_a_pattern_that_is_none_is_refused(run, home) -> None:
    done = run("refresh", "--exclude", "!", home=home)
    assert done.code == 2 and "'!' is not a valid pattern" in done.err


def test_thorough_reads_what_looks_unchanged(run, home, monkeypatch) -> None:
    run("refresh", "--quiet", home=home)
    file = home.corpus / "go" / "gorgonia.md"
    file.write_text(file.read_text("utf-8").replace("Gorgonia", "GORGONIA"), "utf-8")
    monkeypatch.setattr("mlsurvey.index.changes.Known.is_sure", lambda *_: True)  # a file system without times
    assert run("refresh", "--json", home=home).value["changed"] == []
    assert run("refresh", "--thorough", "--json", home=home).value["changed"] == ["go/gorgonia.md"]
