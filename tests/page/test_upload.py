"""Adding documents on the page: who may, what is told of each file, and the refresh after it."""

from __future__ import annotations

import pytest
from tests.api.conftest import client_of, wait_for
from tests.page.conftest import BROWSER
from tests.page.test_pages import READ, WRITE, log_in, plain

from mlsurvey.page.added import placed

ORIGIN = {"Origin": "http://127.0.0.1"}
NEW = b"# Dfdx\n\nDfdx runs on CUDA.\n"


@pytest.fixture
def writing(home, tmp_path):
    with client_of(home, tmp_path) as client:
        client.headers.update(BROWSER)
        yield client


def send(client, *files: tuple[str, bytes], **fields: str):
    parts = [("files", (name, data)) for name, data in files]
    return client.post("/upload", files=parts, data=fields, headers=ORIGIN)


@pytest.mark.parametrize(
    ("folder", "path"), [("", "a.md"), (" notes/mine/ ", "notes/mine/a.md"), ("/", "a.md"), ("..", "../a.md")]
)
def test_a_folder_is_put_before_the_name(folder, path) -> None:
    assert placed(folder, "a.md") == path


def test_files_are_added_told_and_refreshed(writing, home) -> None:
    page = send(writing, ("dfdx.md", NEW), into="rust")
    assert page.status_code == 200 and "rust/dfdx.md added" in plain(page.text)
    assert (home.corpus / "rust/dfdx.md").read_bytes() == NEW
    assert 'action="/refresh"' in page.text
    started = writing.post("/refresh", follow_redirects=False)
    job = started.headers["location"]
    assert wait_for(writing, f"/v1{job}")["state"] == "succeeded"
    assert "rust/dfdx.md" in writing.get(job).text and "rust/dfdx.md" in writing.get("/documents").text


def test_each_file_that_is_refused_is_told_with_the_reason(writing, home) -> None:
    before = (home.corpus / "rust/burn.md").read_bytes()
    binary, large = b"\x00\x01\x02\xff" * 500, b"x" * (64 * 1024 * 1024 + 1)
    with client_of(home, home.corpus.parent, max_body=128 * 1024 * 1024) as client:
        client.headers.update(BROWSER)
        page = send(
            client,
            ("burn.md", NEW),
            ("bytes.md", binary),
            ("run.exe", NEW),
            ("big.md", large),
            ("ok.md", NEW),
            into="rust",
        )
    told = plain(page.text)
    assert page.status_code == 200 and "4 files were not added" in told
    assert "rust/burn.md exists already; to overwrite it" in told
    assert "rust/bytes.md cannot be read" in told and "rust/big.md is too large" in told
    assert "rust/run.exe" in told and "rust/ok.md added" in told
    assert (home.corpus / "rust/burn.md").read_bytes() == before and (home.corpus / "rust/ok.md").exists()


def test_a_document_is_replaced_only_on_request(writing, home) -> None:
    page = send(writing, ("burn.md", NEW), into="rust", replace="true")
    assert "rust/burn.md replaced" in plain(page.text) and (home.corpus / "rust/burn.md").read_bytes() == NEW
    again = send(writing, ("burn.md", NEW), into="rust", replace="true")
    assert "already there, unchanged" in plain(again.text) and 'action="/refresh"' not in again.text


@pytest.mark.parametrize("name", ["../out.md", ".hidden.md", "a\\..\\b.md"])
def test_no_file_gets_out_of_the_corpus_folder(name, writing, home) -> None:
    before = sorted(home.corpus.parent.rglob("*.md"))
    page = send(writing, (name, NEW))
    assert page.status_code == 422 and "1 file was not added" in plain(page.text)
    assert sorted(home.corpus.parent.rglob("*.md")) == before


def test_a_name_that_was_chosen_twice_is_taken_once(writing, home) -> None:
    page = send(writing, ("twice.md", NEW), ("twice.md", b"# Other\n\nOther.\n"), replace="true")
    assert "chosen twice" in page.text and (home.corpus / "twice.md").read_bytes() == NEW


def test_nothing_chosen_is_told(writing) -> None:
    empty = b'--b\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n--b--\r\n'
    headers = {**ORIGIN, "Content-Type": "multipart/form-data; boundary=b"}
    page = writing.post("/upload", content=empty, headers=headers)
    assert page.status_code == 422 and page.headers["content-type"].startswith("text/html")
    assert writing.post("/upload", data={"into": "x"}, headers=ORIGIN).status_code in (415, 422)


def test_too_much_at_once_is_told_on_a_page(home, tmp_path) -> None:
    with client_of(home, tmp_path, max_body=2048, max_files=2) as client:
        client.headers.update(BROWSER)
        assert 'data-upload="2048"' in client.get("/upload").text
        page = send(client, ("big.md", b"x" * 4096))
        assert page.status_code == 413 and "larger than 2,048 bytes" in page.text
        many = send(client, ("a.md", NEW), ("b.md", NEW), ("c.md", NEW))
        assert many.status_code == 413 and "at most 2" in many.text and not (home.corpus / "a.md").exists()


def test_who_may_not_write_may_not_upload(home, tmp_path) -> None:
    with client_of(home, tmp_path, tokens=f"read:{READ} write:{WRITE}") as client:
        client.headers.update(BROWSER)
        assert client.get("/upload", follow_redirects=False).status_code == 303  # to log in
        log_in(client, READ)
        assert "read-only" in client.get("/upload").text and 'href="/upload"' not in client.get("/documents").text
        assert send(client, ("a.md", NEW)).status_code == 403
        log_in(client, WRITE)
        assert 'href="/upload"' in client.get("/documents").text
        for origin in ({}, {"Origin": "null"}, {"Origin": "https://evil.example"}):
            refused = client.post("/upload", files=[("files", ("a.md", NEW))], headers=origin)
            assert refused.status_code == 403, origin
        assert not (home.corpus / "a.md").exists()
        assert send(client, ("a.md", NEW)).status_code == 200 and (home.corpus / "a.md").exists()


def test_a_read_only_service_takes_nothing(home, tmp_path) -> None:
    with client_of(home, tmp_path, read_only=True) as client:
        client.headers.update(BROWSER)
        assert "read-only" in client.get("/upload").text
        assert send(client, ("a.md", NEW)).status_code == 403 and not (home.corpus / "a.md").exists()
