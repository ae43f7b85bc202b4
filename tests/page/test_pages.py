from __future__ import annotations

import re
import shutil
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from tests.api.conftest import QUESTION, client_of, wait_for
from tests.api.test_problems import problem
from tests.page.conftest import BROWSER

from mlsurvey.api.pages.showing import HEADERS
from mlsurvey.page.templating import FOLDER

PAGES = [
    "/",
    f"/?{urlencode({'q': QUESTION})}",
    "/search",
    "/search?q=GPU&why=true",
    "/libraries",
    "/coverage",
    "/timeline",
    "/documents",
    "/documents/rust/burn.md",
    "/upload",
    "/history",
]
READ, WRITE = "r-secret", "w-secret"


class Tags(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


def ask(client, question: str = QUESTION, **more: object):
    return client.get("/", params={"q": question, **more})


def plain(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def marked(text: str) -> str:
    return unescape("\n".join(re.findall(r"<mark[^>]*>(.*?)</mark>", text, re.DOTALL)))


def test_the_first_page_offers_questions_that_are_answered(client) -> None:
    page = client.get("/")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    examples = [a["href"] for a in Tags(page.text).of("a") if "data-ask-link" in a]
    assert len(examples) >= 2
    assert "4 documents" in plain(page.text)
    assert all(client.get(unescape(href or "")).status_code == 200 for href in examples)


def test_programs_are_shown_the_way(client) -> None:
    told = client.get("/", headers={"Accept": "application/json"})
    assert told.json()["documentation"] == "/docs" and told.headers["content-type"] == "application/json"
    assert client.get("/", headers={"Accept": "*/*"}).headers["content-type"].startswith("text/html")
    named = client.get("/", headers={"Accept": "application/json, text/plain, */*"})
    assert named.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "page",
    ["/", "/search?q=GPU", "/coverage", "/timeline", "/documents", "/documents/rust/burn.md", "/history", "/docs"],
)
def test_what_cannot_be_sent_as_wanted_is_refused(page, client) -> None:
    problem(client.get(page, headers={"Accept": "image/png"}), 406, "not-acceptable")
    assert client.get(page, headers={"Accept": "text/*;q=0.5"}).headers["content-type"].startswith("text/html")
    if page != "/":
        problem(client.get(page, headers={"Accept": "application/json"}), 406, "not-acceptable")


def test_an_export_is_sent_to_those_who_take_its_type(client) -> None:
    asked = {"q": QUESTION, "format": "csv"}
    assert client.get("/export", params=asked, headers={"Accept": "text/csv"}).status_code == 200
    problem(client.get("/export", params=asked, headers={"Accept": "text/markdown"}), 406, "not-acceptable")
    problem(client.get("/export", params=asked, headers={"Accept": "image/png"}), 406, "not-acceptable")


def test_a_comparison_is_a_table_whose_marks_open_the_quotes(client) -> None:
    page = ask(client)
    answer = client.post("/v1/ask", json={"question": QUESTION}, headers={"Accept": "application/json"}).json()
    tags = Tags(page.text)
    assert [a.get("scope") for a in tags.of("th")].count("col") == 2
    assert all(statement["text"] in plain(page.text) for statement in answer["statements"])
    opened = {a["href"] for a in tags.of("a") if "data-source" in a}
    assert len(opened) == len(answer["citations"]) > 1
    for citation in answer["citations"]:
        (href,) = [one for one in opened if f"start={citation['start']}&" in one and citation["document"] in one]
        document = client.get(href)
        assert marked(document.text) == citation["quote"]


def test_an_address_gives_the_same_answer_again(client) -> None:
    asked = {"language": ["rust"], "n": 1, "path": "rust/", "heading": "", "updated_after": "", "utm_source": "x"}
    page = ask(client, **asked)
    assert page.status_code == 200 and ask(client, **asked).text == page.text
    fields = {one.get("id") or one.get("name"): one for one in Tags(page.text).of("input")}
    assert fields["question"]["value"] == QUESTION
    assert any(one.get("name") == "language" and "checked" in one for one in Tags(page.text).of("input"))
    assert Tags(page.text).of("input")[-1]["id"] == "follow" and 'name="path" value="rust/"' in page.text
    assert len(re.findall(r'class="said', page.text)) == 2  # one for each side


def test_a_follow_up_says_what_it_takes_over_and_leads_back(client) -> None:
    page = ask(client, "and what about its licence?", after=[QUESTION])
    assert "Taken from the previous question: the libraries (Burn, Candle)." in plain(page.text)
    assert f"/?{urlencode({'q': QUESTION})}" in [a.get("href") for a in Tags(page.text).of("a")]
    kept = [one["value"] for one in Tags(page.text).of("input") if one.get("name") == "after"]
    assert kept == [QUESTION, QUESTION, "and what about its licence?"]  # ask again; follow up on this one


def test_an_abstention_says_why_and_shows_what_is_near(client) -> None:
    page = ask(client, "Does Zorblatt support GPUs?")
    assert page.status_code == 200 and "No document is about Zorblatt" in plain(page.text)
    assert "Nearest passages" in page.text and "<blockquote>" in page.text


@pytest.mark.parametrize(
    ("form", "kind", "within"),
    [
        ("markdown", "text/markdown", "## Sources"),
        ("csv", "text/csv", "question,library"),
        ("bibtex", "application/x-bibtex", "@misc{"),
        ("json", "application/json", '"schema": 1'),
        ("html", "text/html", "Content-Security-Policy"),
    ],
)
def test_an_answer_is_saved(form, kind, within, client) -> None:
    page = ask(client)
    href = next(a["href"] for a in Tags(page.text).of("a") if "download" in a and f"format={form}" in (a["href"] or ""))
    saved = client.get(unescape(href or ""))
    assert saved.headers["content-type"] == f"{kind}; charset=utf-8" and within in saved.text
    assert saved.headers["content-disposition"].startswith('attachment; filename="how-do-burn')


def test_an_unknown_format_is_refused(client) -> None:
    assert client.get("/export", params={"q": QUESTION, "format": "docx"}).status_code == 422


def test_libraries_are_compared_by_ticking_them(client) -> None:
    boxes = [one["value"] for one in Tags(client.get("/libraries").text).of("input") if one.get("type") == "checkbox"]
    assert {"burn", "candle"} <= set(boxes)
    page = client.get("/compare?entity=burn&entity=candle&aspect=gpu")
    assert page.status_code == 200 and "GPU support" in page.text
    assert client.get("/compare?entity=burn").status_code == 422


def test_documents_are_listed_and_filtered(client) -> None:
    assert "4 documents" in plain(client.get("/documents?q=&language=&entity=").text)
    rust = client.get("/documents?language=rust&q=candle")
    assert "rust/candle.md" in rust.text and "rust/burn.md" not in rust.text and "1 document" in plain(rust.text)


def test_a_place_that_a_document_no_longer_has_is_told(client) -> None:
    page = client.get("/documents/rust/burn.md?start=5&end=100000")
    assert page.status_code == 200 and "no such place" in page.text and "<mark" not in page.text


def test_what_a_document_contains_stays_text(client) -> None:
    page = client.get("/documents/hostile.md")
    assert "\x1b" not in page.text and "\u202e" not in page.text and "\\x1b[31m" in page.text
    asked = ask(client, '"><script>alert(1)</script>')
    assert "<script>alert" not in asked.text


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_and_loads_only_its_own_files(page, client) -> None:
    response = client.get(page)
    assert response.headers.items() >= {name.lower(): value for name, value in HEADERS.items()}.items()
    assert (
        response.headers["x-content-type-options"] == "nosniff" and "unsafe" not in HEADERS["Content-Security-Policy"]
    )
    for tag, attributes in Tags(response.text).found:
        assert "style" not in attributes and not [name for name in attributes if name.startswith("on")], tag
    assert "<style" not in response.text and re.findall(r"<script(?! type=\"module\" src=)", response.text) == []
    loaded = [one["href"] for one in Tags(response.text).of("link")] + [
        one["src"] for one in Tags(response.text).of("script")
    ]
    assert len(loaded) >= 3
    for address in loaded:
        asset = client.get(address or "")
        assert asset.status_code == 200 and "immutable" in asset.headers["cache-control"]


def test_every_file_that_another_one_names_is_there(client) -> None:
    for file in FOLDER.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', file.read_text("utf-8")):
            assert client.get(f"/assets/{name}").status_code == 200, (file.name, name)
    style = (FOLDER / "page.css").read_text("utf-8")
    assert [name for name in re.findall(r'url\("([^"]+)"\)', style) if not (FOLDER / name).is_file()] == []
    assert "http" not in style


def test_errors_are_pages_for_people_and_problems_for_programs(client) -> None:
    page = client.get("/nonsense")
    assert page.status_code == 404 and "There is no page /nonsense" in page.text
    assert client.get("/documents/rust/brun.md").status_code == 404
    problem(client.get("/nonsense", headers={"Accept": "application/json"}), 404, "not-found")
    problem(client.get("/v1/nonsense"), 404, "not-found")
    assert client.post("/documents").status_code == 405
    assert client.head("/").status_code == 200
    assert ask(client, "x" * 20_001).status_code == 422


def test_before_the_first_refresh_the_page_says_so(home, tmp_path) -> None:
    shutil.rmtree(home.index)
    with client_of(home, tmp_path) as client:
        client.headers.update(BROWSER)
        assert "There is no index yet" in client.get("/").text
        assert "Build the index" in client.get("/").text
        assert client.get("/documents").status_code == 200
        assert ask(client).status_code == 503
        for page in ("/search?q=GPU", "/coverage", "/timeline"):
            assert client.get(page).status_code == 503 and "No index yet" in client.get(page).text
        assert client.get("/upload").status_code == 200


def test_a_refresh_is_started_and_followed(home, tmp_path) -> None:
    with client_of(home, tmp_path) as client:
        client.headers.update(BROWSER)
        (home.corpus / "new.md").write_text("# Dfdx\n\nDfdx runs on CUDA.\n", "utf-8")
        assert "1 new" in plain(client.get("/documents").text)
        started = client.post("/refresh", follow_redirects=False)
        assert started.status_code == 303
        place = started.headers["location"]
        assert client.post("/refresh", follow_redirects=False).headers["location"].startswith("/jobs/")
        assert "data-job" in client.get(place).text or "Done" in client.get(place).text
        assert wait_for(client, f"/v1{place}")["state"] == "succeeded"
        report = client.get(place).text
        assert "1 added" in report and "new.md" in report


def test_a_page_of_another_site_starts_nothing(client) -> None:
    refused = client.post("/refresh", headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403 and "Origin not allowed" in refused.text


@pytest.fixture(scope="module")
def guarded(indexed, tmp_path_factory):
    tokens = f"read:{READ} write:{WRITE}"
    with client_of(indexed, tmp_path_factory.mktemp("guarded"), tokens=tokens) as client:
        client.headers.update(BROWSER)
        yield client
        client.cookies.clear()


def log_in(client, token: str, back: str = "/"):
    client.cookies.clear()
    origin = {"Origin": "http://127.0.0.1"}
    return client.post("/login", data={"token": token, "next": back}, headers=origin, follow_redirects=False)


def test_whoever_has_no_token_is_sent_to_log_in(guarded) -> None:
    guarded.cookies.clear()
    asked = guarded.get(f"/?{urlencode({'q': QUESTION})}", follow_redirects=False)
    assert asked.status_code == 303 and asked.headers["location"].startswith("/login?next=%2F%3Fq%3D")
    page = guarded.get(asked.headers["location"])
    assert page.status_code == 200 and "rust" not in page.text.casefold().replace("trust", "")
    assert guarded.get(Tags(page.text).of("script")[0]["src"] or "").status_code == 200
    problem(guarded.get("/v1/documents"), 401, "unauthorised")


def test_a_token_opens_the_pages_and_no_script_can_read_it(guarded) -> None:
    done = log_in(guarded, READ, "/documents")
    assert (done.status_code, done.headers["location"]) == (303, "/documents")
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.casefold() and READ not in cookie
    assert guarded.get("/documents").status_code == 200
    assert guarded.get("/v1/documents").status_code == 200
    assert 'action="/refresh"' not in guarded.get("/documents").text  # this token may not
    assert guarded.post("/refresh", headers={"Origin": "http://127.0.0.1"}).status_code == 403
    out = guarded.post("/logout", headers={"Origin": "http://127.0.0.1"})
    assert out.status_code == 200 and guarded.get("/documents", follow_redirects=False).status_code == 303


def test_the_cookie_alone_changes_nothing(guarded) -> None:
    log_in(guarded, WRITE)
    assert 'action="/refresh"' in guarded.get("/documents").text
    for headers in ({}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:9999"}):
        refused = guarded.put("/v1/documents/a.md", content=b"x", headers=headers)
        problem(refused, 403, "origin")
    with_token = {"Authorization": "Bearer wrong"}
    problem(guarded.get("/v1/documents", headers=with_token), 401, "unauthorised")


@pytest.mark.parametrize("token", ["wrong", "", "x" * 5_000, "\u00e9"])
def test_a_wrong_token_is_told(token, guarded) -> None:
    page = log_in(guarded, token)
    assert page.status_code == 401 and "not known" in page.text and "set-cookie" not in page.headers


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_logging_in_never_leads_to_another_site(back, guarded) -> None:
    assert log_in(guarded, READ, back).headers["location"] == "/"


def test_without_tokens_there_is_nothing_to_log_in_to(client) -> None:
    assert client.get("/login", follow_redirects=False).headers["location"] == "/"
    assert "Log out" not in client.get("/").text
