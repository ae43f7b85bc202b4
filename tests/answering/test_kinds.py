"""Which kind of question it is, where the names and the network disagree."""

from __future__ import annotations

import pytest

from mlsurvey.types import Kind

from .test_parse import parse


@pytest.mark.parametrize(
    ("question", "kinds", "kind"),
    [
        ("What are the alternatives to [R~ PyTorch]?", {"lookup": 0.5, "list": 0.4}, Kind.LIST),
        ("anything in place of [R~ Linfa]?", {"lookup": 0.6, "recommend": 0.3, "list": 0.1}, Kind.RECOMMEND),
        ("Is [S Candle] a stand-in for [R~ PyTorch]?", {"lookup": 0.6, "list": 0.3}, Kind.LOOKUP),
        ("does [R+ PyTorch] have a [asked debugger]", {"lookup": 0.6, "list": 0.3}, Kind.LOOKUP),
    ],
)
def test_what_is_like_a_library_is_a_set_of_others(question: str, kinds: dict[str, float], kind: Kind) -> None:
    assert parse(question, kinds).kind is kind


@pytest.mark.parametrize(("in_field", "kind"), [(True, Kind.LOOKUP), (False, Kind.LIST)])
def test_in_another_field_no_question_is_off_the_subject(in_field: bool, kind: Kind) -> None:
    """The network takes what is not about software for chatter."""
    kinds = {"none": 0.8, "list": 0.15, "lookup": 0.05}
    assert parse("which loaves contain [asked rye]", kinds, in_field=in_field).kind is kind
