from __future__ import annotations

from dataclasses import replace

from markdown_it import MarkdownIt

from mlsurvey.rendering.markdown import answer_markdown

from .samples import LONG, NAMES, abstention, citation, comparison, listing


def test_every_statement_has_its_marks_and_every_source_its_quote() -> None:
    text = answer_markdown(comparison(), names=NAMES, stale={})
    assert f"- {LONG} [1]" in text
    assert "- Candle has CUDA and Metal. [2] [3]" in text
    assert "`rust/burn.md:4`, Burn \\> Hardware" in text
    assert text.count(f"```text\n{LONG}\n```") == 4


def test_empty_cells_missing_pairs_and_stale_sources_are_said() -> None:
    text = answer_markdown(comparison(), names=NAMES, stale={2: "source is no longer there"})
    assert "- *no evidence*" in text
    assert "- Candle · Licence (16 passages searched)" in text
    assert text.count("*(source is no longer there)*") == 2


def test_a_quote_with_fences_stays_inside_its_own() -> None:
    quote = "````\ncode\n````\n# not a heading"
    answer = replace(comparison(), citations=(citation(1, quote=quote),))
    fences = [t for t in MarkdownIt().parse(answer_markdown(answer, names=NAMES, stale={})) if t.type == "fence"]
    assert [fence.content for fence in fences] == [quote + "\n"]


def test_text_of_a_document_is_no_markup() -> None:
    text = answer_markdown(comparison(text="<script>x</script> *y* # z | [a](b)"), names=NAMES, stale={})
    assert "<li>&lt;script&gt;x&lt;/script&gt; *y* # z | [a](b) [1]</li>" in MarkdownIt().render(text)


def test_a_list_stands_in_its_three_groups() -> None:
    text = answer_markdown(listing(), names=NAMES, stale={})
    assert text.index("**Yes**: Burn") < text.index("## Burn") < text.index("**No**: Candle") < text.index("## Candle")
    assert "**Not stated**: linfa, tch-rs" in text and "## Missing" not in text


def test_an_abstention_is_a_short_document() -> None:
    text = answer_markdown(abstention(), names=NAMES, stale={})
    assert text.startswith("# Which cheese is best?\n\n**No answer**: No passage states this.\n")
