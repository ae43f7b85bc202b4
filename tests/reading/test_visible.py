"""Every word that a reader sees is searchable, in all formats."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlsurvey.reading.formats import omitted
from mlsurvey.types import SentenceKind

from .checks import check, quotes, texts
from .conftest import Chunk
from .visible import TEMPLATES, filled

OPENINGS = [
    "", "---\n\n@\n\n---\n", "---\ntitle: x\n---\n", "---\n@ @\n---\n", "---\ndescription: >\n  @\n  @\n---\n",
    "+++\n@\n+++\n", "---\n# @\n\n@: @\n---\n", "---\nx: [@\n---\n", "+++\nsummary = '''\n@\n@'''\n+++\n",
]  # fmt: skip
ENDS = ["\n", "\r\n", "\r"]


def lost(chunk: Chunk, path: str, template: str, end: str) -> list[str]:
    text, words = filled(template)
    document, passages = chunk(text.replace("\n", end), path)
    check(document, passages)
    searchable = "\n".join(passage.embedding_text for passage in passages).lower()
    return [word for word in words if word not in searchable]


@pytest.mark.parametrize("path", TEMPLATES)
def test_every_word_of_each_construct_is_searchable(chunk: Chunk, path: str) -> None:
    assert {t: words for t in TEMPLATES[path] for end in ENDS if (words := lost(chunk, path, t, end))} == {}


@pytest.mark.parametrize("path", TEMPLATES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_word_of_any_document_is_searchable(chunk: Chunk, path: str, data: st.DataObject) -> None:
    parts = data.draw(st.lists(st.sampled_from(TEMPLATES[path]), min_size=1, max_size=8))
    opening, end = data.draw(st.sampled_from(OPENINGS)), data.draw(st.sampled_from(ENDS))
    assert lost(chunk, path, "\n\n".join([opening, *parts] if opening else parts), end) == []


OUTLINES = {
    "a.md": "# Release\n\n## Quarantine the walnut\n\n## Rotate *pomegranate* keys\n\n### Notify the `kestrel` desk\n",
    "a.rst": "Release\n=======\n\nQuarantine the walnut\n---------------------\n\nRotate *pomegranate* keys\n"
    "-------------------------\n\nNotify the ``kestrel`` desk\n~~~~~~~~~~~~~~~~~~~~~~~~~~~\n",
    "a.txt": "Release\n=======\n\nQuarantine the walnut\n---------------------\n\nRotate *pomegranate* keys\n"
    "-------------------------\n\nNotify the `kestrel` desk\n~~~~~~~~~~~~~~~~~~~~~~~~~~~\n",
    "b.md": "<h1>Release</h1>\n\n<h2>Quarantine the walnut</h2>\n\n<h2>Rotate <i>pomegranate</i> keys</h2>\n\n"
    "**Notify the kestrel desk**\n",
}


@pytest.mark.parametrize("path", OUTLINES)
def test_headings_without_text_are_quoted_and_kept_together(chunk: Chunk, path: str) -> None:
    document, passages = chunk(OUTLINES[path], path)
    check(document, passages)
    assert [sentence.kind for sentence in passages[0].sentences] == [SentenceKind.HEADING] * 4
    assert "".join(texts(passages)).replace("*", "").replace("`", "") == (
        "ReleaseQuarantine the walnutRotate pomegranate keysNotify the kestrel desk"
    )
    assert quotes(document, passages)[1] == "Quarantine the walnut"
    assert len(passages) == 1 and passages[0].trail == ()


def test_only_headings_without_text_are_sentences(chunk: Chunk) -> None:
    text = "# Log\n\n## Wax\n\n### Fixed\n\n## Ember\n\nIt glows.\n\n## Done\n\n![x](y.png)\n"
    document, passages = chunk(text)
    check(document, passages)
    assert [(p.trail, [s.text for s in p.sentences]) for p in passages] == [
        (("Log",), ["Wax", "Fixed"]),
        (("Log", "Ember"), ["It glows."]),
        (("Log",), ["Done"]),
    ]


def test_a_heading_too_long_for_a_trail_is_searchable(chunk: Chunk) -> None:
    title = " ".join(f"word{number}" for number in range(150))
    document, passages = chunk(f"# {title}\n\n## Wax\n\nIt melts.\n")
    check(document, passages)
    assert all(word in "\n".join(p.embedding_text for p in passages) for word in title.split())


def test_what_is_left_out_is_named(chunk: Chunk) -> None:
    quiz = "## Quiz\n\nWhich is hot?\n\n- [x] Ember\n- [ ] Ice\n\n"
    document, passages = chunk(f"# A\n\n{quiz}```mermaid\nA-->B\n```\n\n```dot\ndigraph\n```\n")
    assert texts(passages) == ["Which is hot?"]
    assert omitted(document) == "2 × answer option of a quiz, 2 × diagram"
    assert omitted(chunk("# A\n\nText.\n")[0]) is None


@pytest.mark.parametrize(
    ("link", "is_kept"),
    [("- [Speed of wax](#speed)", True), ("- [Speed](#speed)", False), ("[Speed](#s) and more", True)],
)
def test_links_to_headings_are_left_out_only_if_they_repeat_them(chunk: Chunk, link: str, is_kept: bool) -> None:
    _, passages = chunk(f"# Wax\n\n{link}\n\n## Speed\n\nFast.\n")
    assert (len(texts(passages)) == 2) is is_kept
