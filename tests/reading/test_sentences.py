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
        ["The U.S. Army and the E.U. Commission use it.", "It was made in the U.S.", "The price fell."],
        ["He has a Ph.D. in physics and comes at 9 a.m. on Mondays.", "She leaves at 5 p.m.", "They meet."],
        ["Use max. 5 threads.", "It takes approx. 3 hours, min. 2.", "Max. load is 7."],
        ["See Fig. 2, Sec. 4, Eq. (3), vol. 3, No. 7 and App. B of Nr. 8.", "Then stop."],
        ["On Jan. 5 it began.", "It ended on Sept. 3 of that year."],
        ["It was written by J. Smith and J. R. R. Tolkien.", "Samuel L. Jackson read it."],
        ["See ref. [3] and Figs. 2-4.", "That is all (more or less).", "Done."],
        ["It reached its max.", "Python is slower.", "It is an app.", "Rust is faster."],
        ["Use ml.js.", "Python is slower."],
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
