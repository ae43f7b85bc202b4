from __future__ import annotations

from dataclasses import replace

from markdown_it import MarkdownIt

from mlsurvey.rendering.markdown import answer_markdown
from mlsurvey.types import Conflict

from .samples import LONG, NAMES, abstention, citation, comparison, listing, recommendation


def test_a_comparison_is_a_matrix_and_every_source_has_its_quote() -> None:
    text = answer_markdown(comparison(), names=NAMES, stale={})
    assert "|  | Burn | Candle |\n| --- | --- | --- |" in text
    assert f"| **GPU support** | {LONG} [1] | Candle has CUDA and Metal. [2] [3] |" in text
    assert "`rust/burn.md:4`, Burn \\> Hardware" in text
    assert text.count(f"```text\n{LONG}\n```") == 4


def test_what_a_follow_up_took_is_said() -> None:
    answer = replace(comparison(), carried=("libraries", "matter"))
    told = "Taken from the previous question: the libraries (Burn, Candle); the topic (GPU support, Licence)."
    assert f"\n*{told}*\n".replace("(", "(") in answer_markdown(answer, names=NAMES, stale={})
    assert "Taken from" not in answer_markdown(comparison(), names=NAMES, stale={})


def test_empty_cells_and_stale_sources_are_said() -> None:
    text = answer_markdown(comparison(), names=NAMES, stale={2: "source is no longer there"})
    assert "| Burn is MIT or Apache 2.0. [4] | *not stated in 16 passages searched* |" in text
    assert text.count("*(source is no longer there)*") == 2


def test_disagreements_quote_both_sides() -> None:
    answer = comparison(conflicts=(Conflict("candle", "gpu", (1, 3), "version"),))
    text = answer_markdown(answer, names=NAMES, stale={})
    assert f"- Candle · GPU support: documents give different versions\n  - “{LONG}” [1]\n" in text
    assert f"{LONG} [1] *(disputed, see below)*" in text


def test_a_quote_with_fences_stays_inside_its_own() -> None:
    quote = "````\ncode\n````\n# not a heading"
    answer = replace(comparison(), citations=(citation(1, quote=quote),))
    fences = [t for t in MarkdownIt().parse(answer_markdown(answer, names=NAMES, stale={})) if t.type == "fence"]
    assert [fence.content for fence in fences] == [quote + "\n"]


def test_text_of_a_document_is_no_markup() -> None:
    text = answer_markdown(comparison(text="<script>x</script> *y* # z | [a](b)"), names=NAMES, stale={})
    html = MarkdownIt().enable("table").render(text)
    assert "<td>&lt;script&gt;x&lt;/script&gt; *y* # z | [a](b) [1]</td>" in html


def test_a_list_stands_in_its_three_groups() -> None:
    text = answer_markdown(listing(), names=NAMES, stale={})
    places = [
        text.index(part) for part in ("**Yes** (1): Burn", "**No** (1): Candle", "## Burn (yes)", "## Candle (no)")
    ]
    assert places == sorted(places)
    assert "**Not stated** (2): linfa, tch-rs (3 to 9 passages searched for each)" in text
    assert "## Missing" not in text


def test_a_recommendation_says_what_speaks_against() -> None:
    text = answer_markdown(recommendation(), names=NAMES, stale={})
    assert text.index("## 1. Burn") < text.index("- *against*: Burn has no OpenCL. [2]") < text.index("## 2. Candle")


def test_an_abstention_is_a_short_document_with_what_came_nearest() -> None:
    text = answer_markdown(abstention(), names=NAMES, stale={}, understood=[("kind", "lookup"), ("class", "")])
    assert text.startswith(
        "# Which cheese is best?\n\n- kind: lookup\n\n**No answer**: No passage states this.\n\n"
        "## Nearest passages, though none of them answers it\n\n\\[1\\] `food.md:4`"
    )
