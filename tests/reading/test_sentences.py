from __future__ import annotations

import pytest

from mlsurvey.reading.sentences import sentence_spans
from mlsurvey.types import Span


def split(text: str, *opaque: Span) -> list[str]:
    return [span.of(text) for span in sentence_spans(text, opaque)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["It is nice!", ".NET is supported."],
        ["Accord.NET 3.8 is from 2017.", "ASP.NET Core 6.0 is newer."],
        ["It runs on Node.js.", "TF.js does too."],
        ["Use it, e.g. for tests, i.e. often, cf. Fig. 3.", "Then stop."],
        ["Version 1.2.3 is out.", "v2.0 follows."],
        ["See https://x.org/a.b?c=d.e for more.", "Or not."],
        ["It uses BLAS, LAPACK, etc. under the hood."],
        ["Dr. Smith et al. wrote it."],
        ["Is it fast?", "Yes!", "It is."],
        ["“It is fast.”", "Others say no."],
        ["It is fast (see below).", "And small…"],
        ["ml.js is written in C++ vs. C in part.", "linfa is not."],
    ],
)
def test_sentences(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


def test_sentences_without_spaces_between_them() -> None:
    assert split("它很快。它也很小！真的？") == ["它很快。", "它也很小！", "真的？"]


def test_nothing_ends_inside_code() -> None:
    text = "Call foo. Bar then stop. Done."
    assert split(text, Span(5, 13)) == ["Call foo. Bar then stop.", "Done."]


def test_spans_leave_nothing_but_white_space_out() -> None:
    text = "One. Two three. Four"
    spans = sentence_spans(text)
    assert "".join(text.split()) == "".join("".join(span.of(text).split()) for span in spans)


def test_empty_text_has_no_sentences() -> None:
    assert sentence_spans("") == [] == sentence_spans("  ")
