"""The interpretation of a question, and why a passage was found, as Rich renderables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.overview import table_view
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Explanation

SHOWN = 8
"""Maximum terms and words listed in an explanation; the rest are summed (``--json`` lists all)."""

_CONTINUES = "##"  # marks a WordPiece token that continues a word
_SPECIAL = frozenset({"[CLS]", "[SEP]", "<s>", "</s>"})
_FIELDS = {"body": "text", "title": "headings", "names": "name", "exact": "text"}


def understood_view(rows: Sequence[tuple[str, ...]]) -> RenderableType:
    """Return the interpretation in aligned columns, followed by an empty line."""
    return Group(Text("Understood", style="bold"), table_view(rows, indent=2), Text())


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Yield a line for each side of the index: rank, share of the score, and the components of its own score.

    A reranker has a line too, but its score has no known components.
    """
    if explanation.terms:
        total = sum(weight for _, _, weight in explanation.terms)
        yield f"{_voter(explanation, 'keyword')}BM25 {total:.2f} = {_parts(terms_of(explanation), 2)}"
    if explanation.cosine is not None:
        words = _parts(words_of(explanation), 3) if explanation.tokens else "not available for this model"
        yield f"{_voter(explanation, 'dense')}cosine {explanation.cosine:.3f} = {words}"
    if "reranker" in explanation.hit.scores:
        score = explanation.hit.scores["reranker"]
        yield f"{_voter(explanation, 'reranker')}{score:.3f} for query and passage together"


def terms_of(explanation: Explanation) -> list[tuple[str, float]]:
    """Return terms with their contribution to the BM25 score, largest first; a field is named unless it is the text."""
    fields = ((term if where == "body" else f"{term} in {_FIELDS[where]}", w) for term, where, w in explanation.terms)
    return sorted(fields, key=lambda part: -part[1])


def words_of(explanation: Explanation) -> list[tuple[str, float]]:
    """Return words with their share of the cosine, largest first: pieces joined, repeated words summed."""
    summed: dict[str, float] = {}
    word, share = "", 0.0
    for piece, part in (*explanation.tokens, ("", 0.0)):
        if piece.startswith(_CONTINUES):
            word, share = word + piece.removeprefix(_CONTINUES), share + part
            continue
        if word:
            summed[word] = summed.get(word, 0.0) + share
        word, share = piece, part
    return sorted(summed.items(), key=lambda word: -word[1])


def _voter(explanation: Explanation, voter: str) -> str:
    hit = explanation.hit
    rank = f"{voter} #{hit.ranks[voter]}" if voter in hit.ranks else f"{voter} not among its top hits"
    is_shared = voter in hit.shares and len(hit.shares) > 1 and hit.score > 0
    share = f", {hit.shares[voter] / hit.score:.0%} of the score" if is_shared else ""
    return f"{rank}{share}: "


def _parts(parts: Sequence[tuple[str, float]], digits: int) -> str:
    """List the largest parts by name and the others as a sum, which includes punctuation and special tokens."""
    words = [part for part in parts if part[0] not in _SPECIAL and any(map(str.isalnum, part[0]))][:SHOWN]
    named = [f"{one_line(name)} {value:.{digits}f}" for name, value in words]
    if len(parts) > len(words):
        rest = sum(value for _, value in parts) - sum(value for _, value in words)
        named.append(f"{len(parts) - len(words)} others {rest:.{digits}f}")
    return " · ".join(named)
