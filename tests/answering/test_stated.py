from __future__ import annotations

import pytest

from .test_parse import LIST, parse


@pytest.mark.parametrize(
    ("text", "stated", "words"),
    [
        ("[language Go] packages that [asked are native and parse CSV]", [("kind", "native", False)], ["parse CSV"]),
        ("[language Go] packages that [asked parse CSV, MIT]", [("licence", "MIT", False)], ["parse CSV"]),
        (
            "[language Go] packages that [asked parse CSV and are not archived]",
            [("state", "archived", True)],
            ["parse CSV"],
        ),
        ("[language Go] packages that [asked read and write CSV]", [], ["read and write CSV"]),
        ("[language Go] packages that [asked call C++]", [], ["call C++"]),
        ("[language Go] packages that [asked are slow and heavy]", [], ["are slow and heavy"]),
    ],
)
def test_facts_in_a_row_with_what_is_asked_are_conditions(
    text: str, stated: list[tuple[str, str, bool]], words: list[str]
) -> None:
    understood = parse(text, LIST)
    found = [(c.field, c.values[0], c.negated) for c in understood.conditions if c.field != "language"]
    assert (found, [a.words for a in understood.aspects]) == (stated, words)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("which archived [language Go] packages [asked parse CSV]", [("state", "archived")]),
        ("which pure [language Go] [class packages] [asked parse CSV]", [("kind", "native")]),
        ("which archived native [class packages] [asked parse CSV]", [("kind", "native"), ("state", "archived")]),
        ("which [class packages] give a native look and [asked parse CSV]", []),
        (
            "which [state archived] wrapper [class packages] [asked parse CSV]",
            [("kind", "binding"), ("state", "archived")],
        ),
    ],
)
def test_facts_before_the_name_of_the_class_are_conditions(text: str, stated: list[tuple[str, str]]) -> None:
    understood = parse(text, LIST)
    found = sorted((c.field, c.values[0]) for c in understood.conditions if c.field != "language")
    assert (found, [a.words for a in understood.aspects]) == (stated, ["parse CSV"])


def test_pieces_on_either_side_of_the_class_are_two_matters() -> None:
    understood = parse("[asked actively maintained] [language Go] [class packages] that [asked use the GPU]", LIST)
    assert [(c.field, c.values) for c in understood.conditions] == [("language", ("go",)), ("state", ("active",))]
    assert [a.words for a in understood.aspects] == ["use the GPU"]


def test_a_word_of_upkeep_in_another_matter_is_no_condition() -> None:
    understood = parse("[language Go] packages that [asked maintain sorted trees of intervals]", LIST)
    assert [c.field for c in understood.conditions] == ["language"]
