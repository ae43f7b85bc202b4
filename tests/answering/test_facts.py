from __future__ import annotations

from typing import Any

import pytest

from mlsurvey.answering.facts import Facts
from mlsurvey.index.local import LocalSnapshot
from mlsurvey.types import Document

WAX = """---
slug: wax
language: rust
kind: 'native'
license: MIT OR Apache-2.0
status:
  state: active
  since: 2020
---
# Waxworks

licence: GPL-3.0
"""
EMBER = '---\nslug: ember\nlicence: "BSD-3-Clause"  \nstatus: dormant\n---\n# Emberlite\n'


class Documents:
    """Documents as returned by a snapshot, each about the entity in its path."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.read: list[str] = []

    def documents(self) -> list[Document]:
        return [self._made(path) for path in self.texts]

    def document(self, path: str) -> Document:
        self.read.append(path)
        return self._made(path)

    def _made(self, path: str) -> Document:
        subject = None if path.startswith("survey") else path.partition("_")[0]
        return Document(path, self.texts[path], "0" * 64, path.title(), subject=subject)


def facts(**texts: str) -> Facts:
    snapshot: Any = Documents(**texts)
    return Facts(snapshot)


def test_front_matter_states_facts() -> None:
    known = facts(wax=WAX, ember=EMBER)
    assert known.of("wax") == {
        "language": "rust",
        "kind": "native",
        "licence": "MIT OR Apache-2.0",
        "state": "active",
    }
    assert known.of("ember") == {"licence": "BSD-3-Clause", "state": "dormant"}


@pytest.mark.parametrize(
    "text",
    [
        "# Waxworks\n\nlicence: MIT\n",
        "\n---\nlicence: MIT\n---\n",
        "---\nlicence: MIT\n",
        "---\nslug: wax\nlicence:\n---\n",
        "",
    ],
    ids=["no front matter", "not at the start", "never ended", "no value", "empty"],
)
def test_what_front_matter_does_not_state_is_not_known(text: str) -> None:
    known = facts(wax=text)
    assert dict(known.of("wax")) == {}
    assert known.cite("wax", "licence") is None


def test_a_document_about_no_single_library_states_nothing_of_any() -> None:
    known = facts(survey=WAX)
    assert dict(known.of("wax")) == dict(known.of("survey")) == {}


def test_the_first_document_that_states_a_field_counts() -> None:
    known = facts(wax=EMBER, wax_more=WAX)
    assert known.of("wax")["licence"] == "BSD-3-Clause"
    assert known.of("wax")["kind"] == "native"
    cited = known.cite("wax", "kind")
    assert cited is not None and cited.candidate.passage.path == "wax_more"


def test_windows_line_ends_change_nothing() -> None:
    assert facts(wax=WAX.replace("\n", "\r\n")).of("wax") == facts(wax=WAX).of("wax")


@pytest.mark.parametrize(
    ("field", "line", "last", "quote"),
    [
        ("licence", 5, 5, "license: MIT OR Apache-2.0"),
        ("state", 6, 7, "status:\n  state: active"),
    ],
)
def test_a_fact_is_cited_as_it_stands(field: str, line: int, last: int, quote: str) -> None:
    cited = facts(wax=WAX).cite("wax", field)
    assert cited is not None
    candidate = cited.candidate
    assert candidate.span.of(WAX) == quote
    assert candidate.readable == " ".join(quote.split())
    assert (candidate.passage.line_start, candidate.passage.line_end) == (line, last)
    assert (cited.score, cited.is_denial) == (1.0, False)
    assert (candidate.passage.subjects, set(cited.named.opening)) == (("wax",), {"wax"})


def test_of_an_unknown_library_or_field_nothing_is_cited() -> None:
    known = facts(wax=WAX)
    assert known.cite("zumbo", "licence") is None
    assert known.cite("wax", "downloads") is None
    assert dict(known.of("zumbo")) == {}


def test_documents_are_read_once_and_only_when_they_are_asked_for() -> None:
    snapshot: Any = Documents(wax=WAX, ember=EMBER)
    known = Facts(snapshot)
    assert snapshot.read == []
    known.of("wax")
    known.of("ember")
    known.cite("wax", "kind")
    assert snapshot.read == ["wax", "ember"]


def test_the_documents_of_an_index_state_facts(indexed) -> None:
    with LocalSnapshot(indexed.index) as snapshot:
        known = Facts(snapshot)
        assert {slug: dict(known.of(slug)) for slug in ("burn", "candle", "gorgonia")} == {
            "burn": {"language": "rust"},
            "candle": {"language": "rust"},
            "gorgonia": {},
        }
        cited = known.cite("burn", "language")
        assert cited is not None and cited.candidate.span.of(snapshot.document("rust/burn.md").text) == "language: rust"


HEARTH = """---
name: Hearth
facts:
  gpu: yes [readme]
  reads: "ONNX, CSV [readme]"
  mobile: unknown
as_of: "2026-01-01"
---
# Hearth

facts:
  gpu: no [readme]
"""


def test_a_block_of_facts_is_read_and_cited_line_by_line() -> None:
    known = facts(hearth=HEARTH)
    assert known.of("hearth") == {"gpu": "yes [readme]", "reads": "ONNX, CSV [readme]", "mobile": "unknown"}
    assert known.items(["hearth", "wax"])["reads"].keys() == {"ONNX", "CSV"}
    cited = known.cite("hearth", "gpu")
    assert cited is not None and cited.candidate.text == "gpu: yes [readme]"
    assert cited.candidate.span.of(HEARTH) == "gpu: yes [readme]"
    assert cited.candidate.passage.line_start == 4


def test_a_fact_that_is_unknown_is_no_answer() -> None:
    known = facts(hearth=HEARTH)
    assert known.known("hearth", "mobile") is None and known.known("hearth", "wraps") is None
    assert known.known("hearth", "gpu") == known.cite("hearth", "gpu")
