"""Filters have a size that is checked before anything is searched."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mlsurvey.errors import UsageError
from mlsurvey.survey.naming import resolved
from mlsurvey.types import Filters

NOTHING: Any = SimpleNamespace(snapshot=SimpleNamespace(entities=()))


@pytest.mark.parametrize("kind", ["entity", "language", "path", "heading"])
def test_filter_of_ten_thousand_values_is_refused(kind: str) -> None:
    values = tuple(f"name{n}" for n in range(10_000))
    field = {"entity": "entities", "language": "languages", "path": "paths", "heading": "headings"}[kind]
    with pytest.raises(UsageError, match=rf"too many values of the filter '{kind}': 10,000, at most 100; type fewer"):
        resolved(Filters(**{field: values}), NOTHING)


def test_long_pattern_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"'path' is too long: 2,000 characters, at most 300: '\*a\*a.*…; type a shorter one"
    ):
        resolved(Filters(paths=("*a" * 1_000,)), NOTHING)


def test_as_many_values_as_are_allowed_pass() -> None:
    filters = Filters(paths=tuple("*" * 300 for _ in range(100)))
    assert resolved(filters, NOTHING) == filters
