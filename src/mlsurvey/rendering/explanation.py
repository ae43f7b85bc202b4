"""What was understood of a question, and why a passage was found, as Rich renderables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.overview import table_view
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Explanation

SHOWN = 8
"""Terms and words that an explanation names; the rest is summed (``--json`` names all)."""

_FIELDS = {"body": "text", "title": "headings", "names": "name"}


def understood_view(rows: Sequence[tuple[str, ...]]) -> RenderableType:
    """What was understood, in aligned columns, and a line between it and the answer."""
    return Group(Text("Understood", style="bold"), table_view(rows, indent=2), Text())


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """One line for each side of the index: rank, share of the score, and what its own score is made of."""
    if explanation.terms:
        total = sum(weight for _, _, weight in explanation.terms)
        yield f"{_voter(explanation, 'keyword')}BM25 {total:.2f} = {_parts(terms_of(explanation), 2)}"
    if explanation.cosine is not None:
        words = _parts(words_of(explanation), 3) if explanation.tokens else "not told by this model"
        yield f"{_voter(explanation, 'dense')}cosine {explanation.cosine:.3f} = {words}"


def terms_of(explanation: Explanation) -> list[tuple[str, float]]:
    """Terms with what they add to the BM25 score, heaviest first; a field is named unless it is the text."""
    fields = ((term if where == "body" else f"{term} in {_FIELDS[where]}", w) for term, where, w in explanation.terms)
    return sorted(fields, key=lambda part: -part[1])


def words_of(explanation: Explanation) -> list[tuple[str, float]]:
    """Words with their share of the cosine, greatest first: pieces joined, repeated words summed, marks and all."""
    words: list[list[str | float]] = []
    for piece, share in explanation.tokens:
        if piece.startswith("##") and words:
            words[-1] = [f"{words[-1][0]}{piece[2:]}", float(words[-1][1]) + share]
        else:
            words.append([piece, share])
    summed: dict[str, float] = {}
    for word, share in words:
        summed[str(word)] = summed.get(str(word), 0.0) + float(share)
    return sorted(summed.items(), key=lambda part: -part[1])


def _voter(explanation: Explanation, voter: str) -> str:
    hit = explanation.hit
    rank = f"{voter} #{hit.ranks[voter]}" if voter in hit.ranks else f"{voter} not among its best"
    share = f", {hit.shares[voter] / hit.score:.0%} of the score" if voter in hit.shares and hit.score > 0 else ""
    return f"{rank}{share}: "


def _parts(parts: Sequence[tuple[str, float]], digits: int) -> str:
    named = [f"{one_line(name)} {value:.{digits}f}" for name, value in parts[:SHOWN]]
    if rest := parts[SHOWN:]:
        named.append(f"{len(rest)} others {sum(value for _, value in rest):.{digits}f}")
    return " · ".join(named)
