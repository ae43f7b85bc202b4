from __future__ import annotations

import io

from rich.console import Console

from mlsurvey.rendering.explanation import terms_of, words_of
from mlsurvey.rendering.listing import hits_view, snippet
from mlsurvey.types import Explanation, Hit, Passage, Sentence, Span

TEXTS = ("It is a framework.", "It has been there for years.", "WebGPU is one of its back-ends.")
PASSAGE = Passage("burn.md", 0, Span(0, 80), 4, 6, ("Burn",), ("burn",), tuple(Sentence(Span(0, 1), t) for t in TEXTS))
HIT = Hit(7, PASSAGE, 1.6, {"keyword": 1, "dense": 3}, {"keyword": 9.5, "dense": 0.5}, {"keyword": 1.2, "dense": 0.4})
EXPLANATION = Explanation(
    HIT,
    (("webgpu", "body", 6.0), ("backend", "body", 2.5), ("webgpu", "title", 1.0)),
    0.5,
    (("[CLS]", 0.02), ("web", 0.1), ("##gp", 0.1), ("##u", 0.1), ("is", 0.03), (".", 0.05), ("is", 0.1)),
)


def shown(*explanations: Explanation, query: str = "WebGPU backend") -> list[str]:
    console = Console(file=io.StringIO(), width=200, markup=False)
    console.print(hits_view(query, [HIT], explanations), soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().split("\n")


def test_a_hit_says_where_why_and_what() -> None:
    assert shown()[:3] == [
        "1. burn.md:4  Burn",
        "   keyword #1 (BM25 9.5) · dense #3 (cosine 0.500) · score 1.600",
        "   … WebGPU is one of its back-ends.",
    ]


def test_a_hit_in_a_changed_file_is_marked_in_words() -> None:
    console = Console(file=io.StringIO(), width=200, markup=False)
    console.print(hits_view("WebGPU", [HIT], stale={"burn.md": "source is no longer there"}), soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().split("\n")[0] == "1. burn.md:4  Burn (source is no longer there)"


def test_a_text_without_the_query_s_words_begins_at_its_beginning() -> None:
    assert snippet(PASSAGE, "zorblatt") == " ".join(TEXTS)


def test_an_explanation_tells_both_sides_with_their_share() -> None:
    assert shown(EXPLANATION)[1:3] == [
        "   keyword #1, 75% of the score: BM25 9.50 = webgpu 6.00 · backend 2.50 · webgpu in headings 1.00",
        "   dense #3, 25% of the score: cosine 0.500 = webgpu 0.300 · is 0.130 · 2 others 0.070",
    ]


def test_pieces_become_words_and_repeated_words_one() -> None:
    words = dict(words_of(EXPLANATION))
    assert list(words)[:2] == ["webgpu", "is"]
    assert abs(sum(words.values()) - 0.5) < 1e-9


def test_terms_stand_heaviest_first() -> None:
    assert [name for name, _ in terms_of(EXPLANATION)] == ["webgpu", "backend", "webgpu in headings"]
