from __future__ import annotations

import pytest

from mlsurvey.types import Passage

from .conftest import Chunk


def subjects_at(passages: tuple[Passage, ...], words: str) -> tuple[str, ...]:
    return next(p.subjects for p in passages if any(words in s.text for s in p.sentences))


SURVEY = """# Libraries

Many libraries exist.

## 1. Ember

It is fast.

### Comparison to wax-rs

It differs a lot.

### Using it with Tensorix

It reads models of it.

## wax-rs (Rust Bindings for Tensorix)

It binds.

## Sigma.NET and Beta.NET (classical machine learning)

Both are old.

- Sigma.NET: Sigma.NET has trees.
- Popularity: It is known to many.
- Speed: Unlike Sigma.NET, Beta.NET is fast in all that it does, which is a good deal of work.
- Future: Sigma.NET and Beta.NET may join.

## Using classical machine learning

It depends.

## Other notable libraries

There are more of them:

- Glow.js: A small one.
- Tools and data: There are many.
- If you want ease, Ember is the clear choice.

Tensorix, on the other hand, is large.

It depends on taste.
"""


@pytest.mark.parametrize(
    ("words", "subjects"),
    [
        ("Many libraries", ()),
        ("It is fast.", ("ember",)),
        ("It differs", ("ember",)),
        ("It reads models", ("ember",)),
        ("It binds", ("wax-rs",)),
        ("Both are old", ("sigma-net", "beta-net")),
        ("has trees", ("sigma-net",)),
        ("known to many", ("sigma-net",)),
        ("is fast in all", ("beta-net",)),
        ("may join", ("sigma-net", "beta-net")),
        ("It depends.", ()),
        ("There are more", ()),
        ("A small one", ("glow-js",)),
        ("There are many", ()),
        ("clear choice", ("ember",)),
        ("on the other hand", ("tensorix",)),
        ("depends on taste", ()),
    ],
)
def test_a_survey_is_attributed_by_heading_label_and_first_words(
    chunk: Chunk, words: str, subjects: tuple[str, ...]
) -> None:
    _, passages = chunk(SURVEY, "surveys/overview.md")
    assert subjects_at(passages, words) == subjects


PROFILE = """# Ember

Tensorix is slower than this.

## Other frameworks

We like the others:

- [wax-rs](https://x) is a thin binding.

  It needs a C library.
- Glow.js. For the browser.
- Many more exist.

## Comparison with other libraries

### Tensorix

Shares much with it.
"""


@pytest.mark.parametrize(
    ("words", "subjects"),
    [
        ("slower than this", ("ember",)),
        ("like the others", ("ember",)),
        ("thin binding", ("wax-rs",)),
        ("C library", ("wax-rs",)),
        ("For the browser", ("glow-js",)),
        ("Many more", ("ember",)),
        ("Shares much", ("ember",)),
    ],
)
def test_a_profile_is_about_its_entity_but_for_lists_of_others(
    chunk: Chunk, words: str, subjects: tuple[str, ...]
) -> None:
    _, passages = chunk(PROFILE, "rust/ember/README.md")
    assert subjects_at(passages, words) == subjects


def test_an_ordinary_word_in_a_heading_is_no_name(chunk: Chunk) -> None:
    _, passages = chunk("## The last ember of a dying fire\n\nIt was cold.\n\n## Ember\n\nIt is new.\n", "blog/a.md")
    assert [p.subjects for p in passages] == [(), ("ember",)]


def test_rows_of_a_survey_are_about_what_their_first_cell_names(chunk: Chunk) -> None:
    text = "| Library | GPU |\n|---|---|\n| Ember | yes |\n| wax-rs | no |\n| others | no |\n"
    _, passages = chunk(text, "surveys/table.md")
    assert [p.subjects for p in passages] == [("ember",), ("wax-rs",), ()]


def test_a_paragraph_that_turns_to_others_is_theirs(chunk: Chunk) -> None:
    text = "## Ember\n\nIt is fast.\n\nwax-rs and Glow.js are two more libraries.\n\nIt is also small.\n"
    _, passages = chunk(text, "surveys/a.md")
    assert [p.subjects for p in passages] == [("ember",), ("wax-rs", "glow-js"), ("ember",)]
