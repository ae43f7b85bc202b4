"""One form for texts that are compared, and terms for scripts without spaces."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsurvey.folding import bigrams, characters, folded, is_character, valid

SAME = [
    ("GPU", "gpu"), ("naïve", "naive"), ("nai\u0308ve", "naïve"), ("ＧＰＵ", "gpu"), ("ﬁle", "file"),
    ("so\u00adft", "soft"),
    ("ze\u200bro", "zero"), ("\ufeffword", "word"), ("İzmir", "izmir"), ("ılık", "ILIK"), ("Straße", "STRASSE"),
    ("STRAẞE", "strasse"), ("ſoft", "soft"), ("ΛΟΓΟΣ", "λογος"), ("λόγος", "λογοσ"), ("ёлка", "елка"),
    ("مُحَمَّد", "محمد"),
    ("שָׁלוֹם", "שלום"), ("ｶﾞ", "ガ"), ("ガ", "カ\u3099"), ("한국", unicodedata.normalize("NFD", "한국")), ("٤٢", "42"),
    ("x²", "x2"), ("㎏", "kg"), ("tch\u2011rs", "tch-rs"), ("smørrebrød", "smorrebrod"), ("Œuvre", "oeuvre"),
    ("می\u200cخواهم", "میخواهم"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_written_forms_of_one_word_are_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("か", "が"), ("हिन्दी", "हनद"), ("ไทย", "ไท"), ("C++", "C"), ("resume", "resumed")]
)
def test_what_tells_words_apart_is_kept(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_a_trade_mark_is_no_part_of_the_word() -> None:
    assert folded("Burn™ and Candle℠").split() == ["burn", "and", "candle"]


@given(st.text())
def test_folding_again_or_composing_first_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded(unicodedata.normalize("NFC", text)) == folded(unicodedata.normalize("NFD", text)) == folded(text)


@pytest.mark.parametrize(
    ("text", "pairs", "singles"),
    [
        ("gpu加速卡", "gpu 加速 速卡", "gpu 加 速 卡"),
        ("用c++写", "用 c++ 写", "用 c++ 写"),
        ("도서관은 문을", "도서 서관 관은 문을", "도 서 관 은 문 을"),
        ("カメラを", "カメ メラ ラを", "カ メ ラ を"),
        ("ที่ดี", "ที่ดี", "ที่ ดี"),
        ("ພາສາ", "ພາ າສ ສາ", "ພ າ ສ າ"),
        ("មាស។", "មាស ។", "មា ស ។"),
        ("မြန်မာ", "မြန် န်မာ", "မြ န် မာ"),
        ("plain ascii, only", "plain ascii, only", "plain ascii, only"),
        ("naïve привет", "naïve привет", "naïve привет"),
    ],
)
def test_runs_become_pairs_or_characters(text: str, pairs: str, singles: str) -> None:
    assert bigrams(text).split() == pairs.split()
    assert characters(text).split() == singles.split()


def test_a_character_keeps_its_signs() -> None:
    assert [is_character(word) for word in ("船", "ที่", "灯塔", "a", "é", "")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


def test_lone_surrogates_are_replaced() -> None:
    assert valid("caf\udce9 \ud800") == "caf\ufffd \ufffd" and valid("café 😀") == "café 😀"
    assert folded("a\ud800b") == "a b"
