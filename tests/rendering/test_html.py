from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from tests.rendering.samples import LONG, NAMES, abstention, citation, comparison, listing, recommendation

from mlsurvey.provenance import Source
from mlsurvey.rendering.html import answer_html
from mlsurvey.types import Answer, Conflict

HOSTILE = "<script>alert(1)</script> & \"quotes\" 'n' <img src=x onerror=y> \x1b[31mred \u202ereversed"


class Reader(HTMLParser):
    """Text and tags of a page, as a browser parses them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data) -> None:
        self.text += data


def page(answer: Answer, **options) -> Reader:
    return Reader(answer_html(answer, names=NAMES, stale=options.get("stale", {})))


@pytest.mark.parametrize("answer", [comparison(), listing(), recommendation(), abstention()])
def test_every_answer_is_a_page_whose_tags_are_closed(answer) -> None:
    read = page(answer)
    assert read._open == []
    assert answer.question in read.text


def test_a_comparison_is_a_table_with_links_to_its_sources() -> None:
    read = page(comparison())
    tags = [tag for tag, _ in read.tags]
    assert tags.count("th") == 4 and "table" in tags
    targets = {attributes["href"] for tag, attributes in read.tags if tag == "a"}
    anchors = {f"#{attributes['id']}" for _, attributes in read.tags if "id" in attributes}
    assert targets == {"#source-1", "#source-2", "#source-3", "#source-4"} <= anchors
    assert "not stated in 16 passages searched" in read.text and LONG in read.text


def test_nothing_of_a_document_is_markup() -> None:
    answer = comparison(text=HOSTILE)
    quotes = tuple(
        replace(c, quote=HOSTILE, heading_path=(HOSTILE,), document=f"{HOSTILE}.md") for c in answer.citations
    )
    source = answer_html(replace(answer, citations=quotes, question=HOSTILE), names=NAMES, stale={1: HOSTILE})
    read = Reader(source)
    assert {"script", "img"} & {tag for tag, _ in read.tags} == set()
    assert "<script>alert(1)</script>" in read.text
    assert "\x1b" not in source and "\u202e" not in source


def test_a_page_loads_and_runs_nothing() -> None:
    policies = [a["content"] for tag, a in page(comparison()).tags if tag == "meta" and "http-equiv" in a]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_what_is_stale_or_disputed_is_said() -> None:
    disputed = comparison(conflicts=(Conflict("burn", "gpu", (1, 2), "negation"),))
    read = page(disputed, stale={4: "source is no longer there"})
    assert "disputed, see below" in read.text and "Sources disagree" in read.text
    assert read.text.count("source is no longer there") == 2


def test_an_abstention_shows_what_came_nearest() -> None:
    read = page(replace(abstention(), nearest=(citation(1),)))
    assert "No answer" in read.text and "Nearest passages" in read.text


def test_a_source_is_a_link_only_where_it_leads_to_the_web() -> None:
    answer = comparison()
    urls = ("https://example.org/a?b&c", "javascript:alert(1)", 'https://x/"onclick="y', "file:///etc/passwd")
    sources = [Source(url, "v1", "2026-01-02", "MIT") for url in urls]
    cited = tuple(replace(c, source=s) for c, s in zip(answer.citations, sources, strict=True))
    links = [a["href"] for tag, a in page(replace(answer, citations=cited)).tags if tag == "a" and "rel" in a]
    assert links == [urls[0], urls[2]]
