"""Hits of a search as views, with their scores taken apart. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.page import links
from mlsurvey.rendering.explanation import SHOWN, terms_of, words_of
from mlsurvey.rendering.layout import Names
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Explanation, Hit, Passage, Span

MODES = {"hybrid": "Words and meaning", "keyword": "Words", "dense": "Meaning"}
"""Ways to search, and what they go by."""
SIDES = {"keyword": "Words", "dense": "Meaning", "reranker": "Reranker"}
RAW = {"keyword": "BM25", "dense": "cosine", "reranker": "score"}
"""What the sides measure."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of the index says about a hit."""

    name: str
    told: str
    """Rank and share of the score."""
    parts: tuple[tuple[str, str], ...] = ()
    """Words with their contribution, largest first; only if the hit is explained."""
    measure: str = ""
    """Raw score: what the parts add up to."""
    rest: str = ""
    """Sum of the parts that are not listed."""


@dataclass(frozen=True, slots=True)
class HitView:
    """A passage that was found."""

    number: int
    address: str
    path: str
    trail: str
    lines: str
    about: tuple[str, ...]
    text: str
    score: str
    sides: tuple[Side, ...]
    is_explained: bool
    stale: str = ""


def hit_views(
    hits: Sequence[Hit],
    explanations: Sequence[Explanation],
    stale: Mapping[str, str],
    texts: Mapping[str, str],
    names: Names,
    offset: int,
) -> tuple[HitView, ...]:
    """Return the views of hits.

    Args:
        hits: best first.
        explanations: of the first hits, if any.
        stale: documents whose file has changed or is gone, each with the reason.
        texts: of the documents, by path, for the lines.
        names: display names of slugs.
        offset: number of hits before the first one.
    """
    told = [*explanations, *[None] * (len(hits) - len(explanations))]
    views = (
        _view(offset + place, hit, why, names, _lines(hit.passage, texts), stale.get(hit.passage.path, ""))
        for place, (hit, why) in enumerate(zip(hits, told, strict=True), start=1)
    )
    return tuple(views)


def readable(passage: Passage) -> Span:
    """Return the span of what is shown of a passage: not the front matter and other noise at its ends."""
    spans = [sentence.span for sentence in passage.sentences]
    return Span(min(one.start for one in spans), max(one.end for one in spans)) if spans else passage.span


def _lines(passage: Passage, texts: Mapping[str, str]) -> str:
    span, text = readable(passage), texts.get(passage.path)
    if text is None:
        first, last = passage.line_start, passage.line_end
    else:
        first, last = (text.count("\n", 0, place) + 1 for place in (span.start, max(span.start, span.end - 1)))
    return f"line {first}" if first == last else f"lines {first}–{last}"


def _view(number: int, hit: Hit, why: Explanation | None, names: Names, lines: str, stale: str) -> HitView:
    passage = hit.passage
    span = readable(passage)
    return HitView(
        number=number,
        address=links.document(passage.path, span.start, span.end),
        path=one_line(passage.path),
        trail=" › ".join(one_line(head) for head in passage.trail) or one_line(passage.path),
        lines=lines,
        about=tuple(names.entity(slug) for slug in passage.subjects),
        text=passage.text,
        score=f"{hit.score:.2f}",
        sides=tuple(_sides(hit, why)),
        is_explained=why is not None,
        stale=stale,
    )


def _sides(hit: Hit, why: Explanation | None) -> Iterator[Side]:
    for side, name in SIDES.items():
        parts = _parts(side, why)
        if side in hit.ranks or side in hit.scores or parts:
            yield _side(side, name, hit, why, parts)


def _side(side: str, name: str, hit: Hit, why: Explanation | None, parts: Sequence[tuple[str, float]]) -> Side:
    raw = why.cosine if why and side == "dense" else hit.scores.get(side)
    value = sum(weight for _, weight in parts) if raw is None else raw
    shown = [(word, weight) for word, weight in parts if any(map(str.isalnum, word)) and not word.startswith("[")]
    shown = shown[:SHOWN]
    rest = sum(weight for _, weight in parts) - sum(weight for _, weight in shown)
    return Side(
        name=name,
        told=_told(side, hit),
        parts=tuple((one_line(word), f"{weight:.3f}") for word, weight in shown),
        measure=f"{RAW[side]} {value:.3f}",
        rest=f"{rest:.3f}" if len(parts) > len(shown) else "",
    )


def _parts(side: str, why: Explanation | None) -> list[tuple[str, float]]:
    if why is None or side == "reranker":
        return []
    return terms_of(why) if side == "keyword" else words_of(why)


def _told(side: str, hit: Hit) -> str:
    rank = f"rank {hit.ranks[side]}" if side in hit.ranks else "not among the best"
    is_shared = side in hit.shares and len(hit.shares) > 1 and hit.score > 0
    return f"{rank}, {hit.shares[side] / hit.score:.0%} of the score" if is_shared else rank
