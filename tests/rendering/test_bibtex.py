from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.rendering.samples import LONG, abstention, comparison

from mlsurvey.provenance import Source
from mlsurvey.rendering.bibtex import field, sources_bibtex


def test_there_is_one_entry_for_each_document() -> None:
    text = sources_bibtex(comparison())
    assert re.findall(r"^@misc\{(.*),$", text, re.MULTILINE) == ["rust-burn", "rust-candle", "notes-x"]
    assert LONG in text and "howpublished = {rust/burn.md}" in text and "Lines 4--5;" in text


def test_keys_that_would_be_the_same_differ() -> None:
    answer = comparison()
    names = ["a/b.md", "a-b.md", "a.b.md", "ü.md"]
    cited = tuple(replace(c, document=name) for c, name in zip(answer.citations, names, strict=True))
    keys = re.findall(r"^@misc\{(.*),$", sources_bibtex(replace(answer, citations=cited)), re.MULTILINE)
    assert len(keys) == 4 == len(set(keys)) and keys[0] == "a-b"


@pytest.mark.parametrize(
    "text", [r"\input{/etc/passwd}", "100% & #1 $x_2^3$ ~", "}{", "a\\", "{\\bf", "\x1b[31m\u202e"]
)
def test_nothing_of_a_document_is_a_command(text) -> None:
    made = field(text)
    plain = re.sub(r"\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\[{}&%$#_]", "", made)
    assert not set(plain) & set("\\{}&%$#_~^\x1b\u202e")


def test_of_an_abstention_the_nearest_passages_are_told() -> None:
    assert "@misc{food," in sources_bibtex(abstention())


def test_a_document_that_was_fetched_has_its_address() -> None:
    answer = comparison()
    source = Source("https://example.org/a_b}\\x", "v1", "2026-01-02", "MIT")
    text = sources_bibtex(replace(answer, citations=(replace(answer.citations[0], source=source),)))
    assert "url = {https://example.org/a_b%7D%5Cx}" in text and "urldate = {2026-01-02}" in text
