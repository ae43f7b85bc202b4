from __future__ import annotations

import pytest

from mlsurvey.reading.front_matter import front_matter, some_fields

from .checks import check
from .conftest import Chunk

TEXTS = [
    "---\n\n# One\n\nGoal: finish by May\n\nWalnut trees grow.\n\n---\n\n# Two\n",
    "---\n# One\n\nGoal: walnut trees grow\n---\n\n# Two\n",
    "---\n**ROE CHAMBERS**\nWalnut trees, Partner\nPhone: 555 0142\n---\n\nEnd.\n",
    "---\nSalt: two spoons\nThen crack a walnut and stir.\n---\n\nEnd.\n",
    "---\nhttps://example.org/walnut\n---\n\nEnd.\n",
    "---\n- walnut\n- almond\n---\n\nEnd.\n",
    "---\nwalnut: [never closed\n---\n\nEnd.\n",
    "+++\nGoal: a walnut\n+++\n\nEnd.\n",
    "+++\nwalnut = \n+++\n\nEnd.\n",
    "---\nJust a walnut.\n---\n\nEnd.\n",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("path", ["a.md", "a.mdx", "a.txt", "a.rst"])
def test_text_between_two_rules_is_text(chunk: Chunk, text: str, path: str) -> None:
    document, passages = chunk(text, path)
    check(document, passages)
    assert "walnut" in "\n".join(passage.embedding_text for passage in passages).lower()


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("title: A\ntags: [x, y]", {"title": "A", "tags": ["x", "y"]}),
        ("# A comment\ntitle: A", {"title": "A"}),
        ("date: 2024-13-45\ntitle: A", {"date": "2024-13-45", "title": "A"}),
        ("icon: !emoji wax\ntitle: A", {"icon": "wax", "title": "A"}),
        ("x: !!bool perhaps", {"x": "perhaps"}),
        ("x: 1:0:0:0:0.5" + ":0" * 200, {"x": "1:0:0:0:0.5" + ":0" * 200}),
    ],
)
def test_a_mapping_is_front_matter_whatever_its_values(body: str, fields: dict[str, object]) -> None:
    found = front_matter(f"---\n{body}\n---\nEnd.\n")
    assert (found.fields, found.span.end) == (fields, len(f"---\n{body}\n---\n"))


@pytest.mark.parametrize("body", ["title: A: b: c\ndate: 2024-01-02", "title: [unclosed\ndate: 2024-01-02"])
def test_of_fields_with_an_error_the_simple_ones_count_and_all_are_text(chunk: Chunk, body: str) -> None:
    document, passages = chunk(f"---\n{body}\n---\nWax melts.\n")
    check(document, passages)
    assert document.date == "2024-01-02"
    assert "2024" in passages[0].embedding_text


def test_aliases_are_not_expanded_without_limit() -> None:
    steps = "".join(
        f"{b}: &{b} {{<<: [{', '.join([f'*{a}'] * 9)}]}}\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert not front_matter(f"---\na: &a {{x: 1}}\n{steps}---\n").fields.get("x")
    shared = front_matter("---\na: &a [x]\nb: *a\n---\n")
    assert shared.fields == {"a": ["x"], "b": ["x"]}


@pytest.mark.parametrize("bracket", ["[", "{"])
@pytest.mark.parametrize("mark", ["---", "+++"])
def test_deep_nesting_is_text(bracket: str, mark: str) -> None:
    equals = ":" if mark == "---" else "="
    assert len(front_matter(f"{mark}\nx {equals} {bracket * 3000}\n{mark}\n").span) == 0


STATED = """title: Wax
status:
  state: slow

  since: 2020
sources:
- {id: a, status: x}
releases: {latest: {version: 1.0}}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"---\n{STATED}---\nBody\n",
            {"status": {"state": "slow", "since": 2020}, "releases": {"latest": {"version": 1.0}}},
        ),
        ("---\r\nstatus:\r\n  state: slow\r\nb: 1\r\n---\r\n", {"status": {"state": "slow"}}),
        ("---\nstatus: archived\n---\n", {"status": "archived"}),
        ('+++\nx = 1\n[status]\nstate = "slow"\n+++\n', {"status": {"state": "slow"}}),
        ("---\nstatus: [\n---\n", {}),
        ("---\na: &a {state: slow}\nstatus: *a\n---\n", {}),
        ("---\ntitle: Wax\n---\nstatus: slow\n", {}),
        ("---\n# status: a heading\n\nstatus: slow\n---\n", {}),
        ("status: slow\n", {}),
    ],
)
def test_some_fields_are_read_without_the_others(text, expected) -> None:
    found = some_fields(text, ("status", "releases"))
    assert found == expected
    whole = front_matter(text).fields
    assert all(whole.get(name) == value for name, value in found.items())
