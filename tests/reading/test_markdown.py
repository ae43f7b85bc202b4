from __future__ import annotations

import pytest

from mlsurvey.types import SentenceKind

from .checks import check, quotes, texts
from .conftest import Chunk


def test_front_matter_is_read_but_neither_quoted_nor_shown(chunk: Chunk) -> None:
    text = "---\ntitle: Notes on wax\ndate: 2024-05-06\ntags: [a]\n---\n\n## Speed\n\nWax melts.\n"
    document, passages = chunk(text)
    check(document, passages)
    assert (document.title, document.date) == ("Notes on wax", "2024-05-06")
    assert texts(passages) == ["Wax melts."]
    assert passages[0].trail == ("Notes on wax", "Speed")


def test_toml_front_matter(chunk: Chunk) -> None:
    document, passages = chunk('+++\ntitle = "Ember"\ndate = 2023-01-02\n+++\nIt glows.\n')
    assert (document.title, document.date) == ("Ember", "2023-01-02")
    assert texts(passages) == ["It glows."]


def test_a_rule_across_the_page_is_no_front_matter(chunk: Chunk) -> None:
    _, passages = chunk("---\n\nIt begins here.\n\n---\n\nIt goes on.\n")
    assert texts(passages) == ["It begins here.", "It goes on."]


def test_badges_comments_and_definitions_are_noise_that_spans_still_count(chunk: Chunk) -> None:
    text = (
        "# Ember\n\n[![Build](https://x/b.svg)](https://x) ![Docs](https://x/d.svg)\n\n"
        "<!-- keep out -->\n[//]: # (and this)\n\nEmber [glows][g].\n\n[g]: https://x/g\n"
    )
    document, passages = chunk(text)
    check(document, passages)
    assert texts(passages) == ["Ember glows."]
    assert quotes(document, passages) == ["Ember [glows][g]."]


def test_references_defined_in_another_file_read_as_links(chunk: Chunk) -> None:
    document, passages = chunk(
        "# Wax\n\n[![wax][wax-badge]][wax-site]\n\n[`wax`][wax-site] melts. But a[i][j] stays.\n"
    )
    assert texts(passages) == ["wax melts.", "But a[i][j] stays."]
    assert quotes(document, passages)[0] == "[`wax`][wax-site] melts."


def test_setext_and_atx_headings_make_the_trail(chunk: Chunk) -> None:
    text = "Ember\n=====\n\nOne.\n\nSpeed\n-----\n\nTwo.\n\n### On `GPU`s {#gpu}\n\nThree.\n"
    _, passages = chunk(text)
    assert [p.trail for p in passages] == [("Ember",), ("Ember", "Speed"), ("Ember", "Speed", "On GPUs")]


def test_a_heading_belongs_to_the_passage_below_it(chunk: Chunk) -> None:
    document, passages = chunk("# A\n\n## B\n\nOne.\n\n## C\n\nTwo.\n")
    assert [p.span.of(document.text)[:4] for p in passages] == ["# A\n", "## C"]
    assert passages[0].trail == ("A", "B")


def test_html_headings_and_bold_lines_act_as_headings(chunk: Chunk) -> None:
    text = '<h1 align="center">Ember</h1>\n\nOne.\n\n**Getting started**\n\nTwo.\n\n**Never do this.**\n\nThree.\n'
    document, passages = chunk(text)
    assert document.title == "Ember"
    assert [p.trail for p in passages] == [("Ember",), ("Ember", "Getting started")]
    assert "Never do this." in texts(passages)


def test_labelled_bullets_stand_alone_when_they_are_long_enough(chunk: Chunk) -> None:
    long = "It trains fast on every kind of machine, " * 5
    text = f"# Ember\n\n- **Performance**: {long}it does.\n- **Licence**: MIT.\n- Ease of use – simple.\n"
    document, passages = chunk(text)
    check(document, passages)
    assert [p.trail for p in passages] == [("Ember", "Performance"), ("Ember",)]
    labels = [s.label for p in passages for s in p.sentences]
    assert labels[0] == "Performance" and labels[-2:] == ["Licence", "Ease of use"]
    assert passages[0].sentences[0].text.startswith("Performance: It trains")
    assert passages[0].sentences[0].span.of(document.text).startswith("**Performance**: It trains")


@pytest.mark.parametrize(
    ("bullet", "label"),
    [
        ("- **Speed**: fast", "Speed"),
        ("- **Speed:** fast", "Speed"),
        ("- **Speed** – fast", "Speed"),
        ("- Speed & size: fast", "Speed & size"),
        ("- Sigma.NET (and Beta.NET): old", "Sigma.NET (and Beta.NET)"),
        ("- see https://x.org/a: it is there", None),
        ("- It is fast. Note: only sometimes", None),
        ("- **Note**: only sometimes", None),
        ("- The system that you have to install before anything else: make", None),
    ],
)
def test_labels(chunk: Chunk, bullet: str, label: str | None) -> None:
    _, passages = chunk(bullet)
    assert passages[0].sentences[0].label == label


def test_short_bullets_stay_with_the_line_that_introduces_them(chunk: Chunk) -> None:
    filler = "This sentence is only here to fill the section with a number of words. " * 8
    text = f"# Wax\n\n{filler}\n\nSupported algorithms:\n\n- k-means\n- DBSCAN\n  - with noise\n- OPTICS\n\n{filler}\n"
    _, passages = chunk(text)
    together = next(p for p in passages if any(s.text == "Supported algorithms:" for s in p.sentences))
    assert {"k-means", "DBSCAN", "with noise", "OPTICS"} <= {s.text for s in together.sentences}
    assert {s.kind for s in together.sentences if s.text in ("k-means", "with noise")} == {SentenceKind.BULLET}


def test_table_rows_stand_with_their_header(chunk: Chunk) -> None:
    text = "| Crate | GPU | Note |\n|:--|---|---|\n| `ember` | **yes** | a\\|b |\n| wax |  | no |\n"
    document, passages = chunk(text)
    rows = [s for p in passages for s in p.sentences]
    assert [r.text for r in rows] == ["ember | yes | a|b", "wax | | no"]
    assert {r.header for r in rows} == {("Crate", "GPU", "Note")} and {r.kind for r in rows} == {SentenceKind.ROW}
    assert quotes(document, passages) == ["| `ember` | **yes** | a\\|b |", "| wax |  | no |"]
    assert "ember | GPU: yes | Note: a|b" in passages[0].embedding_text
    assert "wax | Note: no" in passages[1].embedding_text


def test_html_tables_are_rows_too(chunk: Chunk) -> None:
    text = "<table>\n<tr><th>Name</th><th>GPU</th></tr>\n<tr><td>Ember</td><td><b>CUDA</b></td></tr>\n</table>\n"
    _, passages = chunk(text)
    (row,) = passages[0].sentences
    assert (row.text, row.header, row.kind) == ("Ember | CUDA", ("Name", "GPU"), SentenceKind.ROW)


def test_code_is_kept_whole_without_its_fences(chunk: Chunk) -> None:
    document, passages = chunk("Install:\n\n```sh\ncargo add ember\ncargo run\n```\n\nDone.\n")
    code = passages[0].sentences[1]
    assert (code.kind, code.text) == (SentenceKind.CODE, "cargo add ember\ncargo run")
    assert code.span.of(document.text) == code.text


def test_long_code_is_cut_at_line_ends_only(chunk: Chunk) -> None:
    lines = [f"let value_{n} = ember::tensor({n}, {n});" for n in range(60)]
    document, passages = chunk("```rust\n" + "\n".join(lines) + "\n```\n")
    check(document, passages)
    kept = [line.strip() for text in texts(passages) for line in text.split("\n")]
    assert kept == lines
    assert all(len(quote) <= 600 for quote in quotes(document, passages))


def test_diagrams_and_include_directives_in_code_are_noise(chunk: Chunk) -> None:
    text = "See:\n\n```mermaid\ngraph TD; A-->B;\n```\n\n```rust,editable\n{{#include ../x.rs:here}}\n```\n"
    _, passages = chunk(text)
    assert texts(passages) == ["See:"]


def test_block_quotes_lose_their_marks_but_are_quoted_as_they_stand(chunk: Chunk) -> None:
    document, passages = chunk("> We love wax, but it\n> **melts** early.\n>\n> -- A. Person\n")
    assert texts(passages)[0] == "We love wax, but it melts early."
    assert quotes(document, passages)[0] == "We love wax, but it\n> **melts** early."


def test_admonitions_are_read_as_text(chunk: Chunk) -> None:
    text = (
        "> [!NOTE]\n> Wax melts.\n\n!!! note\n\n    Ember glows.\n\n    ```sh\n    ember run\n    ```\n\n"
        ":::tip\nBe careful.\n:::\n"
    )
    document, passages = chunk(text)
    check(document, passages)
    assert texts(passages) == ["Wax melts.", "Ember glows.", "ember run", "Be careful."]


def test_mdbook_and_hugo_directives_are_noise(chunk: Chunk) -> None:
    text = (
        "{{#include refs.md}}\n\n{{< toc >}}\n\n[Wax](u)⮳{{hi:wax}}{{hi:Machine learning}} melts.\n\n"
        "{{% notice info %}}\nIt is soft.\n{{% /notice %}}\n\nUse `{{ name }}` here.\n"
    )
    document, passages = chunk(text)
    assert texts(passages) == ["Wax⮳ melts.", "It is soft.", "Use {{ name }} here."]
    assert quotes(document, passages)[0] == "[Wax](u)⮳{{hi:wax}}{{hi:Machine learning}} melts."


def test_mdx_imports_and_components(chunk: Chunk) -> None:
    text = "import { Steps } from 'nextra'\nexport const a = 1\n\n# Glow\n\n<Steps>\n\nBased on <Glow/>.\n\n</Steps>\n"
    document, passages = chunk(text, "a.mdx")
    assert texts(passages) == ["Based on Glow."]
    assert quotes(document, passages) == ["Based on <Glow/>."]


def test_quiz_options_are_never_quotable_but_explanations_are(chunk: Chunk) -> None:
    text = (
        "## Quiz\n\n{{< quizdown >}}\n\n### What is wax?\n\n- [ ] A metal\n- [x] A lipid\n\n"
        "> **Explanation:** Wax is a lipid.\n\n"
        "### Which is hot?\n\n- [x] Ember\n- [ ] Ice\n\n{{< /quizdown >}}\n"
    )
    _, passages = chunk(text)
    assert texts(passages) == ["Explanation: Wax is a lipid.", "Which is hot?"]


def test_tasks_keep_their_check_marks(chunk: Chunk) -> None:
    document, passages = chunk("# Roadmap\n\nBackends:\n\n- [x] CUDA support\n- [ ] Metal\n")
    assert texts(passages) == ["Backends:", "[x] CUDA support", "[ ] Metal"]
    assert quotes(document, passages)[1:] == ["[x] CUDA support", "[ ] Metal"]


def test_tables_of_contents_are_noise(chunk: Chunk) -> None:
    contents = "- [Start](#start)\n  - [Install it](#install)\n- [End](#end)\n"
    _, passages = chunk(f"# A\n\n{contents}\n## Start\n\nText.\n\n### Install it\n\nSo.\n\n## End\n\nDone.\n")
    assert texts(passages) == ["Text.", "So.", "Done."]


def test_hidden_divisions_hold_text_and_scripts_do_not(chunk: Chunk) -> None:
    text = (
        '<div class="hidden">\n[organize](https://x/1)\n\nWax melts.\n\n</div>\n\n'
        "<script>\nvar a = 1;\n\nrun();\n</script>\n"
    )
    _, passages = chunk(text)
    assert texts(passages) == ["organize", "Wax melts."]


def test_footnotes_entities_and_escapes(chunk: Chunk) -> None:
    document, passages = chunk("Wax[^1] &amp; ember cost 3 \\* 2&nbsp;EUR, Vec<T> too.\n\n[^1]: A lipid.\n")
    assert texts(passages) == ["Wax & ember cost 3 * 2 EUR, Vec<T> too.", "A lipid."]
    assert quotes(document, passages)[0] == "Wax[^1] &amp; ember cost 3 \\* 2&nbsp;EUR, Vec<T> too."


def test_mojibake_is_repaired_for_reading_and_quoted_as_it_stands(chunk: Chunk) -> None:
    document, passages = chunk("Itâ€™s fast. Â© Wax Ltd.\n")
    assert texts(passages) == ["It’s fast.", "© Wax Ltd."]
    assert quotes(document, passages) == ["Itâ€™s fast.", "Â© Wax Ltd."]


def test_windows_line_ends_and_byte_order_mark(chunk: Chunk) -> None:
    document, passages = chunk(b"\xef\xbb\xbf# Wax\r\n\r\nIt is\r\nsoft.\r\n\r\n```\r\na\r\nb\r\n```\r\n")
    check(document, passages)
    assert document.title == "Wax"
    assert texts(passages) == ["It is soft.", "a\nb"]
    assert quotes(document, passages)[0] == "It is\r\nsoft."


def test_control_characters_never_reach_the_reading_form(chunk: Chunk) -> None:
    document, passages = chunk("It \x1b[31mglows\x1b[0m and\u200b goes\u202e on.\n\n```\nx\x07y\n```\n")
    check(document, passages)
    assert texts(passages) == ["It [31mglows[0m and goes on.", "xy"]


def test_long_bullets_and_their_paragraphs_share_a_label(chunk: Chunk) -> None:
    _, passages = chunk("- **Speed**: It is fast. Very.\n\n  It was measured.\n")
    assert [s.label for s in passages[0].sentences][:2] == ["Speed", "Speed"]
    assert {s.kind for s in passages[0].sentences} == {SentenceKind.BULLET}


def test_the_description_in_front_matter_is_text_to_read(chunk: Chunk) -> None:
    front = 'title: Wax\ndescription: "All about wax, soft and hard."'
    document, passages = chunk(f"---\n{front}\n---\n\n# Wax\n\nIt melts.\n")
    assert texts(passages) == ["All about wax, soft and hard.", "It melts."]
    assert quotes(document, passages)[0] == "All about wax, soft and hard."


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("description: >\n  Wax is soft.\n  It melts.\n\n  It burns.\ntags: [a]", "Wax is soft. It melts. It burns."),
        ("summary: |-\n  Wax is\n  soft.", "Wax is soft."),
        ("abstract: Wax is\n  soft.", "Wax is soft."),
        ("excerpt: 'Wax is\n  soft.'", "Wax is soft."),
        ("description: Wax.\nsummary: Soft.", "Wax. Soft."),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_description_over_several_lines_is_read_whole(chunk: Chunk, field: str, words: str, end: str) -> None:
    document, passages = chunk(f"---\ntitle: X\n{field}\n---\n\n# X\n\nIt ends.\n".replace("\n", end))
    check(document, passages)
    assert " ".join(texts(passages)) == f"{words} It ends."


def test_a_description_over_several_lines_of_toml_is_read_whole(chunk: Chunk) -> None:
    _, passages = chunk('+++\ntitle = "X"\nsummary = """\nWax is\nsoft."""\n+++\nIt ends.\n')
    assert texts(passages) == ["Wax is soft.", "It ends."]


def test_a_short_answer_is_quoted_with_its_question(chunk: Chunk) -> None:
    why = "## Why?\n\nBecause it is soft, and because nobody has had the time to do it yet.\n"
    text = f"# FAQ\n\n## Can wax run in `node`?\n\nNo. Not yet.\n\n{why}"
    document, passages = chunk(text)
    check(document, passages)
    assert texts(passages)[0] == "Can wax run in node? No. Not yet."
    assert quotes(document, passages)[0] == "Can wax run in `node`?\n\nNo. Not yet."
    assert texts(passages)[1].startswith("Because")


def test_text_inside_indented_components_is_read_like_any_other(chunk: Chunk) -> None:
    tab = '    <Tabs.Tab title="a">\n        ```sh\n        glow run\n        ```\n    </Tabs.Tab>\n'
    document, passages = chunk(f"<Tabs items={{['a', 'b']}}>\n{tab}</Tabs>\n\nDone.\n", "a.mdx")
    check(document, passages)
    assert texts(passages) == ["glow run", "Done."]


def test_a_footnote_that_gives_a_source_is_no_text_and_one_that_says_something_is(chunk: Chunk) -> None:
    sources = "[^a]: Wax handbook, https://example.org/wax\n[^b]: A survey, 2025, licence not stated.\n"
    _, passages = chunk(f"Wax melts.[^a] It burns.[^b][^c]\n\n{sources}[^c]: Above its flash point.\n")
    assert texts(passages) == ["Wax melts.", "It burns.", "Above its flash point."]


@pytest.mark.parametrize(
    "note",
    [
        "Needs commit rights.",
        "Ask for a licence first.",
        "The ISBN is on the back.",
        "It was accessed often.",
        "For the tape drive see https://example.org/tape",
        "A commit of 2019 changed the licence, see https://example.org.",
        "Get it at https://example.org/get first.",
        "In 2019, the wax arrived.",
    ],
)
def test_a_footnote_that_states_something_is_text_whatever_it_mentions(chunk: Chunk, note: str) -> None:
    _, passages = chunk(f"Wax melts.[^a]\n\n[^a]: {note}\n")
    assert " ".join(texts(passages)) == f"Wax melts. {note}"


@pytest.mark.parametrize(
    "note",
    [
        "<https://example.org/wax>",
        "Wax handbook, https://example.org/wax",
        "wax/wax: README.md, commit 0fc04d958e, MIT OR Apache-2.0. <https://example.org/is/it>",
        "Smith, The Wax Book, 2019, ISBN 978-3-16-148410-0.",
        "Smith et al. (2020), arXiv:2001.01234",
        "wax issue 7: Is this dead?, 2026-07-22, licence not stated. <https://example.org/7>",
        "Wax handbook, accessed 3 May 2024, https://example.org/wax.",
    ],
)
def test_a_footnote_that_is_a_reference_is_no_text(chunk: Chunk, note: str) -> None:
    _, passages = chunk(f"Wax melts.[^a]\n\n[^a]: {note}\n")
    assert texts(passages) == ["Wax melts."]


def test_text_that_begins_like_module_code_is_text(chunk: Chunk) -> None:
    code = "import {\n  Tab,\n} from '@x/tab'\n\nexport const a = 1\n\nexport { a }\n\n"
    _, passages = chunk(f"{code}import wax from China is dear.\n\nexport duties rose.\n", "a.mdx")
    assert texts(passages) == ["import wax from China is dear.", "export duties rose."]


def test_carriage_returns_end_lines(chunk: Chunk) -> None:
    text = "---\rtitle: T\r---\r# Wax\r\rIt melts.\rIt burns.\n\r\n- One\r- Two\r\r```\ra = 1\rb = 2\r```\r"
    document, passages = chunk(text)
    check(document, passages)
    assert (document.text, document.title) == (text, "T")
    assert texts(passages) == ["It melts.", "It burns.", "One", "Two", "a = 1\nb = 2"]
    assert passages[0].trail == ("Wax",)
