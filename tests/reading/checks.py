"""Invariants of the passages of every document."""

from __future__ import annotations

from mlsurvey.types import Document, Passage, SentenceKind


def check(document: Document, passages: tuple[Passage, ...]) -> None:
    assert passages, "every document has a passage, also an empty one"
    assert "".join(p.span.of(document.text) for p in passages) == document.text
    for ordinal, passage in enumerate(passages):
        assert (passage.path, passage.ordinal) == (document.path, ordinal)
        assert passage.line_start == document.text.count("\n", 0, passage.span.start) + 1
        assert passage.line_end >= passage.line_start
        _check_sentences(document, passage)


def _check_sentences(document: Document, passage: Passage) -> None:
    position = passage.span.start
    for sentence in passage.sentences:
        assert position <= sentence.span.start < sentence.span.end <= passage.span.end
        position = sentence.span.end
        quote = sentence.span.of(document.text)
        assert quote.strip() and sentence.text.strip()
        assert len(quote) <= 900
        assert not any((ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 for c in sentence.text)
        if sentence.kind is not SentenceKind.CODE:
            assert "\n" not in sentence.text and "  " not in sentence.text


def quotes(document: Document, passages: tuple[Passage, ...]) -> list[str]:
    return [s.span.of(document.text) for p in passages for s in p.sentences]


def texts(passages: tuple[Passage, ...]) -> list[str]:
    return [s.text for p in passages for s in p.sentences]
