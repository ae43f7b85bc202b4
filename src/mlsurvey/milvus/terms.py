"""Text as Milvus indexes it: terms of :mod:`mlsurvey.index.analysis`, spelt so that its analysers leave them whole.

The terms are those of the local index, stems included; only their scores are Milvus' own BM25. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlsurvey.folding import characters, folded, is_character
from mlsurvey.index.analysis import (
    exact_analyzer,
    names_analyzer,
    names_in,
    terms_in,
    weights,
    words_analyzer,
)
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.milvus.schema import LONGEST

_STEPS = (1.0, 0.5, 0.25, 0.1, 0.05)
"""Weights that repeating a term can give."""
_NEAR = 0.01
_LETTERS = "letters"
"""Single characters of scripts without spaces, which the local index finds in its field ``exact``."""


def spelt(term: str) -> str:
    """A term in letters, digits and underscores: ``c++`` gives ``c_2b__2b_``."""
    return term if term.isalnum() else "".join(c if c.isalnum() else f"_{ord(c):x}_" for c in term)


def fields_of(title: Sequence[str], body: str, trail: Sequence[str]) -> dict[str, str]:
    """The analysed fields of a passage.

    Args:
        title: its headings, see :func:`mlsurvey.index.records.headings`.
        body: its text.
        trail: the headings above it, which filters look at.
    """
    head, text = folded("\n".join(title)), folded(body)
    exact = [exact_analyzer().analyze(characters(part)) for part in (*head.splitlines(), text)]
    return {
        "title": _joined(words_analyzer().analyze(terms_in(head))),
        "body": _joined(words_analyzer().analyze(terms_in(text))),
        "names": _joined(names_analyzer().analyze(" ".join(names_in(f"{head}\n{text}")))),
        _LETTERS: _joined(term for terms in exact for term in terms if is_character(term)),
        "exact": _cut("\n".join(_padded(terms) for terms in exact)),
        "headings": _cut("\n".join(heading(one) for one in trail)),
    }


def queries_of(query: KeywordQuery) -> tuple[dict[str, str], float]:
    """The text to search each field for, and what its scores are to be multiplied by.

    A term is repeated as its weight says: the engine counts terms of a query as it does those of a passage.
    """
    pairs = weights(((query.text, 1.0), *query.phrases))
    step = next((s for s in _STEPS if all(abs(w / s - round(w / s)) < _NEAR for _, w in pairs)), _STEPS[-1])
    terms: dict[str, list[str]] = {}
    for (field, term), weight in pairs:
        terms.setdefault(field_of(field), []).extend([spelt(term)] * max(1, round(weight / step)))
    return {field: " ".join(found) for field, found in terms.items()}, step


def weighted_terms(query: KeywordQuery) -> list[tuple[str, str, float]]:
    """Triples (term, field as the local index calls it, weight)."""
    return [(term, field, weight) for (field, term), weight in weights(((query.text, 1.0), *query.phrases))]


def field_of(field: str) -> str:
    """The field here of one of the local index."""
    return _LETTERS if field == "exact" else field


def heading(text: str) -> str:
    """A heading as filters compare it: folded, with what is neither letter, digit nor space spelt out."""
    plain = " ".join(folded(text).split())
    return "".join(c if c.isalnum() or c == " " else f"‹{ord(c):x}›" for c in plain)


def phrase(text: str) -> str:
    """The words of a phrase as they stand in the field ``exact``; empty if it has none."""
    words = exact_analyzer().analyze(characters(folded(text)))
    return _padded(words) if words else ""


def frequency_terms(word: str) -> tuple[list[tuple[str, str]], str]:
    """What a passage with a word holds: any of the pairs (field, term), or else the phrase if there is one."""
    from mlsurvey.vocabulary.gazetteer import collapse

    word = folded(word)
    parts = list(words_analyzer().analyze(terms_in(word)))
    if not parts:
        return [], ""
    if characters(word) != word:
        return [], phrase(word)
    stems = [(field, spelt(parts[0])) for field in ("title", "body")] if len(parts) == 1 else []
    return [*stems, *(("names", spelt(name)) for name in names_analyzer().analyze(collapse(word)))], ""


def _joined(terms: Iterable[str]) -> str:
    """Terms with spaces around each, so that a pattern finds whole ones."""
    return _cut(_padded([spelt(term) for term in terms]))


def _padded(terms: Sequence[str]) -> str:
    return f" {' '.join(terms)} "


def _cut(text: str) -> str:
    """The text, or as many whole terms of it as one value holds: only of models that read long passages."""
    data = text.encode()
    return text if len(data) <= LONGEST else data[:LONGEST].decode("utf-8", "ignore").rpartition(" ")[0]
