from __future__ import annotations

import hashlib
import os
import unicodedata
from urllib.parse import quote

import pytest
from tests.api.conftest import client_of
from tests.api.test_problems import problem

from mlsurvey.documents.filenames import document_path
from mlsurvey.errors import UnreadableError

TEXT = b"# Linfa\n\nLinfa is a toolkit for classical machine learning.\n"
SHA = hashlib.sha256(TEXT).hexdigest()


def test_documents_are_listed_by_page_and_filter(client) -> None:
    whole = client.get("/v1/documents").json()
    paths = [row["path"] for row in whole["documents"]]
    assert paths == sorted(paths) and whole["total"] == len(paths) == 4
    page = client.get("/v1/documents?limit=2&offset=1").json()
    assert [row["path"] for row in page["documents"]] == paths[1:3] and page["total"] == 4
    assert [r["path"] for r in client.get("/v1/documents?entity=burn").json()["documents"]] == ["rust/burn.md"]
    tag = client.get("/v1/documents").headers["etag"]
    assert client.get("/v1/documents", headers={"If-None-Match": tag}).status_code == 304


def test_a_document_tells_its_index_and_its_file(client, indexed) -> None:
    value = client.get("/v1/documents/rust/burn.md").json()
    digest = hashlib.sha256((indexed.corpus / "rust" / "burn.md").read_bytes()).hexdigest()
    assert value["file_sha256"] == value["indexed"]["sha256"] == digest and not value["stale"]


def test_a_part_of_a_text_is_sent_with_the_cited_span_marked(client) -> None:
    citation = client.post("/v1/ask", json={"question": "Does Candle support GPUs?"}).json()["citations"][0]
    span = {"mark_start": citation["start"], "mark_end": citation["end"]}
    value = client.get(f"/v1/documents/{citation['document']}/text", params=span).json()
    assert value["mark"]["text"] == citation["quote"] and value["sha256"] == citation["sha256"]
    assert value["mark"]["before"] + value["mark"]["text"] + value["mark"]["after"] == value["text"]
    assert (value["mark"]["line_start"], value["mark"]["line_end"]) == (citation["line_start"], citation["line_end"])
    part = client.get(f"/v1/documents/{citation['document']}/text?start=3&end=9").json()
    assert (part["text"], part["length"]) == (value["text"][3:9], len(value["text"]))


@pytest.mark.parametrize("query", ["start=9&end=3", "start=99999", "mark_start=5&mark_end=1", "start=5&mark_start=0"])
def test_a_part_that_is_none_is_not_found(query, client) -> None:
    problem(client.get(f"/v1/documents/rust/burn.md/text?{query}"), 404, "not-found")


@pytest.mark.parametrize("query", ["start=-1", "end=1e9", "mark_end=x", "begin=3"])
def test_a_place_that_is_none_is_refused(query, client) -> None:
    problem(client.get(f"/v1/documents/rust/burn.md/text?{query}"), 422, "invalid")


def test_an_upload_is_on_the_disk_and_says_that_it_is_not_indexed(writing, home) -> None:
    response = writing.put("/v1/documents/rust/new/linfa.md", content=TEXT)
    assert response.status_code == 201
    value = response.json()
    assert value == {
        "path": "rust/new/linfa.md", "sha256": SHA, "bytes": len(TEXT), "created": True, "changed": True,
        "indexed": False, "refresh": "/v1/index/refresh",
    }  # fmt: skip
    assert response.headers["etag"] == f'"{SHA}"' and response.headers["location"] == "/v1/documents/rust/new/linfa.md"
    assert (home.corpus / "rust/new/linfa.md").read_bytes() == TEXT
    state = writing.get("/v1/documents/rust/new/linfa.md").json()
    assert state["indexed"] is None and state["file_sha256"] == SHA and state["stale"]
    again = writing.put("/v1/documents/rust/new/linfa.md", content=TEXT)
    assert (again.status_code, again.json()["changed"]) == (200, False)
    assert [path.name for path in (home.corpus / "rust/new").iterdir()] == ["linfa.md"], "no draft is left"


def test_uploads_hold_their_conditions(writing, home) -> None:
    route = "/v1/documents/rust/burn.md"
    tag = writing.get(route).headers["etag"]
    problem(writing.put(route, content=TEXT, headers={"If-None-Match": "*"}), 412, "precondition")
    problem(writing.put(route, content=TEXT, headers={"If-Match": '"0000"'}), 412, "precondition")
    problem(writing.put("/v1/documents/none.md", content=TEXT, headers={"If-Match": tag}), 412, "precondition")
    problem(writing.put("/v1/documents/none.md", content=TEXT, headers={"If-Match": "*"}), 412, "precondition")
    problem(writing.put(route, content=TEXT, headers={"If-None-Match": tag}), 422, "invalid")
    stored = writing.put(route, content=TEXT, headers={"If-Match": f'"other", {tag}'})
    assert stored.status_code == 200
    problem(writing.put(route, content=b"x\n", headers={"If-Match": tag}), 412, "precondition")
    problem(writing.delete(route, headers={"If-Match": tag}), 412, "precondition")
    assert writing.delete(route, headers={"If-Match": stored.headers["etag"]}).status_code == 204
    assert not (home.corpus / "rust/burn.md").exists()
    state = writing.get(route).json()
    assert state["file_sha256"] is None and state["indexed"]["path"] == "rust/burn.md"
    problem(writing.delete(route), 404, "not-found")


def test_a_deletion_takes_the_folders_that_it_leaves_empty(writing, home) -> None:
    assert writing.delete("/v1/documents/go/gorgonia.md").status_code == 204
    assert not (home.corpus / "go").exists() and home.corpus.is_dir()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_document_is_read_replaced_and_deleted_by_either_unicode_form(form, writing, home) -> None:
    stored = "cafe\u0301/u\u0308ber.md"
    (home.corpus / "cafe\u0301").mkdir()
    (home.corpus / stored).write_text("# Uber\n", "utf-8")
    route = f"/v1/documents/{quote(unicodedata.normalize(form, stored))}"
    state = writing.get(route)
    assert state.status_code == 200 and state.json()["path"] == stored
    changed = writing.put(route, content=b"# Other\n", headers={"If-Match": state.headers["etag"]})
    assert (changed.status_code, changed.json()["path"]) == (200, stored)
    assert (home.corpus / stored).read_bytes() == b"# Other\n"
    assert len(list((home.corpus / "cafe\u0301").iterdir())) == 1
    assert writing.delete(route).status_code == 204
    assert not (home.corpus / "cafe\u0301").exists()


def test_a_new_document_has_a_composed_name(writing, home) -> None:
    problem(writing.put("/v1/documents/cafe%CC%81.md", content=b"x"), 422, "unreadable")
    assert writing.put("/v1/documents/caf%C3%A9.md", content=b"x").status_code == 201


NAMES = [
    "../outside.md", "a/../../outside.md", "/etc/outside.md", "./a.md", "a//b.md", "a/./b.md", "..\\outside.md",
    "C:\\a.md", "C:a.md", "a\ufffd.md", "con.md", "a/NUL.txt", "com1.md", "a/lpt9.rst", ".hidden.md", "a/.git/b.md",
    "#draft.md", "a.md~", "a.bak", "a.exe", "a", "a.md ", "a.md.", "a /b.md", "a\x00.md", "a\n.md", "a\x7f.md",
    "a\u202e.md", "a\u200b.md", "e\u0301.md", "x" * 300 + ".md", "d/" * 40 + "a.md", "a?.md", "a*.md", "a|b.md",
    'a".md', "entities.toml", "",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_document_can_have_such_a_name(name) -> None:
    with pytest.raises(UnreadableError, match="invalid document name"):
        document_path(name)


@pytest.mark.parametrize(
    "name", ["a.md", "rust/burn book/ch 1.markdown", "Über/naïve.rst", "日本.txt", "a.b.c.mdx", "conx.md"]
)
def test_ordinary_names_are_taken(name) -> None:
    assert str(document_path(name)) == name


@pytest.mark.parametrize(
    "raw",
    [
        "%2e%2e/outside.md",
        "..%2foutside.md",
        "a/%2e%2e/%2e%2e/outside.md",
        "%2fetc%2foutside.md",
        "a%00.md",
        "con.md",
        "a.exe",
        "%ff.md",
    ],
)
def test_no_request_leaves_the_corpus_folder(raw, writing, home) -> None:
    before = sorted(home.corpus.parent.rglob("*.md"))
    response = writing.put(f"/v1/documents/{raw}", content=TEXT)
    assert response.status_code in (404, 405, 422), response.text
    assert writing.delete(f"/v1/documents/{raw}").status_code in (404, 405, 422)
    assert writing.get(f"/v1/documents/{raw}").status_code in (404, 405, 422)
    assert sorted(home.corpus.parent.rglob("*.md")) == before


def test_no_link_is_followed(writing, home, tmp_path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_bytes(b"theirs")
    (home.corpus / "way").symlink_to(outside)
    (home.corpus / "link.md").symlink_to(outside / "a.md")
    (home.corpus / "folder.md").mkdir()
    os.mkfifo(home.corpus / "pipe.md")
    for name in ("way/a.md", "way/new.md", "link.md", "folder.md", "pipe.md", "rust/burn.md/below.md"):
        problem(writing.put(f"/v1/documents/{name}", content=TEXT), 422, "unreadable")
        assert writing.delete(f"/v1/documents/{name}").status_code == 422
    assert [(path.name, path.read_bytes()) for path in outside.iterdir()] == [("a.md", b"theirs")]


def test_bytes_that_are_no_text_are_refused(writing, home) -> None:
    for data in (b"\0\1\2", b"text\0text", bytes(range(256)) * 9):
        problem(writing.put("/v1/documents/a.md", content=data), 422, "unreadable")
    assert not (home.corpus / "a.md").exists()


def test_a_body_of_another_kind_is_refused(writing) -> None:
    for headers in ({"Content-Type": "application/json"}, {"Content-Encoding": "gzip"}):
        problem(writing.put("/v1/documents/a.md", content=TEXT, headers=headers), 415, "media-type")


def test_a_body_that_is_too_large_is_refused(home, tmp_path) -> None:
    with client_of(home, tmp_path, max_body=2048) as client:
        problem(client.put("/v1/documents/a.md", content=b"x" * 2049), 413, "too-large")
        problem(client.put("/v1/documents/a.md", content=iter([b"x" * 1000] * 3)), 413, "too-large")
        problem(client.post("/v1/documents:batch", files=[("files", ("a.md", b"x" * 3000))]), 413, "too-large")
        assert client.put("/v1/documents/a.md", content=b"x" * 2000).status_code == 201


def test_a_batch_is_checked_before_it_is_written(writing, home) -> None:
    good, bad = ("files", ("new/a.md", TEXT)), ("files", ("new/b.md", b"\0"))
    problem(writing.post("/v1/documents:batch", files=[good, bad]), 422, "unreadable")
    problem(writing.post("/v1/documents:batch", files=[good, good]), 422, "unreadable")
    problem(writing.post("/v1/documents:batch", files=[good, ("files", ("rust/burn.md", TEXT))]), 412, "precondition")
    problem(writing.post("/v1/documents:batch", files=[good, ("files", ("../b.md", TEXT))]), 422, "unreadable")
    assert not (home.corpus / "new").exists()
    files = [good, ("files", ("rust/burn.md", TEXT))]
    response = writing.post("/v1/documents:batch", files=files, data={"replace": "true"})
    assert [(d["path"], d["created"]) for d in response.json()["documents"]] == [
        ("new/a.md", True),
        ("rust/burn.md", False),
    ]
    assert (home.corpus / "rust/burn.md").read_bytes() == TEXT


def test_too_many_files_are_refused(home, tmp_path) -> None:
    with client_of(home, tmp_path, max_files=2) as client:
        files = [("files", (f"{n}.md", TEXT)) for n in range(3)]
        problem(client.post("/v1/documents:batch", files=files), 413, "too-large")
