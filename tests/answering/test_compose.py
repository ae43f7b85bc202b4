from __future__ import annotations

from mlsurvey.answering.candidates import Candidate, Naming
from mlsurvey.answering.compose import Citations, Dispute, Finding, conflicts, interleave, missing, nearest, statements
from mlsurvey.answering.score import Scored
from mlsurvey.types import Document, Missing, Passage, Sentence, Span

TEXT = "First line.\nWax is soft.\nWax is hard.\n"
DATES = {"old.md": "2020-01-01", "new.md": "2024-06-01", "undated.md": None}


def document(path: str) -> Document:
    return Document(path, TEXT, "0" * 64, path.title(), date=DATES[path])


def quote(path: str, words: str) -> Scored:
    start = TEXT.index(words)
    sentence = Sentence(Span(start, start + len(words)), words)
    passage = Passage(path, 0, Span(0, len(TEXT)), 1, 3, ("Wax",), ("wax",), (sentence,))
    return Scored(Candidate(0, passage, (sentence,), 1.0), 0.7, 0.1, {}, Naming(frozenset({"wax"}), frozenset()))


SOFT, HARD = quote("old.md", "Wax is soft."), quote("new.md", "Wax is hard.")


def test_a_quote_has_its_number_from_its_first_use_and_keeps_it() -> None:
    citations = Citations(document)
    said = statements([Finding("wax", "feel", s) for s in (HARD, SOFT, HARD)], citations)
    assert [s.citations for s in said] == [(1,), (2,), (1,)]
    assert [c.quote for c in citations.all()] == ["Wax is hard.", "Wax is soft."]


def test_a_citation_says_where_the_quote_stands() -> None:
    citations = Citations(document)
    citations.number(HARD)
    (citation,) = citations.all()
    assert (citation.document, citation.line_start, citation.line_end) == ("new.md", 3, 3)
    assert TEXT[citation.start : citation.end] == citation.quote


def test_the_newer_side_of_a_disagreement_comes_first() -> None:
    citations = Citations(document)
    (conflict,) = conflicts([Dispute("wax", "feel", "negation", (SOFT, HARD))], citations)
    assert [c.document for c in citations.all()] == ["new.md", "old.md"]
    assert conflict.citations == (1, 2)


def test_an_undated_document_leaves_the_order_as_it_is() -> None:
    citations = Citations(document)
    conflicts([Dispute("wax", "feel", "negation", (quote("undated.md", "Wax is soft."), HARD))], citations)
    assert [c.document for c in citations.all()] == ["undated.md", "new.md"]


def test_every_aspect_is_heard_before_one_is_heard_twice() -> None:
    first, second = Finding("wax", "a", SOFT), Finding("wax", "b", HARD)
    assert [f.aspect for f in interleave([[first, first], [second]])] == ["a", "b", "a"]


def test_what_came_nearest_is_numbered_by_itself() -> None:
    assert [c.number for c in nearest([HARD, SOFT], document)] == [1, 2]


def test_a_stance_is_kept_and_what_is_silent_is_told() -> None:
    (said,) = statements([Finding("wax", "feel", SOFT, "against")], Citations(document))
    assert (said.text, said.stance) == ("Wax is soft.", "against")
    assert missing({("wax", "feel"): 12, ("wax", None): 3}) == (Missing("wax", "feel", 12), Missing("wax", None, 3))
