"""Search on the page: hits that open their documents, and scores taken apart."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.page.test_pages import Tags, marked, plain

from mlsurvey.page.hits import hit_views
from mlsurvey.rendering.layout import names_of
from mlsurvey.types import Explanation, Hit, Passage, Sentence, Span

TEXT = "---\nslug: burn\n---\n# Burn\n\nBurn runs on CUDA.\nAnd on Metal.\n"


def hit() -> Hit:
    start, end = TEXT.index("Burn runs"), TEXT.index(" Metal.") + len(" Metal.")
    middle = TEXT.index("\nAnd")
    sentences = (
        Sentence(Span(start, middle), TEXT[start:middle]),
        Sentence(Span(middle + 1, end), TEXT[middle + 1 : end]),
    )
    passage = Passage("burn.md", 0, Span(0, len(TEXT)), 1, 7, ("Burn",), ("burn",), sentences)
    return Hit(
        7, passage, 1.5, {"keyword": 2, "dense": 1}, {"keyword": 3.0, "dense": 0.4}, {"keyword": 0.5, "dense": 1.0}
    )


def test_a_hit_is_marked_without_the_noise_around_it() -> None:
    (view,) = hit_views([hit()], [], {}, {"burn.md": TEXT}, names_of((), {}), 20)
    assert (view.number, view.lines, view.trail) == (21, "lines 6–7", "Burn")
    start, end = map(int, re.findall(r"\d+", view.address))
    assert TEXT[start:end] == "Burn runs on CUDA.\nAnd on Metal."
    assert [side.told for side in view.sides] == ["rank 2, 33% of the score", "rank 1, 67% of the score"]
    assert not view.is_explained and all(not side.parts for side in view.sides)


def test_scores_are_taken_apart_into_parts_that_add_up() -> None:
    terms = tuple((f"word{number}", "body", 0.25) for number in range(12))
    tokens = (("[CLS]", 0.1), ("cu", 0.2), ("##da", 0.05), (".", 0.05))
    why = Explanation(hit(), terms, 0.4, tokens)
    (view,) = hit_views([hit()], [why], {}, {}, names_of((), {}), 0)
    words, meaning = view.sides
    assert len(words.parts) == 8 and (words.rest, words.measure) == ("1.000", "BM25 3.000")
    assert meaning.parts == (("cuda", "0.250"),) and (meaning.rest, meaning.measure) == ("0.150", "cosine 0.400")
    assert view.lines == "lines 1–7"  # without the text, those of the passage


def test_hits_open_their_documents_at_the_place(client) -> None:
    page = client.get("/search", params={"q": "CUDA back-end"})
    hits = client.get("/v1/search?q=CUDA back-end", headers={"Accept": "application/json"}).json()["hits"]
    opened = [one["href"] for one in Tags(page.text).of("a") if "data-source" in one]
    assert len(opened) == len(hits) > 1
    for href, found in zip(opened, hits, strict=True):
        document = client.get(unescape(href or ""))
        assert document.status_code == 200 and found["document"] in unescape(href or "")
        assert marked(document.text).strip() and "no such place" not in document.text
        assert found["text"].splitlines()[0].split()[0] in marked(document.text)


def test_the_reasons_are_shown_on_request(client) -> None:
    page = client.get("/search?q=WebGPU&mode=keyword")
    assert "BM25" not in page.text and "Why these hits?" in page.text
    href = next(one["href"] for one in Tags(page.text).of("a") if "why=true" in (one["href"] or ""))
    why = client.get(unescape(href or ""))
    assert "BM25" in why.text and "cosine" not in why.text and "webgpu" in plain(why.text)
    assert "Hide the reasons" in why.text and '<option value="keyword" selected>' in why.text


def test_hits_are_limited_and_come_in_pages(client) -> None:
    rust = client.get("/search?q=GPU&language=rust&entity=&path=&heading=&updated_after=")
    assert "gorgonia" not in rust.text.casefold().replace('value="gorgonia"', "") and "rust/burn.md" in rust.text
    beyond = client.get("/search?q=GPU&offset=900")
    assert "No passage matches." in beyond.text and "Previous" in beyond.text


def test_a_phrase_that_nothing_has_is_told(client) -> None:
    assert "no passage" in plain(client.get('/search?q="purple elephants"').text).casefold()


@pytest.mark.parametrize(("asked", "status"), [("mode=magic", 422), ("language=rsut", 404), ("offset=5000", 422)])
def test_what_cannot_be_searched_is_a_page(asked, status, client) -> None:
    page = client.get(f"/search?q=GPU&{asked}")
    assert page.status_code == status and page.headers["content-type"].startswith("text/html")


def test_what_a_hit_contains_stays_text(client) -> None:
    page = client.get("/search?q=Linfa red titles")
    assert "hostile.md" in page.text and "\x1b" not in page.text and "\u202e" not in page.text
