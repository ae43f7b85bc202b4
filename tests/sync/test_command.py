"""``mlsurvey sync`` on the command line, and the provenance shown in answers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .upstream import Upstream, conditional, missing, serve

README = "/tracel-ai/burn/HEAD/README.md"
GUIDE = "/tracel-ai/burn/HEAD/book/gpu.md"
PLACE = "upstream/rust/burn/README.md"
SOURCES = """[[source]]
slug = "burn"
repository = "tracel-ai/burn"
paths = ["README.md", "book/gpu.md"]
licence = "MIT OR Apache-2.0"
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def sync(
    home,
    upstream: Upstream,
    no_settings: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """The command line in this process; ``test_crash.py`` has processes of their own."""
    from mlsurvey.cli import main

    (home.corpus / "sources.toml").write_text(SOURCES, "utf-8")
    upstream.replies[README] = conditional(b"# Burn\n\nBurn supports GPUs through Vulkan as well.\n", '"1"')
    upstream.replies[GUIDE] = serve(b"# GPUs\n\nBurn chooses a device by its number.\n")
    monkeypatch.setenv("MLSURVEY_CORPUS", str(home.corpus))
    monkeypatch.setenv("MLSURVEY_INDEX", str(home.index))
    monkeypatch.setenv("MLSURVEY_GITHUB_RAW", upstream.base + "/")

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        with monkeypatch.context() as environment:
            for name, value in more.items():
                environment.setenv(name, value)
            code = main(list(arguments))
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return run


def test_what_is_fetched_is_quoted_with_its_origin(sync: Run, home) -> None:
    done = sync("sync", "burn")
    assert (done.returncode, "2 added" in done.stdout, f"+ {PLACE}" in done.stdout) == (0, True, True), done
    answer = json.loads(sync("ask", "Does Burn support GPUs through Vulkan?", "--json").stdout)
    [cited] = [citation for citation in answer["citations"] if citation["document"] == PLACE]
    record = json.loads((home.corpus / "upstream" / "provenance.json").read_text("utf-8"))["documents"][PLACE]
    assert cited["source"] == {
        "url": "https://github.com/tracel-ai/burn/blob/HEAD/README.md",
        "version": None,
        "retrieved": record["retrieved"][:10],
        "licence": "MIT OR Apache-2.0",
    }
    assert all("source" not in c for c in answer["citations"] if not c["document"].startswith("upstream/"))
    plain = sync("ask", "Does Burn support GPUs through Vulkan?").stdout
    assert f"blob/HEAD/README.md retrieved {record['retrieved'][:10]}, MIT OR Apache-2.0" in plain
    markdown = sync("ask", "Does Burn support GPUs through Vulkan?", "--markdown").stdout
    assert "<https://github.com/tracel-ai/burn/blob/HEAD/README.md> retrieved" in markdown


def test_no_origin_is_told_for_other_bytes_than_were_indexed(sync: Run, upstream: Upstream) -> None:
    sync("sync", "burn")
    upstream.replies[README] = serve(b"# Burn\n\nBurn supports GPUs through Vulkan no more.\n")
    assert "1 updated, 1 unchanged" in sync("sync", "--no-refresh").stdout
    answer = json.loads(sync("ask", "Does Burn support GPUs through Vulkan?", "--json").stdout)
    [cited] = [citation for citation in answer["citations"] if citation["document"] == PLACE]
    assert "source" not in cited and cited["stale"]


def test_names_are_taken_as_people_type_them(sync: Run) -> None:
    assert sync("sync", "Burn", "--no-refresh", "--quiet").returncode == 0
    unknown = sync("sync", "brun", "--no-refresh")
    assert unknown.returncode == 4 and "did you mean burn" in unknown.stderr


@pytest.mark.slow
def test_what_cannot_be_had_is_told_and_the_rest_goes_on(sync: Run, upstream: Upstream) -> None:
    upstream.replies[GUIDE] = missing
    done = sync("sync", "burn", "--json")
    assert done.returncode == 1
    value = json.loads(done.stdout)
    assert value["complete"] is False
    assert [(one["state"], one["slug"]) for one in value["documents"]] == [("added", "burn"), ("gone", "burn")]
    assert value["refresh"]["added"] == [PLACE]
    offline = sync("sync", "burn", "--no-refresh", MLSURVEY_GITHUB_RAW="http://127.0.0.1:9")
    assert offline.returncode == 1
    assert [line for line in offline.stdout.splitlines() if "no connection to 127.0.0.1" in line] == [
        line for line in offline.stdout.splitlines() if line.startswith("  ! ")
    ]
    assert "2 failed" in offline.stdout


def test_a_wrong_sources_file_or_setting_is_named(sync: Run, home) -> None:
    wrong = sync("sync", "burn", MLSURVEY_GITHUB_RAW="ftp://example.org")
    assert wrong.returncode == 2 and "github_raw" in wrong.stderr
    (home.corpus / "sources.toml").write_text('[[source]]\nslug = "burn"\nnpm = "-"\npypi = "x"\nlicence = "MIT"\n')
    broken = sync("sync", "burn")
    assert broken.returncode == 2 and "sources.toml:1" in broken.stderr and "one of repository" in broken.stderr


def test_from_a_folder(sync: Run, home, tmp_path: Path) -> None:
    folder = tmp_path / "mirror"
    (folder / "rust" / "burn").mkdir(parents=True)
    (folder / "rust" / "burn" / "README.md").write_bytes(b"# Burn\n\nWords.\n")
    columns = ["slug", "language", "repo", "path", "commit", "licence", "file", "bytes"]
    row = ["burn", "rust", "tracel-ai/burn", "README.md", "a" * 40, "MIT", "rust/burn/README.md", "15"]
    (folder / "MANIFEST.tsv").write_text("\t".join(columns) + "\n" + "\t".join(row) + "\n", "utf-8")
    done = sync("sync", "--from", str(folder), "burn")
    assert (done.returncode, "1 added" in done.stdout) == (0, True), done
    assert (home.corpus / PLACE).read_bytes() == b"# Burn\n\nWords.\n"
    nothing = sync("sync", "--from", str(folder), "candle", "--no-refresh")
    assert nothing.returncode == 4 and "has no documents of 'candle'" in nothing.stderr
    updated = sync("sync", "burn", "--no-refresh").stdout  # same origin, so same path
    assert f"~ {PLACE}" in updated
