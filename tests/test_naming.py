"""Filters have a size that is checked before anything is searched."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mlsurvey.errors import NotFoundError, UsageError
from mlsurvey.state import DocumentRow
from mlsurvey.survey.naming import of_languages, resolved
from mlsurvey.types import Entity, Filters

DOCUMENTS = tuple(SimpleNamespace(path=path) for path in ("libraries/rust/burn.md", "notes.txt", "[a].md"))
NOTHING: Any = SimpleNamespace(
    snapshot=SimpleNamespace(
        entities=(), documents=lambda: DOCUMENTS, paths=lambda: [document.path for document in DOCUMENTS]
    )
)


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


@pytest.mark.parametrize(
    "pattern",
    ["rust/", "libraries/", "/libraries/", "*.md", "burn.md", "rust/*", "rust/burn.md", "lib*/", "notes.*", "[a].md"],
)
def test_a_path_pattern_matches_at_any_depth(pattern: str) -> None:
    assert resolved(Filters(paths=(pattern,)), NOTHING).paths == (pattern,)


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [("/rust/", ""), ("rusty/", "; did you mean"), ("*.pdf", ""), ("urn.md", "; did you mean"), ("us/", "")],
)
def test_a_path_pattern_that_matches_nothing_is_told(pattern: str, advice: str) -> None:
    with pytest.raises(NotFoundError, match=f"no document matches the path pattern .*{advice}"):
        resolved(Filters(paths=("*.md", pattern)), NOTHING)


def test_documents_are_of_the_language_they_state_or_of_that_of_their_library() -> None:
    rows = [
        DocumentRow("stated.md", "0", "Stated", None, "rust", None, 1, 1),
        DocumentRow("about.md", "0", "About", "burn", None, None, 1, 1),
        DocumentRow("other.md", "0", "Other", "burn", "go", None, 1, 1),
        DocumentRow("survey.md", "0", "Survey", None, None, None, 1, 1),
    ]
    kept = of_languages(rows, ["rust"], [Entity("burn", "Burn", language="rust")])
    assert [row.path for row in kept] == ["stated.md", "about.md"]
