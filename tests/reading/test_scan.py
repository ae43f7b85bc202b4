from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from mlsurvey.errors import NotFoundError, UnreadableError
from mlsurvey.reading.decode import decode
from mlsurvey.reading.scan import read, scan


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
    write(tmp_path, "a.pdf", "LICENSE")
    assert reasons(tmp_path)["a.pdf"].startswith("not read: .pdf files")
    assert reasons(tmp_path)["LICENSE"].startswith("not read: files without a suffix")


def test_links_inside_are_followed_and_links_outside_are_not(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    write(outside, "secret.md")
    write(root, "a.md")
    (root / "copy.md").symlink_to(root / "a.md")
    (root / "secret.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside)
    (root / "gone.md").symlink_to(root / "nothing.md")
    (root / "loop").symlink_to(root)
    assert paths(root) == ["a.md", "copy.md"]
    assert set(reasons(root)) == {"secret.md", "folder", "gone.md", "loop"}
    with pytest.raises(UnreadableError, match="outside"):
        read(root, "secret.md")


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
        (b"\xff\xfe" + b"\x01\x00" * 10, "in UTF-16-LE are no text"),
        (b"texts\x00", "NUL byte at 5"),
        (b"\x00\x01\x00\x02", "NUL byte at 0"),
        (b"PNG\x00\x01", "NUL byte at 3"),
        (bytes(range(1, 32)) * 10, "control characters"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        decode(data)
