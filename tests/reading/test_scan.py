from __future__ import annotations

import hashlib
import inspect
import os
import sys
from pathlib import Path

import pytest

from mlsurvey.errors import NotFoundError, UnreadableError
from mlsurvey.reading.decode import decode
from mlsurvey.reading.names import shown
from mlsurvey.reading.scan import SAME, read, scan


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def paths(root: Path) -> list[str]:
    return [file.path for file in scan(root)[0]]


def reasons(root: Path) -> dict[str, str]:
    return {unreadable.path: unreadable.reason for unreadable in scan(root)[1]}


def test_documents_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "a/z.rst", "a b/ü [1] 100%.txt", "a/B.MDX", "c.markdown")
    assert paths(tmp_path) == ["a b/ü [1] 100%.txt", "a/B.MDX", "a/z.rst", "b.md", "c.markdown"]


def test_hidden_files_backups_and_vocabulary_are_passed_over_silently(tmp_path: Path) -> None:
    write(tmp_path, ".git/a.md", ".hidden.md", "a.md~", "#a.md#", ".a.md.swp", "entities.toml", "aspects.toml", "a.md")
    assert scan(tmp_path)[1] == [] and paths(tmp_path) == ["a.md"]


def test_other_formats_are_named_with_a_reason(tmp_path: Path) -> None:
    write(tmp_path, "a.odt", "LICENSE")
    assert reasons(tmp_path)["a.odt"].startswith("not read: .odt files")
    assert reasons(tmp_path)["LICENSE"].startswith("not read: files without a suffix")


def left_out(root: Path, *exclude: str) -> dict[str, tuple[str, str]]:
    return {one.path: (one.reason, one.rule) for one in scan(root, exclude).left_out}


def test_links_inside_are_followed_and_links_outside_are_not(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    write(outside, "secret.md")
    write(root, "a.md", ".store/b.md")
    (root / "b.md").symlink_to(root / ".store/b.md")
    (root / "secret.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside)
    (root / "gone.md").symlink_to(root / "nothing.md")
    (root / "self.md").symlink_to("self.md")
    assert paths(root) == ["a.md", "b.md"]
    assert set(reasons(root)) == {"secret.md", "folder", "gone.md", "self.md"}
    with pytest.raises(UnreadableError, match="outside"):
        read(root, "secret.md")


def test_a_folder_is_read_once_by_whatever_links_it_can_be_reached(tmp_path: Path) -> None:
    write(tmp_path, "real/a.md", "real/deep/b.md", ".store/c.md", ".store/sub/d.md")
    (tmp_path / "A").symlink_to("real")
    (tmp_path / "real/deep/up").symlink_to("..")
    (tmp_path / "real/top").symlink_to(tmp_path)
    (tmp_path / "one").symlink_to(".store/sub")
    (tmp_path / "two").symlink_to(".store")
    assert paths(tmp_path) == ["one/d.md", "real/a.md", "real/deep/b.md", "two/c.md"]
    same = {path: rule for path, (reason, rule) in left_out(tmp_path).items() if reason == SAME}
    assert same == {"A/": "real", "real/deep/up/": "real", "real/top/": ".", "two/sub/": "one"}


def test_a_file_is_read_once_by_whatever_links_it_can_be_reached(tmp_path: Path) -> None:
    write(tmp_path, "m.md", "z/n.md")
    (tmp_path / "a.md").symlink_to("m.md")
    (tmp_path / "z/hard.md").hardlink_to(tmp_path / "z/n.md")
    assert paths(tmp_path) == ["m.md", "z/hard.md"]
    assert left_out(tmp_path) == {"a.md": (SAME, "m.md"), "z/n.md": (SAME, "z/hard.md")}


def test_folders_may_nest_deeper_than_calls(tmp_path: Path) -> None:
    deep = "d/" * 200 + "a.md"
    write(tmp_path, deep)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        assert paths(tmp_path) == [deep]
    finally:
        sys.setrecursionlimit(limit)


GITIGNORE = {
    "drafts/": ["drafts"],
    "*.txt": ["c.txt", "docs/d.txt"],
    "/c.txt": ["c.txt"],
    "docs/*\n!docs/keep.md": ["docs/d.txt", "docs/deep"],
    "docs/**\n!docs/keep.md": ["docs/d.txt", "docs/deep"],
    "**/deep/": ["docs/deep"],
    "*.txt\n!docs/": ["c.txt", "docs/d.txt"],
    "docs\n!docs/keep.md": ["docs"],
    "# *.md\n\n": [],
    "*\n!*/\n!*.txt": ["a.md", "docs/keep.md", "docs/deep/e.md", "drafts/b.md"],
    "?.txt\r\n": ["c.txt", "docs/d.txt"],
}
"""What git leaves out with such a file at the top."""
TREE = ["a.md", "c.txt", "docs/keep.md", "docs/d.txt", "docs/deep/e.md", "drafts/b.md"]


@pytest.mark.parametrize("text", GITIGNORE)
@pytest.mark.parametrize("place", [".gitignore", ".mlsurveyignore", None])
def test_patterns_mean_what_they_mean_to_git(place: str | None, text: str, tmp_path: Path) -> None:
    write(tmp_path, *TREE)
    if place:
        (tmp_path / place).write_bytes(text.encode())
    found = scan(tmp_path, () if place else text.splitlines())
    out = GITIGNORE[text]
    assert sorted(one.path.removesuffix("/") for one in found.left_out) == sorted(out)
    assert [f.path for f in found.files] == sorted(p for p in TREE if not any(f"{p}/".startswith(f"{o}/") for o in out))


def test_ignore_files_count_below_their_folder_and_inside_the_corpus_only(tmp_path: Path) -> None:
    root = tmp_path / "checkout/corpus"
    write(root, "a.md", "upstream/b.md", "sub/a.md", "sub/deep/a.md", "other/a.md")
    (tmp_path / "checkout/.gitignore").write_text("/corpus/upstream/\n*.md\n")
    (root / "sub/.gitignore").write_text("/a.md\n")
    assert paths(root) == ["a.md", "other/a.md", "sub/deep/a.md", "upstream/b.md"]
    assert left_out(root) == {"sub/a.md": (".gitignore", "sub/.gitignore:1: /a.md")}


def test_closer_to_the_user_wins(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md", "node_modules/c.md", "deep/d.md")
    (tmp_path / ".gitignore").write_text("a.md\nb.md\nd.md\n")
    (tmp_path / "deep/.gitignore").write_text("!d.md\n")
    (tmp_path / ".mlsurveyignore").write_text("!b.md\n!node_modules/\n")
    assert paths(tmp_path) == ["b.md", "deep/d.md", "node_modules/c.md"]
    assert left_out(tmp_path, "!a.md", "b.md")["b.md"] == ("excluded", "b.md")
    assert "a.md" not in left_out(tmp_path, "!a.md", "b.md")


def test_hidden_files_and_installed_packages_stay_out_with_a_reason(tmp_path: Path) -> None:
    write(tmp_path, ".git/a.md", ".x.md", ".DS_Store", "#a.md", "web/node_modules/b/r.md", "env/pyvenv.cfg", "env/r.md")
    write(tmp_path, "conda/conda-meta/history", "conda/LICENSE.txt", "a.md")
    assert paths(tmp_path) == ["a.md"] and reasons(tmp_path) == {}
    assert {path: reason for path, (reason, _) in left_out(tmp_path).items()} == {
        "#a.md": "backup",
        ".git/": "hidden",
        ".x.md": "hidden",
        "conda/": "packages",
        "env/": "packages",
        "web/node_modules/": "packages",
    }


def test_a_line_that_is_no_pattern_is_named_and_the_rest_counts(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md")
    (tmp_path / ".mlsurveyignore").write_text("!\nb.md\n")
    assert paths(tmp_path) == ["a.md"]
    assert reasons(tmp_path) == {".mlsurveyignore": "line 1 is ignored: '!' is not a valid pattern"}


def test_patterns_and_names_agree_in_either_unicode_form(tmp_path: Path) -> None:
    write(tmp_path, "cafe\u0301.md", "a.md")
    assert [f.path for f in scan(tmp_path, ["caf\u00e9.md"]).files] == ["a.md"]


@pytest.mark.parametrize("name", ["a\nb.md", "a\rb.md", "a\x1b[31m.md", "a\x7f.md", "a\u2028b.md", "fol\nder/a.md"])
def test_names_with_control_characters_are_refused_and_shown_escaped(name: str, tmp_path: Path) -> None:
    write(tmp_path, name, "ok.md")
    assert paths(tmp_path) == ["ok.md"]
    ((path, reason),) = reasons(tmp_path).items()
    assert path == shown(name.partition("/")[0]) and path.isprintable() and path.isascii()
    assert "control character" in reason


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert reasons(tmp_path) == {"pipe.md": "not read: not a regular file"}


def test_a_root_that_is_a_link_is_fine(tmp_path: Path) -> None:
    write(tmp_path / "real", "a.md")
    (tmp_path / "root").symlink_to(tmp_path / "real")
    assert paths(tmp_path / "root") == ["a.md"]
    assert read(tmp_path / "root", "a.md")[0] == b"a.md"


def test_names_that_are_no_utf8_are_reported(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"\xff.md")).write_text("x")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert paths(tmp_path) == []
    assert "not valid UTF-8" in next(iter(reasons(tmp_path).values()))


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        scan(tmp_path / "nowhere")


def test_read_gives_bytes_and_their_digest(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    assert read(tmp_path, "a.md") == (b"a.md", hashlib.sha256(b"a.md").hexdigest())


def test_a_file_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no such file"):
        read(tmp_path, "gone.md")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"\xef\xbb\xbfa\r\n", "a\r\n"),
        ("ü".encode(), "ü"),
        (b"caf\xe9 \x80", "café €"),
        (b"\x81x", "\ufffdx"),
        (b"\x1b[31mred\x1b[0m and plain text", "\x1b[31mred\x1b[0m and plain text"),
    ],
)
def test_decoding(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe" + b"\x01\x00" * 10, "in UTF-16-LE are not text"),
        (b"texts\x00", "NUL byte at 5"),
        (b"\x00\x01\x00\x02", "NUL byte at 0"),
        (b"PNG\x00\x01", "NUL byte at 3"),
        (bytes(range(1, 32)) * 10, "control characters"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        decode(data)
