from __future__ import annotations

import json

from mlsurvey.rendering.json import answer_value, to_json
from mlsurvey.state import RefreshReport, Unreadable

from .samples import abstention, comparison

CONTRACT = """schema question kind status abstained reason entities aspects statements citations missing conflicts
index model writer timings_ms""".split()  # noqa: SIM905
CITATION = """number document sha256 title heading_path start end line_start line_end quote score""".split()  # noqa: SIM905


def test_keys_stand_in_the_order_of_the_contract() -> None:
    value = json.loads(to_json(answer_value(comparison())))
    assert [key for key in value if key in CONTRACT] == CONTRACT, "fields may be added, these keep their order"
    assert list(value["citations"][0]) == CITATION
    assert list(value["statements"][0])[:4] == ["entity", "aspect", "text", "citations"]
    assert (value["schema"], value["kind"], value["status"]) == (1, "compare", "partial")


def test_a_stale_citation_alone_says_so() -> None:
    value = answer_value(comparison(), {2: "source is no longer there"})
    assert [c.get("stale") for c in value["citations"]] == [None, "source is no longer there", None, None]


def test_what_came_nearest_stands_apart_from_the_citations() -> None:
    value = answer_value(abstention(), {1: "source is no longer there"})
    assert value["citations"] == ()
    assert [(c["number"], c["document"], c["stale"]) for c in value["nearest"]] == [
        (1, "food.md", "source is no longer there")
    ]


def test_a_report_keeps_its_fields() -> None:
    report = RefreshReport(True, None, added=("a.md",), unreadable=(Unreadable("b.pdf", "not read"),))
    value = json.loads(to_json(report))
    assert value["added"] == ["a.md"]
    assert value["unreadable"] == [{"path": "b.pdf", "reason": "not read"}]
