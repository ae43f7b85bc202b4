from __future__ import annotations

import pytest
from tests.rendering.samples import NAMES, comparison, listing, recommendation

from mlsurvey.page import links
from mlsurvey.page.answers import answer_view, pieces
from mlsurvey.page.links import Asked
from mlsurvey.page.texts import MOST, text_view
from mlsurvey.page.work import job_view
from mlsurvey.rendering.examples import examples
from mlsurvey.types import Conflict, Entity, Filters, Span


def text_of(view) -> str:
    return "\n".join("".join(piece for piece, _ in line.pieces) for line in view.lines)


def marked_in(view) -> str:
    return "\n".join(piece for line in view.lines for piece, is_marked in line.pieces if is_marked)


def test_a_comparison_has_a_cell_for_every_side_of_every_point() -> None:
    answer = comparison()
    view = answer_view(answer, NAMES, {})
    assert view.sides == ("Burn", "Candle") and not view.sections
    assert [(row.head, [len(cell.said) for cell in row.cells]) for row in view.rows] == [
        ("GPU support", [1, 1]),
        ("Licence", [1, 0]),
    ]
    assert view.rows[1].cells[1].empty == "not stated in 16 passages searched"
    cited = {citation.number: citation for citation in answer.citations}
    marks = [mark for row in view.rows for cell in row.cells for said in cell.said for mark in said.marks]
    assert [mark.number for mark in marks] == [1, 2, 3, 4]
    for mark in marks:
        citation = cited[mark.number]
        assert mark.address == links.document(citation.document, citation.start, citation.end)
        assert mark.place == f"{citation.document}, lines 4–5"


def test_a_stale_or_disputed_quote_is_remarked_where_it_stands() -> None:
    answer = comparison(conflicts=(Conflict("burn", "gpu", (1,), "negation"),))
    view = answer_view(answer, NAMES, {1: "source changed"})
    said = view.rows[0].cells[0].said[0]
    assert said.remarks == ("source changed", "disputed, see below")
    (told,) = view.disagreements
    assert told.about == "Burn · GPU support" and "affirms" in told.told
    assert told.said[0].marks[0].number == 1


def test_sources_are_grouped_by_document_in_the_order_of_the_quotes() -> None:
    sources = answer_view(comparison(), NAMES, {4: "source changed"}).sources
    assert [(source.path, [quote.number for quote in source.quotes]) for source in sources] == [
        ("rust/burn.md", [1, 4]),
        ("rust/candle.md", [2]),
        ("notes [x].md", [3]),
    ]
    assert [quote.stale for quote in sources[0].quotes] == ["", "source changed"]
    assert sources[0].quotes[0].trail == "Hardware"  # the title of the document is shown once


def test_the_groups_of_a_list_lead_to_their_evidence() -> None:
    view = answer_view(listing(), NAMES, {})
    assert [(group.title, [name for name, _ in group.members]) for group in view.groups] == [
        ("Yes", ["Burn"]),
        ("No", ["Candle"]),
        ("Not stated", ["linfa", "tch-rs"]),
    ]
    anchors = {card.anchor for section in view.sections for card in section.cards}
    assert {group.members[0][1] for group in view.groups[:2]} == anchors
    assert view.groups[2].members[0][1] is None
    assert view.groups[2].remark == "3 to 9 passages searched for each"


def test_a_shortlist_is_ranked_and_says_what_is_against() -> None:
    cards = answer_view(recommendation(), NAMES, {}).sections[0].cards
    assert [(card.rank, card.name) for card in cards] == [(1, "Burn"), (2, "Candle")]
    assert [said.stance for said in cards[0].parts[0].said] == ["for", "against"]


def test_the_row_of_a_table_is_shown_by_its_cells() -> None:
    assert pieces("Candle | GPU: yes | How: CUDA") == ("Candle", "GPU: yes", "How: CUDA")
    assert pieces("a|b or\nc") == ("a|b or c",)


def test_an_address_gives_the_question_again() -> None:
    asked = Asked("a & b?", ("x", "y"), Filters(languages=("rust",), paths=("a/", "b/")), 5)
    assert links.answer(asked) == "/?q=a+%26+b%3F&after=x&after=y&language=rust&path=a%2F&path=b%2F&n=5"
    assert [earlier.after for earlier in asked.earlier()] == [(), ("x",)]
    assert links.answer(Asked("x")) == "/?q=x"


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:alert(1)", "/a\r\nb"]
)
def test_an_address_elsewhere_is_not_local(address) -> None:
    assert not links.is_local(address)
    assert links.is_local("/?q=x&after=y")


def test_a_span_is_marked_across_lines() -> None:
    text = "# One\r\ntwo three\nfour\n"
    start = text.index("three")
    view = text_view(text, Span(start, start + len("three\nfo")))
    assert marked_in(view) == "three\nfo" and text_of(view) == "# One\ntwo three\nfour"
    assert [line.number for line in view.lines] == [1, 2, 3]
    assert [line.is_heading for line in view.lines] == [True, False, False]


def test_control_characters_of_a_document_are_written_out() -> None:
    assert text_of(text_view("a\x1b[31mb\u202ec")) == "a\\x1b[31mb\\u202ec"


def test_a_long_text_is_shown_around_the_mark_with_its_line_numbers() -> None:
    text = "".join(f"line {number}\n" for number in range(1, 30_001))
    start = text.index("line 20000\n")
    view = text_view(text, Span(start, start + 10))
    assert marked_in(view) == "line 20000"
    assert all(text_of_line(line) == f"line {line.number}" for line in view.lines)
    assert view.before is not None and view.after is not None
    later = text_view(text, begin=view.after)
    assert later.lines[0].number == view.lines[-1].number + 1


def test_a_long_line_is_shown_in_parts() -> None:
    text = "x" * (3 * MOST)
    parts, place = [], 0
    while place is not None:
        view = text_view(text, begin=place)
        parts.append(text_of(view))
        place = view.after
    assert "".join(parts) == text


def text_of_line(line) -> str:
    return "".join(piece for piece, _ in line.pieces)


def test_examples_are_about_libraries_that_are_known() -> None:
    mine = (Entity("aa", "Alpha", language="go"), Entity("bb", "Beta", language="go"))
    questions = [example.question for example in examples(mine)]
    assert questions and all("Alpha" in question or "Go" in question for question in questions)
    assert examples(()) == ()
    breads = [example.question for example in examples((Entity("rye", "Rye"), Entity("spelt", "Spelt")))]
    assert breads == ["How do Rye and Spelt differ?"]
    shipped = (Entity("burn", "Burn", language="rust"), Entity("candle", "Candle", language="rust"))
    assert "Burn and Candle" in examples(shipped)[0].question


def test_a_job_tells_its_phase_and_its_report() -> None:
    job = {"id": "1", "kind": "refresh", "state": "running", "progress": {"phase": "embed", "done": 3, "total": 9}}
    states = {step.slug: step.state for step in job_view(job).steps}
    assert (states["read"], states["embed"], states["publish"]) == ("done", "current", "to-do")
    report = {"added": ["a.md"], "unreadable": [{"path": "b.md", "reason": "binary"}], "passages": 7, "seconds": 0.5}
    view = job_view({"id": "1", "kind": "refresh", "state": "succeeded", "result": report})
    assert view.is_over and view.summary[0] == "1 added"
    assert [group.lines for group in view.groups] == [("a.md",), ("b.md: binary",)]
    failed = job_view({"id": "1", "kind": "refresh", "state": "failed", "problem": {"detail": "disk full"}})
    assert failed.told == "disk full" and failed.is_over
